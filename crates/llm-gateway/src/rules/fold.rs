//! Text as rules see it, piece by piece: without invisible characters, compatibility forms undone (NFKC), without case,
//! every run of space one space. What is not yet certain, because the next piece may change it, waits.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, is_nfkc_quick};

/// A folded character, and where in the raw text the cluster that it came from begins and ends (bytes since the start).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    pub character: char,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Default)]
pub struct Folder {
    /// The last cluster: characters that may still grow together with what comes.
    cluster: String,
    /// Where it begins.
    start: usize,
    /// Raw bytes so far.
    seen: usize,
    /// The last folded character was a space.
    space: bool,
}

/// A cluster longer than this is not waited for: no script needs so many marks on one letter.
const LONGEST_CLUSTER: usize = 128;

impl Folder {
    pub fn push(&mut self, piece: &str, out: &mut Vec<Folded>) {
        for character in piece.chars() {
            // Invisible ones belong to the cluster before them: they neither end one nor show in it.
            if !invisible(character) {
                if begins_anew(character) || self.cluster.len() > LONGEST_CLUSTER {
                    self.flush(out);
                }
                if self.cluster.is_empty() {
                    self.start = self.seen;
                }
                self.cluster.push(character);
                if alone(character) {
                    self.seen += character.len_utf8();
                    self.flush(out);
                    continue;
                }
            }
            self.seen += character.len_utf8();
        }
    }

    /// Nothing more comes.
    pub fn finish(&mut self, out: &mut Vec<Folded>) {
        self.flush(out);
    }

    /// Raw bytes that are not folded yet begin here.
    pub fn settled(&self) -> usize {
        if self.cluster.is_empty() { self.seen } else { self.start }
    }

    fn flush(&mut self, out: &mut Vec<Folded>) {
        let (start, end) = (self.start, self.seen);
        let mut tell = |character: char| {
            let space = character.is_whitespace();
            if !(space && self.space) {
                let character = if space { ' ' } else { character };
                out.push(Folded { character, start, end });
            }
            self.space = space;
        };
        match self.cluster.as_bytes() {
            // Most of what people write.
            [one] => tell(char::from(one.to_ascii_lowercase())),
            _ => self.cluster.nfkc().flat_map(cases).for_each(tell),
        }
        self.cluster.clear();
    }
}

/// A whole text.
pub fn fold(text: &str) -> String {
    let (mut folder, mut out) = (Folder::default(), Vec::new());
    folder.push(text, &mut out);
    folder.finish(&mut out);
    out.iter().map(|one| one.character).collect()
}

/// Up and down again: `ß` is `ss`, both sigmas are one, `ſ` is `s`.
fn cases(character: char) -> impl Iterator<Item = char> {
    character.to_uppercase().flat_map(char::to_lowercase)
}

/// Nothing that follows can grow together with this: digits, spaces and signs, but for the three that can be struck out.
fn alone(character: char) -> bool {
    character.is_ascii() && !character.is_ascii_alphabetic() && !matches!(character, '<' | '=' | '>')
}

/// Nothing that came before can grow together with this.
fn begins_anew(character: char) -> bool {
    if character.is_ascii() {
        return true;
    }
    std::iter::once(character).nfkd().next().is_none_or(|first| {
        canonical_combining_class(first) == 0 && is_nfkc_quick(std::iter::once(first)) != IsNormalized::Maybe
    })
}

/// Joiners, directions, soft hyphens, variation selectors, tags: what is put between letters so that a filter does not see a word.
fn invisible(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f | 0x202a..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0x1_d173..=0x1_d17a | 0xe_0000..=0xe_0fff)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn looks_through_disguises() {
        for (text, folded) in [
            ("ＢＯＭＢ", "bomb"),
            ("b\u{200b}o\u{ad}m\u{feff}b", "bomb"),
            ("STRASSE straße", "strasse strasse"),
            ("ΣΑΣ σας", "σασ σασ"),
            ("ﬁne", "fine"),
            ("e\u{301}", "é"),
            ("e\u{200d}\u{301}", "é"),
            ("ｶﾞ", "ガ"),
            ("각", "각"),
            ("a \n\t\u{3000} b", "a b"),
            ("𝕓𝕠𝕞𝕓", "bomb"),
            ("①", "1"),
        ] {
            assert_eq!(fold(text), folded, "{text:?}");
        }
    }

    #[test]
    fn folded_characters_know_where_they_came_from() {
        let (mut folder, mut out) = (Folder::default(), Vec::new());
        folder.push("xe", &mut out);
        assert_eq!((out.len(), folder.settled()), (1, 1), "the e may still get an accent");
        folder.push("\u{301}ﬁ", &mut out);
        folder.finish(&mut out);
        let places: Vec<_> = out.iter().map(|one| (one.character, one.start, one.end)).collect();
        assert_eq!(places, [('x', 0, 1), ('é', 1, 4), ('f', 4, 7), ('i', 4, 7)]);
    }

    fn texts() -> impl Strategy<Value = String> {
        let alphabet =
            ["a", "E", "\u{301}", "\u{327}", "ｶ", "ﾞ", "ﬁ", "\u{200b}", " ", "\n", "ß", "각", "ᄀ", "ᅡ", "日", "𝕓", "İ"];
        proptest::collection::vec(proptest::sample::select(alphabet.to_vec()), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn pieces_fold_like_the_whole(text in texts(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6)) {
            let characters: Vec<char> = text.chars().collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
            cuts.sort_unstable();
            let (mut folder, mut out, mut from) = (Folder::default(), Vec::new(), 0);
            for to in cuts.into_iter().chain([characters.len()]) {
                folder.push(&characters[from..to].iter().collect::<String>(), &mut out);
                from = to;
            }
            folder.finish(&mut out);
            prop_assert_eq!(out.iter().map(|one| one.character).collect::<String>(), fold(&text));
            let visible: String = text.chars().filter(|one| !invisible(*one)).collect();
            let slow: String = visible.nfkc().flat_map(cases).collect();
            let slow = slow.split_inclusive(char::is_whitespace).map(|word| word.trim_end()).collect::<Vec<_>>();
            let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(squeezed(&fold(&text)), squeezed(&slow.join(" ")));
        }
    }
}
