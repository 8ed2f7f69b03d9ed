//! One question's way along its chain: keys, pauses, places, breakers, other models. It ends with the first content.

use std::time::{Duration, SystemTime};

use llm_client::{ChatMessage, ChatRequest, ChatRole, Continuation, ErrorClass, ProviderError};
use tokio::time::{Instant, sleep, sleep_until};

use crate::ask::{Answer, Ask, AskError, Speaker, Spoke, Try};
use crate::breaker::{self, Outcome};
use crate::chain::{Chain, Step};
use crate::concurrency::{Permit, Refusal};
use crate::credentials::Picked;
use crate::embed::Task;
use crate::gateway::Chance;
use crate::purse::{How, Planned, Tab};
use crate::retry::{self, Left, Others};
use crate::settings::GatewaySettings;
use crate::source::Origin;
use crate::state::Admitted;
use crate::watch::{Held, Watched, deadline_passed};

/// Tokens of an answer that may come in one piece.
const SHORT: u32 = 1_024;

/// What a model's turn came to.
enum Turn {
    Answered(Box<Answer>),
    /// It may be asked again in this question, from then on.
    Later(Instant, ProviderError),
    /// Of no use to this question any more.
    Out(ProviderError),
    /// Only a larger window helps.
    TooLong(ProviderError),
    /// Nobody is asked any more.
    Stop(ProviderError),
}

pub struct Walk<'a> {
    pub settings: &'a GatewaySettings,
    pub chain: &'a Chain,
    pub ask: &'a Ask,
    pub deadline: Instant,
    task: Task,
    chance: &'a Chance,
    tries: Vec<Try>,
}

impl<'a> Walk<'a> {
    pub fn new(
        settings: &'a GatewaySettings,
        chain: &'a Chain,
        ask: &'a Ask,
        deadline: Instant,
        chance: &'a Chance,
    ) -> Self {
        Self { settings, chain, ask, deadline, task: Task::Chat, chance, tries: Vec::new() }
    }

    /// Something else than a conversation is asked for.
    pub fn with_task(self, task: Task) -> Self {
        Self { task, ..self }
    }

    /// Round by round: each model that may still help gets its turn; then a pause, and those that were only indisposed again.
    pub async fn run(mut self) -> Result<Answer, AskError> {
        let mut round: Vec<usize> = (0..self.chain.steps.len()).collect();
        let (mut last, mut too_long) = (None, None::<(u32, ProviderError)>);
        for rounds in 0u32.. {
            let mut later = Vec::new();
            for at in round {
                let Some(step) = self.chain.steps.get(at) else { continue };
                let larger =
                    |(least, _): &(u32, ProviderError)| step.entry.context_window.is_some_and(|own| own > *least);
                if !too_long.as_ref().is_none_or(larger) {
                    continue;
                }
                match self.turn(step, rounds).await {
                    Turn::Answered(answer) => return Ok(*answer),
                    Turn::Later(then, error) => {
                        later.push((at, then));
                        last = prefer(last, error);
                    }
                    Turn::Out(error) => last = prefer(last, error),
                    Turn::TooLong(error) => {
                        let window = step.entry.context_window.map_or(self.chain.needed, u64::from);
                        let window = u32::try_from(window).unwrap_or(u32::MAX);
                        too_long = Some((too_long.map_or(window, |one| one.0.max(window)), error));
                    }
                    Turn::Stop(error) => return Err(self.failed(error)),
                }
            }
            // Those with a window that is known to be too small have nothing to come back for.
            let window = |at: usize| self.chain.steps.get(at).and_then(|step| step.entry.context_window);
            later.retain(|(at, _)| too_long.as_ref().is_none_or(|(least, _)| window(*at) > Some(*least)));
            let wait = later.iter().map(|(_, then)| then.saturating_duration_since(Instant::now())).min();
            let patience = self.settings.retry.longest_hint;
            match wait {
                Some(wait) if !self.chain.alone && wait <= patience && !self.too_late(wait) && self.may_call() => {
                    // A little apart, so that those who wait for the same thing do not come back in step.
                    sleep(wait + Duration::from_millis(((self.chance)() * 50.0) as u64)).await;
                }
                _ => break,
            }
            round = later.into_iter().map(|(at, _)| at).collect();
        }
        // Whoever shortens the question has a chance: said when the length was what stood in the way of some.
        let length = too_long.map(|(_, error)| error).or_else(|| {
            let detail = "those that could hold the question did not answer";
            self.chain
                .too_small
                .then(|| ProviderError::new(ErrorClass::ContextLength, detail).with_code("others_failed"))
        });
        let error = length.or(last).unwrap_or_else(|| {
            ProviderError::new(ErrorClass::Unavailable, "no model of the chain could be asked").with_code("nobody")
        });
        Err(self.failed(error))
    }

