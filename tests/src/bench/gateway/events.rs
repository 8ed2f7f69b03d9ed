//! Reads a streamed answer as a client does and counts what is there: pieces with text, tokens in their order, the end mark.

/// What one answer brought so far.
#[derive(Debug, Default)]
pub struct Heard {
    line: Vec<u8>,
    /// Events with text.
    pub pieces: u64,
    /// Tokens that came in their order, none left out before them.
    pub tokens: usize,
    /// `[DONE]` came.
    pub done: bool,
    /// The first thing that no good answer has.
    pub fault: Option<String>,
}

const CONTENT: &[u8] = b"\"content\"";

impl Heard {
    /// Takes bytes of the body; returns how many pieces with text they ended.
    pub fn take(&mut self, mut bytes: &[u8]) -> u64 {
        let before = self.pieces;
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            let line = std::mem::take(&mut self.line);
            self.event(line.trim_ascii_end());
            self.line = line;
            self.line.clear();
        }
        self.line.extend_from_slice(bytes);
        self.pieces - before
    }

    /// Comments and empty lines are nothing.
    fn event(&mut self, line: &[u8]) {
        let Some(data) = line.strip_prefix(b"data:") else { return };
        let data = data.trim_ascii_start();
        if data == b"[DONE]" {
            self.done = true;
        } else if let Some(text) = content(data) {
            self.pieces += u64::from(!text.is_empty());
            self.say(text);
        } else if data.starts_with(b"{\"error\"") {
            self.fail(data);
        }
    }

    fn say(&mut self, text: &[u8]) {
        for word in text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
            if number(word) == Some(self.tokens) {
                self.tokens += 1;
            } else {
                self.fail(word);
            }
        }
    }

    fn fail(&mut self, what: &[u8]) {
        let tokens = self.tokens;
        self.fault.get_or_insert_with(|| format!("{} after {tokens} tokens", String::from_utf8_lossy(what)));
    }
}

/// The text of a piece: no token of ours has anything to escape.
fn content(data: &[u8]) -> Option<&[u8]> {
    let at = data.windows(CONTENT.len()).position(|part| part == CONTENT)? + CONTENT.len();
    let text = data[at..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start().strip_prefix(b"\"")?;
    text.split(|byte| *byte == b'"').next()
}

fn number(word: &[u8]) -> Option<usize> {
    std::str::from_utf8(word.strip_prefix(b"t")?).ok()?.parse().ok()
}

/// Whether a whole answer ends with its last token and says how many there were.
pub fn is_whole(body: &[u8], tokens: usize) -> bool {
    content(body).is_some_and(|text| {
        let mut words = text.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
        words.next_back().and_then(number) == tokens.checked_sub(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::gateway::script::token;

    fn frame(text: &str) -> String {
        format!("data: {{\"choices\": [{{\"delta\": {{\"content\" : \"{text}\"}}}}]}}\r\n\r\n")
    }

    #[test]
    fn tokens_are_counted_wherever_the_bytes_are_cut() {
        let all: String = (0..12).map(|number| frame(&token(number))).collect();
        let all = format!(": ping\n\n{}{all}data: [DONE]\n\n", frame(""));
        for size in 1..=all.len() {
            let mut heard = Heard::default();
            let ended: u64 = all.as_bytes().chunks(size).map(|piece| heard.take(piece)).sum();
            let found = (ended, heard.tokens, heard.done, heard.fault.as_deref());
            assert_eq!(found, (12, 12, true, None), "{size}");
        }
    }

    #[test]
    fn lost_twice_and_swapped_tokens_are_seen() {
        for numbers in [&[0, 2][..], &[0, 0], &[1, 0]] {
            let mut heard = Heard::default();
            numbers.iter().for_each(|number| {
                heard.take(frame(&token(*number)).as_bytes());
            });
            assert!(heard.fault.is_some() && heard.tokens < 2, "{numbers:?}");
        }
        let mut heard = Heard::default();
        assert_eq!(heard.take(frame("t0 t1 ").as_bytes()), 1);
        assert_eq!((heard.pieces, heard.tokens), (1, 2), "two tokens in one piece are both there");
        heard.take(b"data: {\"error\":{\"message\":\"no\"}}\n\n");
        assert!(heard.fault.is_some() && !heard.done);
    }

    #[test]
    fn a_whole_answer_has_its_last_token() {
        let body = b"{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"t0 t1 t2 \"}}]}";
        assert!(is_whole(body, 3) && !is_whole(body, 4) && !is_whole(b"{}", 3));
    }
}
