//! Many callers and one list that does not come.

#![allow(clippy::unwrap_used, reason = "tests")]
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use llm_client::{ChatRequest, ChatStream, Continuation, Provider, Secret};

use super::*;
use crate::settings::{GatewaySettings, ProviderKind, ProviderSettings};
use crate::source::{self, Means};

/// A provider whose list never comes.
#[derive(Default)]
struct Silent {
    asked: AtomicU32,
}

impl Provider for Silent {
    fn chat(&self, _: ChatRequest, _: Option<Secret>) -> BoxFuture<'_, Result<ChatStream, ProviderError>> {
        std::future::pending().boxed()
    }

    fn models(&self, _: Option<Secret>) -> BoxFuture<'_, Result<Vec<ModelInfo>, ProviderError>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        std::future::pending().boxed()
    }

    fn continuation(&self) -> Continuation {
        Continuation::None
    }
}

#[tokio::test]
async fn callers_of_an_old_list_start_one_question_and_no_crowd_of_tasks() {
    let provider = Arc::new(Silent::default());
    let old = Listing::fixed(vec![ModelInfo { id: "old".to_owned(), ..ModelInfo::default() }]);
    let client = provider.clone();
    let (make, chance) = (Arc::new(move |_: &_, _: &_| client.clone() as Arc<dyn Provider>), Arc::new(|| 0.5));
    let means = Means { make, chance, notices: crate::notice::Notices::new() };
    let one = ProviderSettings::new("one", ProviderKind::OpenAi, "http://one");
    let settings = GatewaySettings { providers: vec![one], ..GatewaySettings::default() };
    let mut source = Arc::into_inner(source::all(&settings, &[], &means).remove(0)).unwrap();
    source.listing = Arc::new(Listing { limit: Some(Duration::from_secs(10)), ..old });
    let source = Arc::new(source);
    for _ in 0..500 {
        assert_eq!(list(&source).await.map(|models| models.len()), Some(1), "the old list stands");
        tokio::task::yield_now().await;
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1, "the one who asks");
}
