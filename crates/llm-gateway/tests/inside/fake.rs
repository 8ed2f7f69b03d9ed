//! Providers that do what a test says, and settings for them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use coordination::Coordination;
use futures_util::StreamExt;
use llm_client::{
    ChatEvent, ChatRequest, ChatStream, Continuation, ErrorClass, ExposeSecret, FinishReason, ModelInfo, Provider,
    ProviderError, Secret, Usage,
};
use llm_gateway::{
    Answer, Ask, ChatMessage, ChatRole, CredentialSettings, Gateway, GatewaySettings, MakeProvider, ModelSettings,
    ProviderKind, ProviderSettings, RouteSettings, RouteStep,
};
use tokio::time::sleep;

pub const MS: fn(u64) -> Duration = Duration::from_millis;

/// What a call comes to.
#[derive(Clone)]
pub enum Play {
    /// Pieces, then a proper end.
    Say(&'static [&'static str]),
    /// Refused before a stream.
    Refuse(ProviderError),
    /// The first event of a stream is an error.
    First(ProviderError),
    /// A thought, then an error.
    Think(ProviderError),
    /// Pieces, then an error.
    Cut(&'static [&'static str], ProviderError),
    /// A stream that ends without a word.
    Nothing,
    /// No head of an answer, ever.
    Hang,
    /// A head, signs of nothing, ever.
    Silence,
    /// Cut by its length.
    Long(&'static [&'static str]),
    Later(Duration, Box<Play>),
    /// Pieces with pauses.
    Slow(&'static [&'static str], Duration),
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub number: usize,
    pub request: ChatRequest,
    pub key: Option<String>,
}

type Plan = Box<dyn Fn(&Asked) -> Play + Send + Sync>;

pub struct Fake {
    plan: Mutex<Plan>,
    pub asked: Mutex<Vec<Asked>>,
    pub running: Arc<AtomicUsize>,
    pub peak: AtomicUsize,
    pub whole: Arc<AtomicUsize>,
    continuation: Continuation,
}

/// Counts a call as long as it, or its stream, lives.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fake {
    pub fn new(plan: impl Fn(&Asked) -> Play + Send + Sync + 'static) -> Arc<Self> {
        Self::that_continues(Continuation::None, plan)
    }

    pub fn that_continues(
        continuation: Continuation,
        plan: impl Fn(&Asked) -> Play + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            plan: Mutex::new(Box::new(plan)),
            asked: Mutex::default(),
            running: Arc::default(),
            peak: AtomicUsize::new(0),
            whole: Arc::default(),
            continuation,
        })
    }

    pub fn always(play: Play) -> Arc<Self> {
        Self::new(move |_| play.clone())
    }

    pub fn plays(&self, plan: impl Fn(&Asked) -> Play + Send + Sync + 'static) {
        *self.plan.lock().unwrap() = Box::new(plan);
    }

    pub fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    pub fn keys(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().filter_map(|asked| asked.key.clone()).collect()
    }

    async fn play(&self, request: ChatRequest, key: Option<Secret>) -> Result<ChatStream, ProviderError> {
        let running = Running(self.running.clone());
        self.peak.fetch_max(self.running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let mut play = {
            let mut all = self.asked.lock().unwrap();
            let key = key.map(|key| key.expose_secret().to_owned());
            let asked = Asked { number: all.len(), request, key };
            all.push(asked.clone());
            (self.plan.lock().unwrap())(&asked)
        };
        while let Play::Later(pause, next) = play {
            sleep(pause).await;
            play = *next;
        }
        match play {
            Play::Refuse(error) => return Err(error),
            Play::Hang => std::future::pending().await,
            _ => {}
        }
        let whole = self.whole.clone();
        let stream = async_stream::stream! {
            let _running = running;
            match play {
                Play::Say(pieces) => {
                    for piece in pieces { yield Ok(ChatEvent::Text((*piece).to_owned())); }
                    whole.fetch_add(1, Ordering::SeqCst);
                    yield Ok(end(FinishReason::Stop));
                }
                Play::Slow(pieces, pause) => {
                    for piece in pieces { sleep(pause).await; yield Ok(ChatEvent::Text((*piece).to_owned())); }
                    whole.fetch_add(1, Ordering::SeqCst);
                    yield Ok(end(FinishReason::Stop));
                }
                Play::Long(pieces) => {
                    for piece in pieces { yield Ok(ChatEvent::Text((*piece).to_owned())); }
                    yield Ok(end(FinishReason::Length));
                }
                Play::Cut(pieces, error) => {
                    for piece in pieces { yield Ok(ChatEvent::Text((*piece).to_owned())); }
                    yield Err(error);
                }
                Play::Think(error) => {
                    yield Ok(ChatEvent::Reasoning("hm".to_owned()));
                    yield Err(error);
                }
                Play::First(error) => yield Err(error),
                Play::Silence => std::future::pending::<()>().await,
                Play::Nothing | Play::Refuse(_) | Play::Hang | Play::Later(..) => {}
            }
        };
        Ok(Box::pin(stream))
    }
}

