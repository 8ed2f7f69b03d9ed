//! How the fake behaves, said by dash-separated words in the model's name: `fake-tok500-itl10`, `fake-err429-ra2-every3`.

/// What `md` answers: a table, code, lists, a quote, links.
const RICH: &str = include_str!("rich.md");

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This HTTP status before anything is streamed.
    Status(u16),
    /// 400 `context_length_exceeded`, 429 `insufficient_quota`, 400 `content_filter`.
    Context,
    Quota,
    Filter,
    /// Takes the request and never answers.
    Hang,
    /// 200 with an empty body.
    Empty,
    /// After so many tokens: the connection is dropped, an event is no JSON (and it goes on), an error event, silence.
    Cut(u32),
    Garbage(u32),
    ErrorEvent(u32),
    Stall(u32),
    /// No `[DONE]` at the end.
    NoDone,
    /// So many bytes at a time, one millisecond apart: characters and events are split anywhere.
    Drip(u32),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    pub tokens: u32,
    /// Milliseconds to the first token and between tokens.
    pub first_ms: u64,
    pub gap_ms: u64,
    /// Characters of several bytes, quotes, line ends.
    pub unicode: bool,
    /// The answer is [`RICH`], word by word.
    pub rich: bool,
    pub fault: Option<Fault>,
    pub retry_after: Option<u64>,
    /// The fault strikes each n-th request of this model only, or only the first n.
    pub every: u64,
    pub first: u64,
    /// U+0000 for every dot that is said, and in the words of an error: some databases do not store it.
    pub nul: bool,
}

impl Spec {
    /// Reads the words it knows and skips the others, so that any model name is fine.
    pub fn of(model: &str) -> Self {
        let mut spec = Self {
            tokens: 100,
            first_ms: 0,
            gap_ms: 0,
            unicode: false,
            rich: false,
            fault: None,
            retry_after: None,
            every: 0,
            first: 0,
            nul: false,
        };
        for word in model.split('-') {
            let cut = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
            let (name, digits) = word.split_at(cut);
            spec.word(name, digits.parse().ok());
        }
        spec
    }

    fn word(&mut self, name: &str, number: Option<u64>) {
        let count = number.unwrap_or(0).min(1_000_000) as u32;
        match (name, number) {
            ("tok", Some(_)) => self.tokens = count,
            ("ttft", Some(ms)) => self.first_ms = ms,
            ("itl", Some(ms)) => self.gap_ms = ms,
            ("uni", _) => self.unicode = true,
            ("md", _) => {
                self.rich = true;
                self.tokens = RICH.split_inclusive(' ').count() as u32;
            }
            ("ra", Some(seconds)) => self.retry_after = Some(seconds),
            ("every", Some(n)) => self.every = n,
            ("first", Some(n)) => self.first = n,
            ("err", Some(status)) if (400..600).contains(&status) => self.fault = Some(Fault::Status(status as u16)),
            ("errctx", _) => self.fault = Some(Fault::Context),
            ("errquota", _) => self.fault = Some(Fault::Quota),
            ("errfilter", _) => self.fault = Some(Fault::Filter),
            ("hang", _) => self.fault = Some(Fault::Hang),
            ("empty", _) => self.fault = Some(Fault::Empty),
            ("cut", _) => self.fault = Some(Fault::Cut(count)),
            ("garbage" | "bad", _) => self.fault = Some(Fault::Garbage(count)),
            ("errin", _) => self.fault = Some(Fault::ErrorEvent(count)),
            ("stall", _) => self.fault = Some(Fault::Stall(count)),
            ("nodone", _) => self.fault = Some(Fault::NoDone),
            ("nul", _) => self.nul = true,
            ("drip", _) => self.fault = Some(Fault::Drip(count.max(1))),
            _ => {}
        }
    }

    /// Whether a fault that strikes now and then is due at this model's `count`th request (from 1).
    pub fn due(&self, count: u64) -> bool {
        if self.first > 0 {
            return count <= self.first;
        }
        self.every <= 1 || count.is_multiple_of(self.every)
    }

    /// The whole text of an answer to a question marked `tag`.
    pub fn text(&self, tag: &str) -> String {
        (0..self.tokens).map(|at| self.token(tag, at)).collect()
    }

    /// Token `at` names its question and its number, so that a lost, doubled or foreign one is seen.
    pub fn token(&self, tag: &str, at: u32) -> String {
        if self.rich {
            return RICH.split_inclusive(' ').nth(at as usize).unwrap_or_default().to_owned();
        }
        if !self.unicode {
            return format!("{tag}.{at} ");
        }
        match at % 4 {
            0 => format!("{tag}.{at}🌼 "),
            1 => format!("{tag}.{at}é\"\\ "),
            2 => format!("日本{tag}.{at}語\n"),
            _ => format!("{tag}.{at}👩‍👩‍👧 "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Spec};

    #[test]
    fn words_are_read_and_others_skipped() {
        let spec = Spec::of("fake-tok20-itl10-ttft50-err429-ra2-every3");
        assert_eq!((spec.tokens, spec.gap_ms, spec.first_ms), (20, 10, 50));
        assert_eq!((spec.fault, spec.retry_after), (Some(Fault::Status(429)), Some(2)));
        assert_eq!((1..=6).filter(|count| spec.due(*count)).collect::<Vec<_>>(), [3, 6]);
        assert_eq!(Spec::of("gpt-4o-2024-07-18").tokens, 100);
        assert_eq!(Spec::of("fake-err200").fault, None);
        assert_eq!(Spec::of("fake-tok2").text("a"), "a.0 a.1 ");
        assert_eq!(Spec::of("fake-md-itl5").text("a"), super::RICH);
    }
}
