//! Who pays for a question: reserves at the till before each call, and gives the account when it has ended.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ids::{CredentialId, RunId};
use domain::llm::{Asker, CallKind, Outcome, Price, Spent, Tokens};
use domain::{Error, Kind, Timestamp};
use futures_util::future::BoxFuture;
use llm_gateway::purse::{Account as GivesAccount, Ended, Grant, How, Planned, Purse};
use llm_gateway::{
    AnswerFormat, ChatMessage, ChatPart, ErrorClass, ProviderError, ToolSpec, Usage, estimate, price, tokenizer,
};

use super::ledger::wallets::{self, Draw};
use super::ledger::{Account, Call, Estimate, till};
use super::limits::{self, Room};
use crate::App;

/// Tokens that an answer may take where neither the asker nor the model says, and a cap must hold.
const ANSWER: u32 = 4_096;
/// No call costs more: 100 dollars.
const MOST_SAID: i64 = 100_000_000;
/// The longest answer that is reserved for where nobody knows what a model can say.
const LONGEST: u32 = 32_768;
/// Tokens of an image that are reserved; providers count very differently.
const IMAGE: u64 = 10_000;
/// A shorter answer is none.
const LEAST: u32 = 256;
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
        let mut account = CallAccount {
            app: app.clone(),
            call: call.clone(),
            model: planned.model.to_owned(),
            credential: planned.credential.map(str::to_owned),
            price: planned.price,
            asked: planned.messages.to_vec(),
            beside: beside(planned.tools, planned.format),
            least: Spent::default(),
            unheard: planned.whole.then(|| planned.asked_output.unwrap_or_default()),
            draw: None,
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
                if planned.price.is_none() && app.llm.money_capped(&payer.asker) {
                    return Err(Error::new(Kind::Conflict, "llm.price_unknown").arg("model", planned.id));
                }
                let most = planned.asked_output.or(planned.model_output).unwrap_or(ANSWER);
                let most = most.min(planned.model_output.or(planned.window).unwrap_or(LONGEST));
                let input = at_most(planned).await;
                account.draw = wallets::draw(app, &call, &bound(planned, input, most));
                let granted = match account.draw {
                    Some(_) => most,
                    None => self.reserve_most(call, planned, input, most).await?,
                };
                if planned.reasons {
                    let tokens = Tokens { input, output: u64::from(granted), ..Tokens::default() };
                    let cost_micros = planned.price.map_or(0, |price| price::at_most(&price, input, tokens.output));
                    account.least = Spent { tokens, cost_micros, estimated: true };
                }
                Some(granted)
            }
        };
        Ok(Grant { account: Box::new(account), most_output })
    }
}

impl AppPurse {
    /// Reserves for an answer of at most `most` tokens; where nobody asked for so many, for as many as there is room for.
    async fn reserve_most(&self, call: Call, planned: &Planned<'_>, input: u64, most: u32) -> Result<u32, Error> {
        let (app, asker) = (&self.app, &self.payer.asker);
        let reserve = async || till(app).reserve(call.clone(), bound(planned, input, most)).await;
        let mut reserved = reserve().await;
        if let Err(refusal) = &reserved
            && refusal.kind() == Kind::TooMany
            && wallets::make_room(app, asker, refusal.code().ends_with("_by_all"))
        {
            reserved = reserve().await;
        }
        let refusal = match reserved {
            Ok(()) => return Ok(most),
            Err(refusal) if refusal.kind() == Kind::TooMany && planned.asked_output.is_none() => refusal,
            Err(refusal) => return Err(refusal),
        };
        let room = limits::room(app, asker, call.at).await?;
        let fits = fitting(room, input, planned.price.as_ref()).min(most.saturating_sub(1));
        // Not all of it: others want to ask meanwhile.
        let fits = if fits >= 4 * LEAST { fits / 2 } else { fits };
        if fits < LEAST {
            return Err(refusal);
        }
        till(app).reserve(call, bound(planned, input, fits)).await?;
        Ok(fits)
    }
}

/// The most that a call with an answer of `output` tokens uses.
fn bound(planned: &Planned<'_>, input: u64, output: u32) -> Estimate {
    let output_tokens = u64::from(output);
    let cost_micros = planned.price.map_or(0, |price| price::at_most(&price, input, output_tokens));
    Estimate { input_tokens: input, output_tokens, cost_micros }
}

