//! Who pays for a question: reserves at the till before each call, and gives the account when it has ended.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{CredentialId, RunId};
use domain::llm::{Asker, CallKind, Outcome, Price, Spent, Tokens};
use domain::{Error, Timestamp};
use futures_util::future::BoxFuture;
use llm_gateway::purse::{Account as GivesAccount, Ended, Grant, How, Planned, Purse};
use llm_gateway::{ChatMessage, ErrorClass, ProviderError, ToolSpec, Usage, estimate, price, tokenizer};

use super::ledger::{Account, Call, Estimate, till};
use crate::App;

/// Tokens that an answer may take where neither the asker nor the model says, and a cap must hold.
const ANSWER: u32 = 4_096;
/// The code of the error with which a purse ends a question.
const REFUSED: &str = "limit_reached";

/// On whose account, and for what.
#[derive(Clone, Debug)]
pub struct Payer {
    pub asker: Asker,
    pub kind: CallKind,
    /// The run and its attempt, of an answer in a conversation.
    pub run: Option<(RunId, u32)>,
    pub request_id: String,
}

/// The purse of one question.
#[derive(Debug)]
pub struct AppPurse {
    app: App,
    payer: Payer,
    refusal: Mutex<Option<Error>>,
}

/// A purse for one question.
pub fn open(app: &App, payer: Payer) -> Arc<AppPurse> {
    Arc::new(AppPurse { app: app.clone(), payer, refusal: Mutex::default() })
}

impl AppPurse {
    /// The limit, or the fault, for which the question was ended here; asked after it failed.
    pub fn refusal(&self) -> Option<Error> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn grant(&self, planned: &Planned<'_>) -> Result<Grant, Error> {
        let (app, payer) = (&self.app, &self.payer);
        let call = call(app, payer, planned.provider, &planned.model.to_lowercase());
        app.llm.note_use(planned.credential_id);
        let account = CallAccount {
            app: app.clone(),
            call: call.clone(),
            model: planned.model.to_owned(),
            credential: planned.credential.map(str::to_owned),
            price: planned.price,
            asked: planned.messages.to_vec(),
            tools: planned.tools.to_vec(),
        };
        let capped = app.llm.capped(&payer.asker);
        let most_output = match capped {
            // Nothing can be refused. What a crash would leave of it is at least what was asked.
            false => {
                let input_tokens = estimate::messages(planned.messages);
                let cost_micros = planned.price.map_or(0, |price| price::at_most(&price, input_tokens, 0));
                till(app).begin(app, call, Estimate { input_tokens, output_tokens: 0, cost_micros });
                None
            }
            true => {
                let most = planned.asked_output.or(planned.model_output).unwrap_or(ANSWER);
                let most = planned.model_output.map_or(most, |own| own.min(most));
                let input = at_most(planned.model, planned.messages, planned.tools).await;
                let output = u64::from(most);
                let cost_micros = planned.price.map_or(0, |price| price::at_most(&price, input, output));
                let estimate = Estimate { input_tokens: input, output_tokens: output, cost_micros };
                till(app).reserve(call, estimate).await?;
                Some(most)
            }
        };
        Ok(Grant { account: Box::new(account), most_output })
    }
}

impl Purse for AppPurse {
    fn reserve<'a>(&'a self, planned: Planned<'a>) -> BoxFuture<'a, Result<Grant, ProviderError>> {
        Box::pin(async move {
            self.grant(&planned).await.map_err(|refusal| {
                let told = ProviderError::new(ErrorClass::RateLimited, "a limit of use was reached").with_code(REFUSED);
                *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                told
            })
        })
    }
}

/// A call of `payer`, named. The ledger keeps provider and model apart, so a model may come with or without its provider.
pub fn call(app: &App, payer: &Payer, provider: &str, model: &str) -> Call {
    let at = app.clock.now();
    let model = model.strip_prefix(provider).and_then(|rest| rest.strip_prefix('/')).unwrap_or(model);
    Call {
        id: app.chance.uuid(at).into(),
        call: app.chance.uuid(at).into(),
        at,
        kind: payer.kind,
        run: payer.run,
        asker: payer.asker,
        provider: provider.to_owned(),
        model: model.to_owned(),
        request_id: payer.request_id.clone(),
        node: app.node,
    }
}

