//! What most tests begin with: a store, a fake upstream, one server that uses it.

use crate::api::Api;
use crate::fake_llm::FakeLlm;
use crate::server::{Server, Store};

pub struct World {
    // In the order in which they end: the server before its database.
    pub server: Server,
    pub fake: FakeLlm,
    pub store: Store,
}

/// Models that most tests are content with.
pub const MODELS: &[&str] = &["fake-tok20", "fake-tok500-itl10", "fake-tok100-itl5", "fake-tok40-uni-drip3"];

impl World {
    pub async fn start() -> Self {
        Self::with(MODELS, &[]).await
    }

    /// With these models and these variables.
    pub async fn with(models: &[&str], env: &[(&str, &str)]) -> Self {
        let store = Store::fresh().await;
        let fake = FakeLlm::start(models).await;
        let mut server = Server::prepare(&store, "node");
        server.provider("FAKE", &fake);
        for (key, value) in env {
            server.set(key, value);
        }
        server.up().await;
        Self { server, fake, store }
    }

    pub async fn person(&self, name: &str) -> Api {
        self.server.person(name).await
    }
}