/// The longest answer that there is room for.
fn fitting(room: Room, input: u64, price: Option<&llm_gateway::Price>) -> u32 {
    let whole = |left: i64| u64::try_from(left).unwrap_or(0);
    let by_tokens = room.tokens.map_or(u64::MAX, |left| whole(left).saturating_sub(input));
    let by_money = match (room.micros, price) {
        (Some(left), Some(price)) => {
            let dearest = price.reasoning.unwrap_or(price.output).max(price.output).max(1);
            let rest = whole(left).saturating_sub(whole(price::at_most(price, input, 0)));
            // Less one for what rounding up takes.
            (u128::from(rest.saturating_sub(1)) * 1_000_000 / u128::from(dearest.unsigned_abs()))
                .try_into()
                .unwrap_or(u64::MAX)
        }
        (Some(_) | None, _) => u64::MAX,
    };
    u32::try_from(by_tokens.min(by_money)).unwrap_or(u32::MAX)
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

/// Tokens that a question does not exceed: counted where the model's vocabulary is known, else by its bytes.
async fn at_most(planned: &Planned<'_>) -> u64 {
    let counted = tokenizer::count_messages(planned.model, planned.messages).await;
    let beside = beside(planned.tools, planned.format);
    let of_beside = tokenizer::count(planned.model, &beside).await;
    let images = planned.messages.iter().flat_map(|message| &message.parts);
    let images = images.filter(|part| matches!(part, ChatPart::Image(_))).count() as u64;
    let exact = counted.tokens + of_beside.tokens + images * IMAGE;
    if tokenizer::has_vocabulary(planned.model) {
        return exact + exact / 20 + 32;
    }
    // Prose is a quarter token a letter; digits, code and emoji are more, up to about two tokens for three bytes.
    let bytes = planned.messages.iter().map(|message| message.plain().len() as u64).sum::<u64>() + beside.len() as u64;
    (exact + exact / 2).max(bytes * 2 / 3 + images * IMAGE) + 64
}

/// What is sent beside the messages.
fn beside(tools: &[ToolSpec], format: &AnswerFormat) -> String {
    let mut text = tools_as_text(tools);
    if let AnswerFormat::Schema { name, schema, .. } = format {
        text.push_str(&format!("{name} {schema}\n"));
    }
    text
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
    /// Tools and schema, as text.
    beside: String,
    /// What is counted at least where the provider did not count: a capped call of a model whose thoughts are not told.
    least: Spent,
    /// The answer comes in one piece: tokens that it has at most.
    unheard: Option<u32>,
    /// What was drawn for it, where it has no reservation of its own.
    draw: Option<Draw>,
}

impl GivesAccount for CallAccount {
    fn close(self: Box<Self>, ended: Ended) {
        let at = self.app.clock.now();
        let (outcome, class) = match ended.how {
            How::Finished => (Outcome::Succeeded, None),
            How::Failed(class) => (Outcome::Failed, Some(class)),
            How::Cut(class) => (Outcome::Cut, Some(class)),
            How::Dropped => (Outcome::Cancelled, None),
        };
        let told = ended.usage.map(|usage| spent(self.price.as_ref(), &usage, false));
        match (ended.how, told) {
            (_, Some(spent)) => self.give(spent, outcome, class, at),
            // A provider that refuses, or is not there, has used nothing.
            (How::Failed(_), None) => self.give(Spent::default(), outcome, class, at),
            (How::Finished | How::Cut(_) | How::Dropped, None) => {
                let app = self.app.clone();
                app.llm.accounts.spawn_on(
                    async move {
                        let spent = self.counted(&ended.said, ended.how).await;
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
        let account = Account { credential, spent, outcome, error_class, ended_at };
        till(&self.app).close_soon(&self.app, self.call.clone(), account, self.draw);
    }

    /// What the provider did not say.
    async fn counted(&self, said: &str, how: How) -> Spent {
        let mut usage = tokenizer::usage(&self.model, &self.asked, said).await;
        if let Some(most) = self.unheard.filter(|_| said.is_empty() && how != How::Finished) {
            // What had been said by then nobody knows, and many providers say all of it though nobody listens any more.
            usage.output_total = u64::from(most);
        }
        usage.input_total += tokenizer::count(&self.model, &self.beside).await.tokens;
        let counted = spent(self.price.as_ref(), &usage, true);
        if self.least.amount().tokens > counted.amount().tokens { self.least } else { counted }
    }
}

/// What a provider's words mean in money.
pub fn spent(price: Option<&llm_gateway::Price>, usage: &Usage, estimated: bool) -> Spent {
    let said = usage.cost_micros.map(|said| said.clamp(0, MOST_SAID));
    let own = price.map(|price| price::cost(price, &Usage { cost_micros: None, ..*usage }));
    let cost_micros = match (said, own) {
        // A provider's own word is nearer the truth than a price, but not if it is out of all proportion.
        (Some(said), Some(own)) if said > own.saturating_mul(10).saturating_add(1_000) => {
            tracing::warn!(said, own, "a provider says that a call cost far more than its price");
            own
        }
        (Some(said), _) => said,
        (None, own) => own.unwrap_or(0),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_long_as_there_is_room_for() {
        let price = llm_gateway::Price { input: 2_000_000, output: 10_000_000, ..llm_gateway::Price::default() };
        let fits = |tokens, micros| fitting(Room { tokens, micros }, 100, Some(&price));
        assert_eq!(fits(None, None), u32::MAX);
        assert_eq!((fits(Some(1_000), None), fits(Some(99), None), fits(Some(-5), None)), (900, 0, 0));
        // 200 millionths for the question, 10 for each token of the answer.
        let money = fits(None, Some(5_200));
        assert!((490..=500).contains(&money), "{money}");
        assert!(price::at_most(&price, 100, u64::from(money)) <= 5_200);
        assert_eq!(fits(Some(300), Some(5_200)), 200);
        assert_eq!(fits(None, Some(200)), 0);
        assert_eq!(
            fitting(Room { tokens: None, micros: Some(5) }, 100, None),
            u32::MAX,
            "what has no price costs nothing"
        );
    }

    #[test]
    fn a_providers_word_on_the_cost_is_believed_within_reason() {
        let price = llm_gateway::Price { input: 2_000_000, output: 10_000_000, ..llm_gateway::Price::default() };
        let said = |price, cost_micros| {
            let usage = Usage { input_total: 1_000, output_total: 1_000, cost_micros, ..Usage::default() };
            spent(price, &usage, false).cost_micros
        };
        assert_eq!(said(Some(&price), None), 12_000);
        // A discount, or a surcharge of the day.
        assert_eq!((said(Some(&price), Some(3)), said(Some(&price), Some(100_000))), (3, 100_000));
        // Ten times the price and more is a mistake of theirs, not a bill of ours.
        assert_eq!(said(Some(&price), Some(121_001)), 12_000);
        assert_eq!(said(Some(&price), Some(i64::MAX)), 12_000);
        // Without a price to measure it by there is still an end, and nothing makes room for others.
        assert_eq!((said(None, Some(999_999_000_000)), said(None, Some(i64::MIN))), (MOST_SAID, 0));
    }
}
