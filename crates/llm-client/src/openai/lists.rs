//! Lists of models, vectors and credits in the OpenAI dialect and its gateways.

use serde_json::Value;

use crate::amount::{micros, picos};
use crate::lenient::{count, lists, size, text};
use crate::{Credits, CreditsOf, ModelInfo, Prices, Usage};

/// What a listed model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Chat,
    Embed,
}

/// `GET /models`. Extra fields of OpenRouter, Groq, Vercel, vLLM and others are read where they are. `None`: no list.
pub(super) fn models(body: &Value, task: Task) -> Option<Vec<ModelInfo>> {
    let list = body.get("data").or_else(|| body.get("models")).unwrap_or(body).as_array()?;
    Some(list.iter().filter(|entry| does(entry, task)).filter_map(model).collect())
}

fn model(entry: &Value) -> Option<ModelInfo> {
    let id = entry.get("id").or_else(|| entry.get("name"))?.as_str()?.to_owned();
    let number = |places: &[&str]| places.iter().find_map(|place| size(entry.pointer(place)));
    let words = |place: &str| {
        let list = entry.pointer(place).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let inputs = words("/architecture/input_modalities");
    Some(ModelInfo {
        name: Some(text(entry, "name")).filter(|name| !name.is_empty()).unwrap_or(&id).to_owned(),
        context_window: number(&["/context_window", "/context_length", "/max_model_len", "/meta/n_ctx_train"]),
        max_output: number(&["/max_completion_tokens", "/top_provider/max_completion_tokens", "/max_tokens"]),
        vision: inputs.iter().any(|input| input == "image"),
        tools: lists(entry, "/supported_parameters", "tools") || lists(entry, "/tags", "tool-use"),
        reasoning: lists(entry, "/supported_parameters", "reasoning"),
        inputs,
        outputs: words("/architecture/output_modalities"),
        prices: entry.get("pricing").filter(|prices| prices.is_object()).map(prices),
        id,
    })
}

/// Decimal strings for one token: `prompt`/`completion` at OpenRouter, `input`/`output` at Vercel.
fn prices(pricing: &Value) -> Prices {
    let price = |names: &[&str]| names.iter().find_map(|name| picos(pricing.get(name)?));
    Prices {
        input: price(&["prompt", "input"]),
        output: price(&["completion", "output"]),
        input_cached: price(&["input_cache_read"]),
        input_cache_write: price(&["input_cache_write"]),
        request: price(&["request"]),
        image: price(&["image"]),
    }
}

/// By what the list says of it, else by its name: a list of OpenAI's names everything that the service has.
fn does(entry: &Value, task: Task) -> bool {
    const OTHERS: &[&str] = &[
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "moderation",
        "transcribe",
        "realtime",
        "gpt-image",
        "sora-",
        "rerank",
        "davinci-002",
        "babbage-002",
    ];
    if let Some(kind) = entry.get("type").and_then(Value::as_str) {
        let known = ["embedding", "image", "language", "realtime", "reranking", "speech", "transcription", "video"];
        if known.contains(&kind) {
            return kind == if task == Task::Chat { "language" } else { "embedding" };
        }
    }
    if lists(entry, "/architecture/output_modalities", "embeddings") {
        return task == Task::Embed;
    }
    let id = entry.get("id").or_else(|| entry.get("name")).and_then(Value::as_str).unwrap_or_default();
    let id = id.to_ascii_lowercase();
    match task {
        Task::Chat => !OTHERS.iter().any(|other| id.contains(other)),
        Task::Embed => id.contains("embed"),
    }
}

/// `POST /embeddings`: sorted by index, since the order is not promised.
pub(super) fn vectors(body: &Value) -> Option<Vec<Vec<f32>>> {
    let mut found: Vec<(u64, Vec<f32>)> = Vec::new();
    for (position, entry) in body.get("data")?.as_array()?.iter().enumerate() {
        let index = entry.get("index").and_then(Value::as_u64).unwrap_or(position as u64);
        found.push((index, numbers(entry.get("embedding")?)?));
    }
    found.sort_by_key(|(index, _)| *index);
    Some(found.into_iter().map(|(_, vector)| vector).collect())
}

pub(crate) fn numbers(list: &Value) -> Option<Vec<f32>> {
    list.as_array()?.iter().map(|number| Some(number.as_f64()? as f32)).collect()
}

pub(super) fn embed_usage(body: &Value) -> Option<Usage> {
    let usage = body.get("usage").filter(|usage| usage.is_object())?;
    let cost_micros = micros(&usage["cost"]);
    Some(Usage { input_total: count(&usage["prompt_tokens"]), cost_micros, ..Usage::default() })
}

/// OpenRouter `GET /key`: the cap of this key. `true`: a management key, which may also read the account.
pub(super) fn key_credits(body: &Value) -> Option<(Credits, bool)> {
    let data = body.get("data").filter(|data| data.is_object())?;
    let credits =
        Credits { remaining: micros(&data["limit_remaining"]), used: micros(&data["usage"]), of: CreditsOf::Key };
    Some((credits, data["is_management_key"] == true))
}

/// OpenRouter `GET /credits`, for management keys.
pub(super) fn account_credits(body: &Value) -> Option<Credits> {
    let data = body.get("data")?;
    let (bought, used) = (micros(&data["total_credits"])?, micros(&data["total_usage"])?);
    Some(Credits { remaining: Some(bought.saturating_sub(used)), used: Some(used), of: CreditsOf::Account })
}

/// Vercel `GET /credits`: strings, or numbers.
pub(super) fn balance(body: &Value) -> Option<Credits> {
    let remaining = Some(micros(&body["balance"])?);
    Some(Credits { remaining, used: micros(&body["total_used"]), of: CreditsOf::Account })
}
