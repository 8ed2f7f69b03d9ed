//! What a feed lets through: every piece once, in order, and a gap is never papered over.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use domain::ids::{ConversationId, MessageId, RunId, UserId};
use domain::{Chance, Timestamp};

use super::super::Event;
use super::{Feed, RING_EVENTS};

struct Scene {
    feed: Feed,
    run: RunId,
    message: MessageId,
    conversation: ConversationId,
}

impl Scene {
    fn new() -> Self {
        let chance = Chance::seeded(3);
        let id = || chance.uuid(Timestamp(1));
        let feed = Feed::new(UserId::from(id()));
        Self { feed, run: id().into(), message: id().into(), conversation: id().into() }
    }

    fn start(&self, attempt: u32) -> bool {
        let (run, message, conversation) = (self.run, self.message, self.conversation);
        self.take(Event::RunStarted { run, conversation, message, attempt, model: "m/m".into() })
    }

    fn say(&self, attempt: u32, start: u32, text: &str) -> bool {
        self.take(Event::RunDelta { run: self.run, message: self.message, attempt, start, text: text.into() })
    }

    fn rewind(&self, attempt: u32, keep: u32) -> bool {
        self.take(Event::RunRewound { run: self.run, message: self.message, attempt, keep })
    }

    fn take(&self, event: Event) -> bool {
        self.feed.change(|state| state.take_in(event, false))
    }

    fn text(&self) -> String {
        self.feed.state().views.get(&self.run).map(|view| view.text.clone()).unwrap_or_default()
    }
}

#[test]
fn doubles_are_dropped_overlaps_trimmed_and_gaps_reported() {
    let scene = Scene::new();
    assert!(!scene.start(1));
    assert!(!scene.say(1, 0, "Halo "));
    assert!(!scene.say(1, 0, "Halo "));
    assert!(!scene.say(1, 3, "o 🌼 du"));
    assert!(scene.say(1, 12, "late"), "what lies before is missing");
    assert_eq!(scene.text(), "Halo 🌼 du");
    let heard = scene.feed.state().since(0).unwrap();
    let said: String = heard
        .iter()
        .filter_map(|(_, event)| if let Event::RunDelta { text, .. } = &**event { Some(text.clone()) } else { None })
        .collect();
    assert_eq!(said, "Halo 🌼 du");
}

#[test]
fn a_rewind_cuts_and_the_old_attempt_is_not_heard_any_more() {
    let scene = Scene::new();
    scene.start(1);
    scene.say(1, 0, "abcdef");
    assert!(!scene.rewind(2, 3));
    assert!(!scene.say(1, 6, "ghost"));
    assert!(!scene.say(2, 3, "DEF"));
    assert_eq!(scene.text(), "abcDEF");
    assert!(scene.rewind(4, 0), "attempt 3 was never heard of");
    assert!(scene.say(5, 0, "x"), "an attempt that was never announced");
}

#[test]
fn a_run_that_was_waiting_begins_without_a_rewind() {
    let scene = Scene::new();
    assert!(scene.say(1, 0, "who?"), "an unknown run is asked for");
    scene.feed.change(|state| {
        let view = super::View {
            conversation: scene.conversation,
            message: scene.message,
            position: domain::runs::Position::default(),
            text: String::new(),
            local: false,
        };
        state.views.insert(scene.run, view);
    });
    assert!(!scene.start(1));
    assert!(!scene.say(1, 0, "now"));
    assert_eq!(scene.text(), "now");
}

#[test]
fn whoever_falls_behind_the_ring_is_told() {
    let scene = Scene::new();
    scene.start(1);
    for at in 0..RING_EVENTS as u32 {
        scene.say(1, at, "x");
    }
    let state = scene.feed.state();
    assert!(state.since(0).is_none());
    assert_eq!(state.since(1).unwrap().len(), RING_EVENTS);
    assert!(state.since(state.newest).unwrap().is_empty());
    assert!(state.since(state.newest + 1).is_none(), "a number from the future is not ours");
}
