//! Reading JSON of others: a field of an odd type counts as absent, a number may be a string.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A field that is absent, null or of another type than expected is `None`.
pub fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Maybe<T> {
        Yes(T),
        No(serde::de::IgnoredAny),
    }
    Ok(match Option::<Maybe<T>>::deserialize(from)? {
        Some(Maybe::Yes(value)) => Some(value),
        Some(Maybe::No(_)) | None => None,
    })
}

/// Never negative; a number may come as a string or as a float.
pub fn count(value: &Value) -> u64 {
    let float = || value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|n: &f64| n.is_finite());
    value.as_u64().or_else(|| float().map(|number| number.max(0.0) as u64)).unwrap_or(0)
}

/// The text of a field, empty if there is none.
pub fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// A count that says something: not zero, and no larger than any model's.
pub fn size(value: Option<&Value>) -> Option<u32> {
    u32::try_from(count(value?)).ok().filter(|count| *count > 0)
}

/// Whether the list in this field holds the word.
pub fn lists(value: &Value, pointer: &str, word: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| one == word))
}

/// True as Python sees it: what a provider's own client treats as an error.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

/// The arguments of a call as an object; what is none is put into one, so that the model sees what it wrote.
pub fn arguments(text: &str) -> Value {
    if text.trim().is_empty() {
        return Value::Object(serde_json::Map::new());
    }
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => object,
        Ok(_) | Err(_) => serde_json::json!({ "arguments": text }),
    }
}
