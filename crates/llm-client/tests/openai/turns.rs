//! Tool calls and usage: checklist 2 and 3.

use llm_client::{FinishReason, Usage};
use serde_json::{Value, json};

use crate::{calls, delta, end, finish, hear, sse, text};

// 2. Tool calls.

async fn tools(deltas: &[Value], reason: Value) -> Vec<(String, String, String)> {
    let mut chunks: Vec<Value> =
        deltas.iter().map(|pieces| delta(json!({"content": null, "tool_calls": pieces}))).collect();
    chunks.push(end(reason));
    let (events, error) = hear(&sse(&chunks)).await;
    assert_eq!(error, None);
    assert_eq!(finish(&events).0, FinishReason::ToolCalls);
    calls(events)
}

pub fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

#[tokio::test]
async fn two_parallel_calls_with_split_and_without_arguments() {
    let found = tools(
        &[
            json!([{"index": 0, "id": "call_a", "type": "function", "function": {"name": "get_stock", "arguments": ""}}]),
            json!([{"index": 0, "function": {"arguments": "{\"sku\":"}}]),
            json!([{"index": 0, "function": {"arguments": "\"A1\"}"}}]),
            json!([{"index": 1, "id": "call_b", "type": "function", "function": {"name": "now", "arguments": ""}}]),
        ],
        json!("tool_calls"),
    )
    .await;
    assert_eq!(found, [call("call_a", "get_stock", "{\"sku\":\"A1\"}"), call("call_b", "now", "{}")]);
}

#[tokio::test]
async fn indices_may_start_at_one_ids_may_repeat_and_pieces_may_interleave() {
    let found = tools(
        &[
            json!([{"index": 1, "id": "a", "function": {"name": "f", "arguments": "{\"x\""}}, {"index": 2, "id": "b", "function": {"name": "g"}}]),
            json!([{"index": 2, "id": "b", "function": {"name": "", "arguments": "{}"}}]),
            json!([{"index": 1, "id": "a", "function": {"name": "f", "arguments": ":1}"}}]),
        ],
        json!("stop"),
    )
    .await;
    assert_eq!(found, [call("a", "f", "{\"x\":1}"), call("b", "g", "{}")]);
}

#[tokio::test]
async fn whole_arguments_missing_ids_missing_indices_and_objects() {
    let found =
        tools(&[json!([{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}}])], Value::Null)
            .await;
    assert_eq!(found, [call("a", "f", "{\"x\":1}")]);
    let found = tools(
        &[
            json!([{"function": {"name": "f", "arguments": "{"}}]),
            json!([{"function": {"arguments": "}"}}]),
            json!([{"index": 5, "function": {"name": "g", "arguments": {"y": 2}}}]),
        ],
        json!("tool_calls"),
    )
    .await;
    assert_eq!(found, [call("call_0", "f", "{}"), call("call_1", "g", "{\"y\":2}")]);
    let found = tools(
        &[
            json!([{"index": 0, "id": "a", "function": {"name": "f"}}]),
            json!([{"index": 0, "id": "b", "function": {"name": "g"}}]),
        ],
        json!("stop"),
    )
    .await;
    assert_eq!(found, [call("a", "f", "{}"), call("b", "g", "{}")]);
}

#[tokio::test]
async fn a_turn_cut_by_length_is_no_tool_turn() {
    let chunks = [
        delta(json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":"}}]})),
        end(json!("length")),
    ];
    let (events, _) = hear(&sse(&chunks)).await;
    assert_eq!(finish(&events).0, FinishReason::Length);
    assert_eq!(calls(events), []);
}

// 3. Usage.

#[tokio::test]
async fn usage_is_taken_wherever_it_stands_and_never_summed() {
    let usage = |input: u64, output: u64| json!({"prompt_tokens": input, "completion_tokens": output});
    let said = delta(json!({"content": "x"}));
    let with = |mut chunk: Value, usage: Value| {
        chunk["usage"] = usage;
        chunk
    };
    let cases = [
        (vec![said.clone(), end(json!("stop")), json!({"choices": [], "usage": usage(5, 2)})], Some((5, 2))),
        (vec![said.clone(), end(json!("stop")), with(delta(json!({"content": ""})), usage(5, 2))], Some((5, 2))),
        (vec![said.clone(), with(end(json!("stop")), usage(5, 2))], Some((5, 2))),
        (vec![said.clone(), end(json!("stop"))], None),
        (vec![with(said.clone(), usage(5, 1)), with(said.clone(), usage(5, 2)), end(json!("stop"))], Some((5, 2))),
        (
            vec![
                with(said.clone(), usage(9, 9)),
                with(end(json!("stop")), usage(5, 2)),
                json!({"choices": [], "usage": null}),
            ],
            Some((5, 2)),
        ),
    ];
    for (chunks, expected) in cases {
        let (events, _) = hear(&sse(&chunks)).await;
        let found = finish(&events).1.map(|usage| (usage.input_total, usage.output_total));
        assert_eq!(found, expected, "{chunks:?}");
    }
}

#[tokio::test]
async fn usage_in_detail_and_in_odd_forms() {
    let usage = json!({
        "prompt_tokens": "100", "completion_tokens": 2567.0, "total_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 80, "cache_write_tokens": 10, "audio_tokens": null},
        "completion_tokens_details": {"reasoning_tokens": 2590}, "cost": "0.00014",
    });
    let (events, _) =
        hear(&sse(&[delta(json!({"content": "x"})), end(json!("stop")), json!({"choices": [], "usage": usage})])).await;
    let expected = Usage {
        input_total: 100,
        input_cached: 80,
        input_cache_write: 10,
        output_total: 2567,
        reasoning: 2590,
        cost_micros: Some(140),
    };
    assert_eq!(finish(&events).1, Some(expected));
    for odd in [
        json!("much"),
        json!(3),
        json!({"prompt_tokens": -5, "completion_tokens": [], "prompt_tokens_details": "none", "cost": {}}),
    ] {
        let (events, error) =
            hear(&sse(&[delta(json!({"content": "x"})), end(json!("stop")), json!({"choices": [], "usage": odd})]))
                .await;
        assert_eq!((text(&events).as_str(), error), ("x", None));
    }
}