    fn failed(&mut self, error: ProviderError) -> AskError {
        AskError { error, tries: std::mem::take(&mut self.tries) }
    }

    /// Calls of one model, until it answers or somebody else should.
    async fn turn(&mut self, step: &Step, rounds: u32) -> Turn {
        let (retry, alone) = (&self.settings.retry, self.chain.alone);
        let (mut spent, mut failures, mut again) = (Vec::new(), 0, None::<(Picked, Duration)>);
        let mut last = None::<ProviderError>;
        loop {
            if !self.may_call() {
                return Turn::Out(last.unwrap_or_else(|| local(ErrorClass::Unavailable, "too_many_calls")));
            }
            let place = match self.place(step, &spent, again.take(), &last).await {
                Ok(place) => place,
                Err(turn) => return turn,
            };
            let (picked, admitted, permit) = place;
            let mut request = request(self.ask, step);
            request.whole = may_come_whole(&request, step);
            let mut tab = match self.reserve(step, &picked, &mut request).await {
                Ok(tab) => tab,
                Err(error) => return Turn::Stop(error),
            };
            let (begun, started) = (Instant::now(), wall_clock());
            let mut thoughts = String::new();
            let (source, secret, whole) = (&step.source, picked.secret.clone(), request.whole);
            let heard = self.task.begin(source, request, secret, self.deadline, &mut thoughts).await;
            let took = begun.elapsed();
            match heard {
                Ok(stream) => return self.answered(step, picked, admitted, permit, (stream, tab), (started, took)),
                Err(error) => {
                    let worked = may_have_worked(&error, &thoughts, whole);
                    tab.hear(&thoughts);
                    let how = if worked { How::Cut(error.class) } else { How::Failed(error.class) };
                    tab.close(how, error.usage.as_deref());
                    self.learn(step, &picked, admitted, &error);
                    drop(permit);
                    self.note(step, &picked, (started, took), Some(&error));
                    failures += 1;
                    let left = Left { failures, alone, after_moderation: self.chain.after_moderation };
                    let verdict = retry::verdict(&error, left, retry, (self.chance)());
                    if verdict.other_key {
                        spent.push(picked.id.clone().unwrap_or_default());
                        let other = self.other_key(step, &spent);
                        // Another key that rests for longer than this one's pause is no help.
                        if other.is_some_and(|wait| verdict.again.is_none_or(|pause| wait <= pause)) {
                            last = Some(error);
                            continue;
                        }
                    }
                    match (verdict.again.filter(|pause| !self.too_late(*pause)), verdict.others) {
                        (Some(pause), _) => again = Some((picked, pause)),
                        (None, Others::None) => return Turn::Stop(error),
                        (None, Others::Larger) => return Turn::TooLong(error),
                        (None, Others::Any) => return self.later(error, rounds),
                    }
                    last = Some(error);
                }
            }
        }
    }

    /// The leave of whoever pays, before the call is made. The guide costs nobody anything.
    async fn reserve(&self, step: &Step, picked: &Picked, request: &mut ChatRequest) -> Result<Tab, ProviderError> {
        let Some(purse) = self.ask.purse.as_ref().filter(|_| step.source.origin != Origin::Guide) else {
            return Ok(Tab::new(None));
        };
        let planned = Planned {
            provider: &step.source.name,
            model: &step.entry.model,
            id: &step.entry.id,
            credential: picked.label.as_deref(),
            credential_id: picked.id.as_deref(),
            price: step.entry.price,
            messages: &request.messages,
            tools: &request.tools,
            format: &request.format,
            reasons: step.entry.known.reasoning == Some(true),
            whole: request.whole,
            asked_output: request.max_output_tokens,
            model_output: step.entry.max_output,
            window: step.entry.context_window,
        };
        let grant = purse.reserve(planned).await?;
        request.max_output_tokens = grant.most_output.or(request.max_output_tokens);
        Ok(Tab::new(Some(grant.account)))
    }

