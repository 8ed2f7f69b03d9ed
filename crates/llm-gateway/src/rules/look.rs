//! Whole texts, looked at without being shown: each rule is told once, whatever it is met in, and the first that blocks ends
//! the search.

use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::stream::Screen;
use super::{Matcher, RuleAction, RuleHit};

pub struct Look {
    screen: Screen,
    hits: Vec<RuleHit>,
}

impl Look {
    pub(super) fn new(matcher: Arc<Matcher>) -> Self {
        Self { screen: Screen::silent(matcher), hits: Vec::new() }
    }

    /// Goes on with the same text.
    pub fn piece(&mut self, piece: &str) {
        self.hits.extend(self.screen.push(piece).hits);
    }

    /// The text ends here.
    pub fn end(&mut self) {
        self.hits.extend(self.screen.finish().hits);
        self.screen.anew();
    }

    /// A text of its own.
    pub fn text(mut self, text: &str) -> Self {
        self.whole(text);
        self
    }

    pub fn whole(&mut self, text: &str) {
        self.piece(text);
        self.end();
    }

    /// Every name and text in a JSON document, as whoever parses it reads them; as it is written where it is no JSON.
    pub fn json(&mut self, document: &str) {
        let mut reader = serde_json::Deserializer::from_str(document);
        let read = Texts(self).deserialize(&mut reader);
        if (read.is_err() || reader.end().is_err()) && !self.blocked() {
            self.whole(document);
        }
    }

    /// As [`Self::json`], of what was parsed already.
    pub fn value(&mut self, value: &serde_json::Value) {
        // Reading from a value fails only to stop early.
        Texts(self).deserialize(value).ok();
    }

    /// A rule blocks: there is nothing more to look for.
    pub fn blocked(&self) -> bool {
        self.hits.iter().any(|hit| hit.action == RuleAction::Block)
    }

    pub fn hits(self) -> Vec<RuleHit> {
        self.hits
    }
}

/// Reads texts without building anything.
struct Texts<'a>(&'a mut Look);

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.whole(text);
        if self.0.blocked() { Err(E::custom("blocked")) } else { Ok(()) }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Texts(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_key_seed(Texts(&mut *self.0))?.is_some() {
            map.next_value_seed(Texts(&mut *self.0))?;
        }
        Ok(())
    }
}
