//! Text that stands in one line and is shown to others: nothing in it hides, or turns what stands around it.

use unicode_normalization::UnicodeNormalization;

/// One line: trimmed, runs of white space joined, in NFC.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

/// Whether something in it deceives the eye.
pub fn deceives(line: &str) -> bool {
    line.chars().any(|c| is_deceptive(c) && !is_joiner(c))
}

/// Whether there is nothing to be seen.
pub fn is_blank(line: &str) -> bool {
    line.chars().all(is_joiner)
}

/// The line without what deceives, for text that nobody can be asked to write again.
pub fn honest(text: &str) -> String {
    let visible = text.chars().filter_map(|c| match c {
        c if c.is_whitespace() || c.is_control() => Some(' '),
        c if is_deceptive(c) && !is_joiner(c) => None,
        c => Some(c),
    });
    one_line(&visible.collect::<String>())
}

/// Control characters, and format characters that turn text around or cannot be seen (Trojan Source, spoofed names).
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}')
}

/// Joiners belong to the spelling of several languages and of emoji; alone they are nothing.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_is_seen() {
        for deceptive in
            ["a\u{202e}b", "a\u{200b}b", "\u{2066}a\u{2069}", "a\u{7}", "\u{feff}a", "a\u{e0041}", "a\u{200f}"]
        {
            assert!(deceives(&one_line(deceptive)), "{deceptive:?}");
            assert!(!deceives(&honest(deceptive)), "{deceptive:?}");
        }
        for plain in [
            "Ani W.",
            "予測は明日",
            "مرحبا بالعالم",
            "می\u{200c}خواهم",
            "👩\u{200d}👩\u{200d}👧",
            "a\tb\nc",
            "e\u{301}",
        ] {
            assert!(!deceives(&one_line(plain)), "{plain:?}");
        }
        assert_eq!(honest(" a\u{202e}b\u{7}c\n d "), "ab c d");
        assert!(is_blank("") && is_blank("\u{200d}") && !is_blank("a"));
    }
}