    /// After its turn: those that may get well by themselves come back in the next round.
    fn later(&self, error: ProviderError, rounds: u32) -> Turn {
        let pause = match error.class {
            ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown | ErrorClass::RateLimited
                if error.should_retry != Some(false) =>
            {
                error.retry_after.unwrap_or_else(|| retry::backoff(rounds + 1, &self.settings.retry, (self.chance)()))
            }
            ErrorClass::Timeout
            | ErrorClass::Unavailable
            | ErrorClass::Unknown
            | ErrorClass::RateLimited
            | ErrorClass::Auth
            | ErrorClass::Payment
            | ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::InvalidRequest => return Turn::Out(error),
        };
        Turn::Later(Instant::now() + pause, error)
    }

    /// For how long the best other key rests; `None`: there is none.
    fn other_key(&self, step: &Step, spent: &[String]) -> Option<Duration> {
        step.source.state.turns().wait(&step.source.credentials, spent, Instant::now())
    }

    /// A key that is free, a place at the provider, and the breaker's leave. Nothing is held while it waits for the others.
    async fn place(
        &self,
        step: &Step,
        spent: &[String],
        again: Option<(Picked, Duration)>,
        last: &Option<ProviderError>,
    ) -> Result<(Picked, Admitted, Permit), Turn> {
        let (own, pause) = again.map_or((None, Duration::ZERO), |(picked, pause)| (Some(picked), pause));
        let mut until = Instant::now() + pause;
        let patience = self.settings.retry.patience(self.chain.alone);
        let later = |wait: Duration, error: ProviderError| {
            let error = last.clone().unwrap_or(ProviderError { retry_after: Some(wait), ..error });
            Turn::Later(Instant::now() + wait, error)
        };
        loop {
            // A timer counts in milliseconds and rounds up: one that has passed already would still cost one.
            if until > Instant::now() {
                sleep_until(until).await;
            }
            if let Some(left) = step.state.refuses(Instant::now()) {
                return Err(later(left, local(ErrorClass::Unavailable, "breaker_open")));
            }
            let turn =
                if self.chain.alone { self.deadline } else { Instant::now() + self.settings.concurrency.patience };
            let permit = step.source.state.limiter.acquire(&self.ask.asker, turn.min(self.deadline)).await;
            let permit = permit.map_err(|refusal| match refusal {
                _ if self.too_late(Duration::ZERO) => Turn::Stop(last.clone().unwrap_or_else(deadline_passed)),
                Refusal::Full => later(Duration::from_secs(1), local(ErrorClass::RateLimited, "queue_full")),
                Refusal::Late => later(Duration::from_secs(1), local(ErrorClass::RateLimited, "queue_slow")),
            })?;
            let picked = match &own {
                Some(own) => Picked { wait: Duration::ZERO, ..own.clone() },
                None => {
                    let turns = &mut step.source.state.turns();
                    let picked = turns.pick(&step.source.credentials, spent, &self.settings.retry, Instant::now());
                    picked.map_err(|none| {
                        let error = local(none.class, "no_credential");
                        let error = ProviderError { retry_after: none.left, ..error };
                        Turn::Out(last.clone().unwrap_or(error))
                    })?
                }
            };
            if !picked.wait.is_zero() {
                // Somebody else may call meanwhile.
                drop(permit);
                if picked.wait > patience || self.too_late(picked.wait) {
                    return Err(later(picked.wait, local(ErrorClass::RateLimited, "keys_resting")));
                }
                until = Instant::now() + picked.wait;
                continue;
            }
            match step.state.admit(Instant::now()) {
                Ok(admitted) => return Ok((picked, admitted, permit)),
                Err(left) => return Err(later(left, local(ErrorClass::Unavailable, "breaker_open"))),
            }
        }
    }