pub fn end(reason: FinishReason) -> ChatEvent {
    let usage = Some(Usage { input_total: 10, output_total: 2, ..Usage::default() });
    ChatEvent::Finished { reason, usage, kept: None, trace: Box::default() }
}

impl Provider for Fake {
    fn chat(
        &self,
        request: ChatRequest,
        credential: Option<Secret>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<ChatStream, ProviderError>> + Send + '_>> {
        Box::pin(self.play(request, credential))
    }

    fn models(
        &self,
        _: Option<Secret>,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<ModelInfo>, ProviderError>> + Send + '_>> {
        Box::pin(async { Ok(vec![ModelInfo { id: "listed".to_owned(), ..ModelInfo::default() }]) })
    }

    fn continuation(&self) -> Continuation {
        self.continuation
    }
}

pub fn failed(class: ErrorClass) -> ProviderError {
    ProviderError::new(class, "as the test says")
}

pub fn hinted(class: ErrorClass, hint: Duration) -> ProviderError {
    ProviderError { retry_after: Some(hint), ..failed(class) }
}

pub const OK: Play = Play::Say(&["Ha", "lo"]);

pub fn provider(name: &str, keys: &[&str]) -> ProviderSettings {
    let key =
        |key: &&str| CredentialSettings::new(key, &format!("label of {key}"), Secret::from(format!("secret {key}")));
    ProviderSettings {
        credentials: keys.iter().map(key).collect(),
        models: vec!["m".to_owned()],
        ..ProviderSettings::new(name, ProviderKind::OpenAi, &format!("http://{name}"))
    }
}

pub fn route(name: &str, models: &[&str]) -> RouteSettings {
    let step = |model: &&str| RouteStep { model: (*model).to_owned(), may_continue: false };
    RouteSettings { name: name.to_owned(), models: models.iter().map(step).collect(), after_moderation: false }
}

pub fn window(id: &str, tokens: u32) -> ModelSettings {
    ModelSettings { id: id.to_owned(), context_window: Some(tokens), ..ModelSettings::default() }
}

pub fn settings(providers: Vec<ProviderSettings>) -> GatewaySettings {
    let names: Vec<String> = providers.iter().map(|one| format!("{}/m", one.name)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    GatewaySettings {
        routes: vec![route("all", &names)],
        providers,
        ollama_probe: false,
        guide: false,
        ..GatewaySettings::default()
    }
}

/// Fakes by their provider's name.
pub fn make(fakes: &[(&str, &Arc<Fake>)]) -> MakeProvider {
    let fakes: HashMap<String, Arc<Fake>> =
        fakes.iter().map(|(name, fake)| ((*name).to_owned(), (*fake).clone())).collect();
    Arc::new(move |settings, _| fakes[&settings.name].clone())
}

/// Half of what chance may take off, each time.
pub fn even() -> llm_gateway::Chance {
    Arc::new(|| 0.5)
}

/// Providers a, b, c with a key each, and the route `all` over them.
pub fn gateway(fakes: &[&Arc<Fake>]) -> Gateway {
    gateway_with(fakes, |settings| settings)
}

pub fn gateway_with(fakes: &[&Arc<Fake>], change: impl FnOnce(GatewaySettings) -> GatewaySettings) -> Gateway {
    let named: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(fakes.iter().copied()).collect();
    let providers = named.iter().map(|(name, _)| provider(name, &["k1"])).collect();
    Gateway::with_providers(change(settings(providers)), Coordination::memory(), even(), make(&named))
}

pub fn question(model: &str) -> Ask {
    Ask {
        model: model.to_owned(),
        messages: vec![ChatMessage::text(ChatRole::User, "Halo?")],
        asker: "ani".to_owned(),
        ..Ask::default()
    }
}

/// The text, and how it ended if not well.
pub async fn text(answer: Answer) -> (String, Option<ProviderError>) {
    let mut stream = answer.stream;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(ChatEvent::Text(piece)) => text.push_str(&piece),
            Ok(_) => {}
            Err(error) => return (text, Some(error)),
        }
    }
    (text, None)
}

/// Which providers were called, in order.
pub fn way(tries: &[llm_gateway::Try]) -> String {
    tries.iter().map(|one| one.provider.as_str()).collect::<Vec<_>>().join(" ")
}
