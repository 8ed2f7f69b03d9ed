//! The oracle must be able to say no.

use serde_json::{Value, json};

use super::Reading;
use crate::sse::Event;

fn told(reading: &mut Reading, name: &str, data: Value) {
    reading.apply(&Event { id: None, name: name.to_owned(), data });
}

fn delta(reading: &mut Reading, start: usize, text: &str) {
    told(reading, "run.delta", json!({"start": start, "text": text}));
}

fn end(reading: &mut Reading, name: &str, text: &str) {
    told(reading, name, json!({"message": {"content": [{"type": "text", "text": text}]}}));
}

#[test]
fn text_in_order_is_taken_once() {
    let mut reading = Reading::default();
    delta(&mut reading, 0, "日本");
    delta(&mut reading, 1, "本語");
    delta(&mut reading, 0, "日");
    assert_eq!((reading.text().as_str(), reading.faults.len()), ("日本語", 0));
    told(&mut reading, "run.rewound", json!({"attempt": 2, "keep": 2}));
    delta(&mut reading, 2, "!");
    end(&mut reading, "run.succeeded", "日本!");
    assert_eq!((reading.text().as_str(), reading.faults.len(), reading.rewinds), ("日本!", 0, 1));
}

#[test]
fn holes_and_other_words_at_the_same_place_are_faults() {
    let mut reading = Reading::default();
    delta(&mut reading, 0, "ab");
    delta(&mut reading, 1, "x");
    assert_eq!(reading.faults.len(), 1, "{reading:?}");
    delta(&mut reading, 9, "z");
    assert_eq!((reading.faults.len(), reading.gap), (2, true), "{reading:?}");
    let mut reading = Reading::default();
    end(&mut reading, "run.succeeded", "");
    end(&mut reading, "run.failed", "");
    assert_eq!(reading.faults.len(), 1, "two ends: {reading:?}");
}

#[test]
fn a_good_end_does_not_hide_what_was_not_heard() {
    let mut reading = Reading::default();
    delta(&mut reading, 0, "ab");
    end(&mut reading, "run.succeeded", "abc");
    assert_eq!((reading.text().as_str(), reading.faults.len()), ("ab", 1), "{reading:?}");
    let mut reading = Reading::default();
    delta(&mut reading, 0, "abc");
    end(&mut reading, "run.failed", "ab");
    assert_eq!((reading.text().as_str(), reading.faults.len()), ("abc", 1), "a tail is lost by a rewind: {reading:?}");
    let mut reading = Reading::default();
    delta(&mut reading, 0, "abc");
    told(&mut reading, "run.rewound", json!({"attempt": 1, "keep": 2}));
    end(&mut reading, "run.failed", "ab");
    assert_eq!((reading.text().as_str(), reading.faults.len()), ("ab", 0), "{reading:?}");
    let mut reading = Reading::default();
    told(&mut reading, "run.rewound", json!({"attempt": 2, "keep": 2}));
    assert_eq!(reading.faults.len(), 1, "nothing to keep: {reading:?}");
}