    fn answered(
        &mut self,
        step: &Step,
        picked: Picked,
        admitted: Admitted,
        permit: Permit,
        (stream, tab): (Watched, Tab),
        (started, took): (SystemTime, Duration),
    ) -> Turn {
        let state = &step.source.state;
        let change = state.turns().succeeded(&picked);
        state.tell_key(picked.id.as_ref(), change);
        state.limiter.answered(took);
        step.state.first_content(took);
        admitted.end(Outcome::Good);
        self.note(step, &picked, (started, took), None);
        let failed = &self.tries[..self.tries.len() - 1];
        // Whom this question has failed already stands at the end now, but was to speak.
        let passed = |one: &Step| {
            one.place < step.place && self.ask.avoid.iter().any(|id| id.eq_ignore_ascii_case(&one.entry.id))
        };
        let first = self.chain.steps.first().is_some_and(|first| first.place == step.place)
            && !self.chain.steps.iter().any(passed);
        let why = match (&self.ask.continue_from, first, failed.is_empty()) {
            (Some(_), _, _) => Spoke::Continued,
            (None, false, _) => Spoke::Fallback { after: failed.to_vec() },
            (None, true, true) => Spoke::First,
            (None, true, false) => Spoke::Retried,
        };
        let speaker = Speaker {
            provider: step.source.name.clone(),
            model: step.entry.model.clone(),
            id: step.entry.id.clone(),
            route: self.chain.route.clone(),
            credential: picked.label,
            credential_id: picked.id,
            continuation: step.continuation,
            why,
            price: step.entry.price,
        };
        let (model, longest) = (step.state.clone(), self.settings.retry.longest_hint);
        let cut = Box::new(move |error: &ProviderError| {
            // The whole run's end is ours, not the model's.
            if error.code.as_deref() != Some("deadline") {
                model.note(breaker::outcome(error, longest));
            }
        });
        let stream = Box::pin(stream.hold(Held { _permit: permit, cut }, tab));
        let tries = std::mem::take(&mut self.tries);
        Turn::Answered(Box::new(Answer { tries, ..Answer::new(speaker, stream) }))
    }

    /// What a failure says of key, provider and model.
    fn learn(&self, step: &Step, picked: &Picked, admitted: Admitted, error: &ProviderError) {
        let (state, retry, now) = (&step.source.state, &self.settings.retry, Instant::now());
        let change = state.turns().failed(picked, error.class, error.retry_after, retry, now);
        state.tell_key(picked.id.as_ref(), change);
        let ours = error.code.as_deref() == Some("deadline");
        match error.class {
            ErrorClass::RateLimited => state.limiter.pushed_back(now),
            ErrorClass::Timeout if !ours => state.limiter.pushed_back(now),
            ErrorClass::Timeout
            | ErrorClass::Auth
            | ErrorClass::Payment
            | ErrorClass::Moderation
            | ErrorClass::ContextLength
            | ErrorClass::Unavailable
            | ErrorClass::InvalidRequest
            | ErrorClass::Unknown => {}
        }
        admitted.end(if ours { Outcome::Neutral } else { breaker::outcome(error, retry.longest_hint) });
    }

    fn may_call(&self) -> bool {
        u32::try_from(self.tries.len()).is_ok_and(|calls| calls < self.settings.retry.most_calls)
    }

    fn too_late(&self, wait: Duration) -> bool {
        Instant::now() + wait >= self.deadline
    }

