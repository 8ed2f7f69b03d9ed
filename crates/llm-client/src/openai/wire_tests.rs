//! The quick way of reading a chunk beside the one that takes anything.
#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// One of these as the field's value, or no such field.
fn field(name: &'static str, values: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    proptest::option::of(select(values)).prop_map(move |value| value.map(|value| format!("\"{name}\":{value}")))
}

fn object(fields: impl IntoIterator<Item = Option<String>>) -> String {
    format!("{{{}}}", fields.into_iter().flatten().collect::<Vec<_>>().join(","))
}

const NAMES: &[&str] = &["null", "\"\"", "\"m\"", "7"];
const ODD: &[&str] = &["null", "null", "null", "{}", "[]", "\"x\"", "false"];

fn chunk() -> impl Strategy<Value = String> {
    let delta = (
        field("content", &["\"a\"", "\"\"", "\"\\u00e9 \\n\"", "null", "1", "[{\"text\":\"x\"}]"]),
        field("reasoning", &["null", "\"r\"", "\"\""]),
        field("role", &["\"assistant\"", "null"]),
        field("tool_calls", &["null", "[]", "[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"f\"}}]"]),
        field("refusal", &["null", "\"\"", "\"no\""]),
    );
    let delta = delta.prop_map(|(a, b, c, d, e)| object([a, b, c, d, e]));
    let choice = (delta, field("finish_reason", &["null", "\"stop\"", "\"\"", "\"error\""]), field("error", ODD));
    let choice =
        (choice, field("message", &["null", "{\"content\":\"w\"}"])).prop_map(|((delta, finish, error), message)| {
            object([Some(format!("\"delta\":{delta}")), finish, error, message])
        });
    let choices =
        proptest::collection::vec(choice, 0..3).prop_map(|all| Some(format!("\"choices\":[{}]", all.join(","))));
    let beside = (
        field("id", NAMES),
        field("model", NAMES),
        field("usage", &["null", "{\"prompt_tokens\":1,\"completion_tokens\":2}"]),
        field("x_groq", ODD),
        field("error", ODD),
        field("object", &["\"chat.completion.chunk\""]),
    );
    (beside, choices).prop_map(|((a, b, c, d, e, f), choices)| object([a, b, choices, c, d, e, f]))
}

proptest! {
    #[test]
    fn what_is_read_quickly_means_what_it_means_otherwise(chunks in proptest::collection::vec(chunk(), 1..4)) {
        let (mut quick, mut slow) = (Turn::new("openai", "m", false), Turn::new("openai", "m", false));
        for data in &chunks {
            let (mut heard, mut expected) = (Vec::new(), Vec::new());
            let Some(plain) = Plain::read(data) else {
                quick.any(data, &mut heard);
                slow.any(data, &mut expected);
                continue;
            };
            prop_assert!(matches!(quick.plain(plain, &mut heard), Heard::Piece));
            prop_assert!(matches!(slow.any(data, &mut expected), Heard::Piece), "{}", data);
            prop_assert_eq!(&heard, &expected, "{}", data);
            prop_assert_eq!((&quick.model, &quick.id, &quick.finish), (&slow.model, &slow.id, &slow.finish));
            prop_assert_eq!((quick.streams, quick.refused, quick.usage), (slow.streams, slow.refused, slow.usage));
        }
    }
}

#[test]
fn a_piece_of_text_is_read_quickly() {
    let data = "{\"id\":\"c\",\"object\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"a\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}";
    assert!(Plain::read(data).is_some());
    assert!(Plain::read(&data.replace("\"usage\":null", "\"usage\":{}")).is_none());
}
