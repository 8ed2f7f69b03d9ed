//! A fake of any dialect that behaves as the model's name says (`fake-tok500-itl10`, `fake-err429-ra2-every3`): the words
//! of [`crate::fake_llm::spec`], so that chaos runs speak to all dialects alike.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::Value;

use crate::fake_llm::spec::{self, Spec};
use crate::fakes::{Break, Dialect, Fake, Fault, Manner, Plan, Saying, trouble};

/// What is no chat gets this list of models, in the dialect's own shape.
pub async fn start(dialect: Dialect, models: Value) -> Fake {
    let counts: Mutex<HashMap<String, u64>> = Mutex::default();
    Fake::start(dialect, move |asked| {
        let Some(model) = dialect.asked_model(&asked.path, &asked.body) else {
            return Plan { fault: Some(Fault::json(200, &models)), ..Plan::default() };
        };
        let count = {
            let mut counts = counts.lock().unwrap();
            let count = counts.entry(model.clone()).or_default();
            *count += 1;
            *count
        };
        let question = dialect.question(&asked.body);
        let tag = question.split_whitespace().find_map(|word| word.strip_prefix('#')).unwrap_or("t").to_owned();
        plan(dialect, &model, &tag, count)
    })
    .await
}

/// `count`: how many requests this model has had, this one included.
pub fn plan(dialect: Dialect, model: &str, tag: &str, count: u64) -> Plan {
    let spec = Spec::of(model);
    let pieces: Vec<_> = (0..spec.tokens).map(|at| spec.token(tag, at)).collect();
    let saying =
        Saying { model: model.to_owned(), ..Saying::text(&pieces.iter().map(String::as_str).collect::<Vec<_>>()) };
    let mut plan = Plan { gap_ms: spec.gap_ms, first_ms: spec.first_ms, ..Plan::say(saying) };
    let Some(fault) = spec.fault.filter(|_| spec.due(count)) else { return plan };
    let refused = |(status, body): (u16, Value)| {
        let seconds = spec.retry_after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
        let headers = seconds.into_iter().collect();
        let body = body.to_string().into_bytes();
        Fault::Refused { status, media_type: "application/json".to_owned(), headers, body }
    };
    let within = |tokens, what| Fault::Within { tokens, what };
    plan.fault = Some(match fault {
        spec::Fault::Status(status) => refused((status, dialect.overloaded().1)),
        spec::Fault::Context => refused(trouble::too_long(dialect)),
        spec::Fault::Quota => refused(trouble::no_money(dialect)),
        spec::Fault::Filter => refused(trouble::blocked(dialect)),
        spec::Fault::Hang => Fault::Early(Break::Hang),
        spec::Fault::Empty => within(0, Break::End),
        spec::Fault::Cut(at) => within(at, Break::Close),
        spec::Fault::Garbage(at) => within(at, Break::Insert(dialect.garbage().as_bytes().to_vec())),
        spec::Fault::ErrorEvent(at) => within(at, Break::Say(dialect.error_frame(&dialect.overloaded().1))),
        spec::Fault::Stall(at) => within(at, Break::Hang),
        // Neither the reason of its end nor the marker.
        spec::Fault::NoDone => within(spec.tokens, Break::End),
        spec::Fault::Drip(size) => {
            plan.manner = Manner::Drip(size as usize);
            return plan;
        }
    });
    plan
}