    /// Records, counts and logs a call. Never the provider's words: they can hold ids, keys and the user's own text.
    fn note(
        &mut self,
        step: &Step,
        picked: &Picked,
        (started, took): (SystemTime, Duration),
        error: Option<&ProviderError>,
    ) {
        let class = error.map_or("ok", |error| error.class.as_str());
        let (provider, model) = (step.source.name.clone(), step.entry.model.clone());
        // Names that nobody lists are what askers type: without end.
        let series = if step.entry.named { model.clone() } else { "other".to_owned() };
        metrics::counter!("obrol_llm_attempts_total", "provider" => provider.clone(), "model" => series.clone(), "class" => class).increment(1);
        match error {
            None => {
                metrics::histogram!("obrol_llm_first_token_seconds", "provider" => provider.clone(), "model" => series)
                    .record(took)
            }
            Some(error) => tracing::warn!(
                provider,
                model,
                credential = picked.label,
                class,
                status = error.status,
                code = error.code,
                retry_after = error.retry_after.map(|hint| hint.as_secs_f64()),
                "a call to a provider failed"
            ),
        }
        self.tries.push(Try {
            provider,
            model,
            credential: picked.label.clone(),
            credential_id: picked.id.clone(),
            started,
            took,
            class: error.map(|error| error.class),
            status: error.and_then(|error| error.status),
            retry_after: error.and_then(|error| error.retry_after),
            detail: error.map(|error| error.detail.clone()).unwrap_or_default(),
            usage: error.and_then(|error| error.usage.as_deref().copied()),
            price: step.entry.price,
        });
    }
}

/// Whether a call that failed before its first content may have cost something: there was no word that it was refused.
/// Of a whole answer nothing is heard while it is made.
fn may_have_worked(error: &ProviderError, thoughts: &str, whole: bool) -> bool {
    let late: &[&str] = match whole {
        true => &["truncated", "too_long", "line_too_long", "broken"],
        false => &["truncated", "too_long", "line_too_long"],
    };
    error.class == ErrorClass::Timeout
        || !thoughts.is_empty()
        || (error.status.is_none() && error.code.as_deref().is_some_and(|code| late.contains(&code)))
}

/// What a provider said counts for more than that somebody was not even asked.
fn prefer(old: Option<ProviderError>, new: ProviderError) -> Option<ProviderError> {
    let asked = |error: &ProviderError| !error.code.as_deref().is_some_and(|code| LOCAL.contains(&code));
    match old {
        Some(old) if asked(&old) && !asked(&new) => Some(old),
        Some(_) | None => Some(new),
    }
}

/// Codes of errors that are ours: no call was made.
const LOCAL: [&str; 6] =
    ["breaker_open", "queue_full", "queue_slow", "keys_resting", "no_credential", "too_many_calls"];

fn local(class: ErrorClass, code: &str) -> ProviderError {
    let detail = match code {
        "breaker_open" => "it failed too often of late and is left alone for a while",
        "queue_full" | "queue_slow" => "too many questions wait for this provider",
        "keys_resting" => "every key of this provider rests after its limit",
        "no_credential" => "no key of this provider may be used",
        _ => "this question has made all the calls that it may make",
    };
    ProviderError::new(class, detail).with_code(code)
}

/// Whoever does not read along gets a short answer in one piece, which is less work for everybody. A long one streams in any
/// case: a provider that has fallen silent is found out long before the answer would be there.
fn may_come_whole(request: &ChatRequest, step: &Step) -> bool {
    let short = request.max_output_tokens.is_some_and(|most| most <= SHORT);
    request.whole && short && step.source.provider.answers_whole()
}

fn request(ask: &Ask, step: &Step) -> ChatRequest {
    let mut messages = ask.messages.clone();
    if let (Some(text), Continuation::Prefill) = (&ask.continue_from, step.continuation) {
        messages.push(ChatMessage::text(ChatRole::Assistant, text.clone()));
    }
    let known = &step.entry.known;
    ChatRequest {
        model: step.entry.model.clone(),
        messages,
        max_output_tokens: ask.max_output_tokens.or(ask.params.max_output_tokens),
        language: ask.language.clone().or_else(|| ask.params.language.clone()),
        tools: if ask.tools.is_empty() { ask.params.tools.clone() } else { ask.tools.clone() },
        // Some refuse the whole question because of it.
        reasoning: ask.params.reasoning.filter(|_| known.reasoning != Some(false)),
        context_window: ask.params.context_window.or(known.window),
        ..ask.params.clone()
    }
}

#[expect(clippy::disallowed_methods, reason = "a record of when a call was made, never a decision")]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}