/// Tokens that a question hardly exceeds: counted, with room for what the provider adds.
async fn at_most(model: &str, messages: &[ChatMessage], tools: &[ToolSpec]) -> u64 {
    let counted = tokenizer::count_messages(model, messages).await;
    let tools = tools_as_text(tools);
    let of_tools = tokenizer::count(model, &tools).await;
    let exact = counted.tokens + of_tools.tokens;
    // An estimate is within a third for prose.
    if counted.estimated || of_tools.estimated { exact + exact / 2 + 64 } else { exact + exact / 20 + 32 }
}

fn tools_as_text(tools: &[ToolSpec]) -> String {
    tools.iter().map(|tool| format!("{} {} {}\n", tool.name, tool.description, tool.parameters)).collect()
}

/// The account of one call, while it is open.
struct CallAccount {
    app: App,
    call: Call,
    model: String,
    credential: Option<String>,
    price: Option<llm_gateway::Price>,
    asked: Vec<ChatMessage>,
    tools: Vec<ToolSpec>,
}

impl GivesAccount for CallAccount {
    fn close(self: Box<Self>, ended: Ended) {
        let at = self.app.clock.now();
        let (outcome, class) = match ended.how {
            How::Finished => (Outcome::Succeeded, None),
            How::Failed(class) => (Outcome::Failed, Some(class)),
            How::Cut(class) => (Outcome::Cut, Some(class)),
            How::Dropped => (Outcome::Cancelled, None),
            How::Unsent => (Outcome::Unsent, None),
        };
        let told = ended.usage.map(|usage| spent(self.price.as_ref(), &usage, false));
        match (ended.how, told) {
            (How::Unsent, _) => till(&self.app).release_soon(&self.app, self.call.call),
            (_, Some(spent)) => self.give(spent, outcome, class, at),
            // A provider that refuses, or is not there, has used nothing.
            (How::Failed(_), None) => self.give(Spent::default(), outcome, class, at),
            (How::Finished | How::Cut(_) | How::Dropped, None) => {
                let app = self.app.clone();
                app.llm.accounts.spawn_on(
                    async move {
                        let spent = self.counted(&ended.said).await;
                        self.give(spent, outcome, class, at);
                    },
                    app.runtime(),
                );
            }
        }
    }
}

impl CallAccount {
    fn give(&self, spent: Spent, outcome: Outcome, class: Option<ErrorClass>, ended_at: Timestamp) {
        let error_class = class.map(|class| class.as_str().to_owned());
        let credential = self.credential.clone();
        let account = Account { spoke: None, credential, spent, outcome, error_class, ended_at };
        till(&self.app).close_soon(&self.app, self.call.clone(), account);
    }

    /// What the provider did not say.
    async fn counted(&self, said: &str) -> Spent {
        let mut usage = tokenizer::usage(&self.model, &self.asked, said).await;
        usage.input_total += tokenizer::count(&self.model, &tools_as_text(&self.tools)).await.tokens;
        spent(self.price.as_ref(), &usage, true)
    }
}

/// What a provider's words mean in money.
pub fn spent(price: Option<&llm_gateway::Price>, usage: &Usage, estimated: bool) -> Spent {
    let cost_micros = match price {
        Some(price) => price::cost(price, usage),
        None => usage.cost_micros.unwrap_or(0).max(0),
    };
    let tokens = Tokens {
        input: usage.input_total,
        cached: usage.input_cached,
        cache_write: usage.input_cache_write,
        output: usage.output_total,
        reasoning: usage.reasoning,
    };
    Spent { tokens, cost_micros, estimated }
}

/// The gateway's price of an operator's or a provider's.
pub(super) fn gateway_price(price: &Price) -> llm_gateway::Price {
    llm_gateway::Price {
        input: price.input,
        cached_input: Some(price.cached_input),
        cache_write: Some(price.cache_write),
        output: price.output,
        reasoning: None,
        per_request: price.per_request,
    }
}

/// The credential's id as the database has it; an environment's has none.
pub(super) fn stored_credential(id: &str) -> Option<CredentialId> {
    id.parse().ok()
}
