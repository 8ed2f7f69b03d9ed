//! The rules of runs, state by state.

use proptest::prelude::*;

use super::follow::{length, skip, take};
use super::*;

fn running(attempt: u32) -> RunState {
    RunState { status: Status::Running, attempt, ..RunState::NEW }
}

#[test]
fn a_claim_takes_a_waiting_run_and_raises_the_fence() {
    let (state, outcome) = RunState::NEW.step(Input::Claim, &Limits::default()).unwrap();
    assert_eq!((state.status, state.attempt, outcome), (Status::Running, 1, Outcome::Claimed));
    assert_eq!(state.step(Input::Claim, &Limits::default()), Err(Refused::NotQueued));
}

#[test]
fn an_older_attempt_is_fenced_whatever_it_says() {
    for input in [
        Input::Succeed { attempt: 1 },
        Input::Fail { attempt: 1, retryable: true },
        Input::Release { attempt: 1 },
        Input::Stopped { attempt: 1 },
        Input::Died { attempt: 1 },
    ] {
        assert_eq!(running(2).step(input, &Limits::default()), Err(Refused::Fenced), "{input:?}");
    }
}

#[test]
fn the_third_death_is_the_last() {
    let limits = Limits::default();
    let mut state = RunState::NEW;
    for death in 1..=3 {
        state = state.step(Input::Claim, &limits).unwrap().0;
        state = state.step(Input::Died { attempt: state.attempt }, &limits).unwrap().0;
        assert_eq!(state.status, if death < 3 { Status::Queued } else { Status::Failed });
    }
    assert_eq!(state.step(Input::Claim, &limits), Err(Refused::Over));
}

#[test]
fn retryable_failures_wait_longer_each_time_and_end() {
    let limits = Limits::default();
    let mut state = RunState::NEW;
    let mut waits = Vec::new();
    loop {
        state = state.step(Input::Claim, &limits).unwrap().0;
        let (next, outcome) = state.step(Input::Fail { attempt: state.attempt, retryable: true }, &limits).unwrap();
        state = next;
        match outcome {
            Outcome::Again { after } => waits.push(after.as_millis()),
            other => {
                assert_eq!(other, Outcome::Finished);
                break;
            }
        }
    }
    assert_eq!(waits, [500, 1000, 2000]);
    assert_eq!(state.status, Status::Failed);
}

#[test]
fn draining_costs_neither_a_death_nor_a_failure() {
    let (state, outcome) = running(4).step(Input::Release { attempt: 4 }, &Limits::default()).unwrap();
    assert_eq!((state.deaths, state.failures, state.status), (0, 0, Status::Queued));
    assert_eq!(outcome, Outcome::Again { after: std::time::Duration::ZERO });
}

#[test]
fn a_wish_to_stop_is_never_forgotten() {
    let limits = Limits::default();
    let (asked, outcome) = running(1).step(Input::Cancel, &limits).unwrap();
    assert_eq!(outcome, Outcome::StopAsked);
    for input in [
        Input::Stopped { attempt: 1 },
        Input::Died { attempt: 1 },
        Input::Release { attempt: 1 },
        Input::Fail { attempt: 1, retryable: true },
    ] {
        assert_eq!(asked.step(input, &limits).unwrap().0.status, Status::Cancelled, "{input:?}");
    }
    // The answer was complete before the worker heard of it: the person gets it.
    assert_eq!(asked.step(Input::Succeed { attempt: 1 }, &limits).unwrap().0.status, Status::Succeeded);
    assert_eq!(asked.step(Input::Cancel, &limits).unwrap().1, Outcome::Unchanged);
}

#[test]
fn positions_travel_as_text() {
    let position = Position { attempt: 3, at: 120 };
    assert_eq!(position.to_string().parse(), Ok(position));
    for odd in ["", "1", "1.", ".1", "1.2.3", "-1.2", "1.99999999999"] {
        assert_eq!(odd.parse::<Position>(), Err(()), "{odd}");
    }
}

#[test]
fn text_is_cut_between_code_points() {
    assert_eq!(skip("a🌼予測", 2), "予測");
    assert_eq!(take("a🌼予測", 2), "a🌼");
    assert_eq!((skip("ab", 5), take("ab", 5), length("🌼予")), ("", "ab", 2));
}

proptest! {
    /// However pieces are cut, doubled and overlapped, a reader that closes gaps by asking ends with exactly the text.
    #[test]
    fn any_delivery_gives_the_same_text(text in "\\PC{0,60}", cuts in proptest::collection::vec((0u32..60, 1u32..20), 0..40)) {
        let mut position = Position { attempt: 1, at: 0 };
        let mut have = String::new();
        let whole = length(&text);
        let apply = |position: &mut Position, have: &mut String, start: u32, len: u32| {
            let piece = take(skip(&text, start.min(whole)), len);
            match position.read(1, start, piece) {
                Reading::Append(new) => {
                    have.push_str(new);
                    *position = position.advanced(new);
                }
                Reading::Known => {}
                Reading::Gap => {
                    let refetched = skip(&text, position.at);
                    have.push_str(refetched);
                    *position = position.advanced(refetched);
                }
            }
        };
        for (start, len) in cuts {
            apply(&mut position, &mut have, start.min(whole), len);
        }
        apply(&mut position, &mut have, 0, whole);
        prop_assert_eq!(have, text);
    }

    /// No sequence of inputs leaves a terminal state, lowers the fence, or runs for ever.
    #[test]
    fn the_machine_keeps_its_laws(inputs in proptest::collection::vec((0u8..8, 0u32..6, any::<bool>()), 0..80)) {
        let limits = Limits::default();
        let mut state = RunState::NEW;
        for (kind, attempt, retryable) in inputs {
            let input = match kind {
                0 | 1 => Input::Claim,
                2 => Input::Succeed { attempt },
                3 => Input::Fail { attempt, retryable },
                4 => Input::Release { attempt },
                5 => Input::Died { attempt },
                6 => Input::Cancel,
                _ => Input::Stopped { attempt },
            };
            let before = state;
            if let Ok((after, _)) = state.step(input, &limits) {
                prop_assert!(!before.status.is_terminal() || after == before);
                prop_assert!(after.attempt >= before.attempt);
                prop_assert!(after.deaths <= limits.deaths && after.failures <= limits.failures);
                prop_assert!(before.cancel_requested <= after.cancel_requested);
                state = after;
            }
        }
    }
}

#[test]
fn an_answer_is_taken_up_anywhere_but_in_a_code_block() {
    use super::follow::can_go_on;
    for good in
        ["Once upon", "```rust\nfn a() {}\n```\nand then", "~~~\n```\n~~~\n", "a ` in a line", "````\n```\n````\nend"]
    {
        assert!(can_go_on(good), "{good:?}");
    }
    for bad in ["", " \n", "```rust\nfn a() {", "text\n  ~~~\ncode", "````\n```\n", "```\ncode\n``` not the end\n"] {
        assert!(!can_go_on(bad), "{bad:?}");
    }
}

#[test]
fn how_an_answer_came_to_its_model_is_read_as_it_was_written() {
    use crate::conversations::{Came, Origin};
    for came in Came::ALL {
        for instead_of in [None, Some("near/one two".to_owned())] {
            let origin = Origin { came, instead_of };
            assert_eq!(Origin::from_words(&origin.to_words()), Some(origin));
        }
    }
    assert_eq!(Origin::from_words("by magic"), None, "words of a newer Obrol");
}
