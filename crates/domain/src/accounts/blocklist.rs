//! Whether a whole password is a common one: on the list, or one word of it stretched to length in the usual ways.
//!
//! NIST compares the entire password, not words inside it, so two unrelated words or a longer phrase pass. The published lists
//! hardly hold anything of 15 characters; what people do to a short favourite is therefore undone here: repeating it, padding it
//! with digits and signs, appending rows of keys, writing `@` for `a`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

static COMMON: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().filter(|line| !line.starts_with("# ")).collect());

/// Rows that hands run along, read both ways.
const ROWS: [&str; 8] = [
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "!@#$%^&*()_+",
];

/// Signs that cost nothing to append; more of them carry enough chance of their own.
const FREE_SIGNS: usize = 8;
/// Longer ones are looked at for repetition only: nobody stretches one word that far by other means.
const LOOK_CLOSELY: usize = 128;

/// `own` are words of the product and of the person, in lower case.
pub(super) fn is_common(password: &str, own: &[String]) -> bool {
    let folded = password.to_lowercase();
    let plain: String = folded.chars().map(unleet).collect();
    [folded, plain].iter().any(|text| is_listed(text, own) || is_stretched(&text.chars().collect::<Vec<_>>(), own))
}

fn is_listed(text: &str, own: &[String]) -> bool {
    COMMON.binary_search(&text).is_ok() || own.iter().any(|word| word == text)
}

fn is_stretched(chars: &[char], own: &[String]) -> bool {
    if has_short_period(chars) {
        return true;
    }
    if chars.len() > LOOK_CLOSELY {
        return false;
    }
    let mut words = BTreeSet::new();
    for from in 0..chars.len() {
        for to in from + 4..=chars.len().min(from + 40) {
            let piece: String = chars[from..to].iter().collect();
            if is_listed(&piece, own) {
                words.insert(piece);
            }
        }
    }
    let runs: Vec<usize> = (0..chars.len()).map(|at| run_length(&chars[at..])).collect();
    is_covered(chars, &runs, &[])
        || words.iter().any(|word| is_covered(chars, &runs, &word.chars().collect::<Vec<_>>()))
}

/// `aaaa…`, `abcabc…`: a unit of at most 5 characters, over and over.
fn has_short_period(chars: &[char]) -> bool {
    (1..=5).any(|period| chars.len() >= 2 * period && chars.iter().zip(chars.iter().skip(period)).all(|(a, b)| a == b))
}

/// Whether `word` (any number of times), rows, runs of one character and a few signs make up the whole text.
fn is_covered(chars: &[char], runs: &[usize], word: &[char]) -> bool {
    // fewest[i]: the fewest paid signs with which the first i characters are covered.
    let mut fewest: Vec<Option<usize>> = vec![None; chars.len() + 1];
    fewest[0] = Some(0);
    for at in 0..chars.len() {
        let Some(paid) = fewest[at] else { continue };
        let mut reach = |to: usize, cost: usize| {
            if fewest[to].is_none_or(|known| cost < known) {
                fewest[to] = Some(cost);
            }
        };
        if !chars[at].is_alphabetic() && paid < FREE_SIGNS {
            reach(at + 1, paid + 1);
        }
        if !word.is_empty() && chars[at..].starts_with(word) {
            reach(at + word.len(), paid);
        }
        for length in 3..=runs[at] {
            reach(at + length, paid);
        }
    }
    fewest[chars.len()].is_some()
}

/// How far one row, or one repeated character, goes on from the start.
fn run_length(chars: &[char]) -> usize {
    let same = chars.iter().take_while(|c| Some(*c) == chars.first()).count();
    let along = ROWS.iter().map(|row| {
        let forth: Vec<char> = row.chars().collect();
        let back: Vec<char> = row.chars().rev().collect();
        along_row(chars, &forth).max(along_row(chars, &back))
    });
    along.max().unwrap_or(0).max(same)
}

fn along_row(chars: &[char], row: &[char]) -> usize {
    (0..row.len()).map(|from| chars.iter().zip(&row[from..]).take_while(|(a, b)| a == b).count()).max().unwrap_or(0)
}

/// The usual stand-ins for letters.
fn unleet(c: char) -> char {
    match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

#[cfg(test)]
pub(super) fn list() -> &'static [&'static str] {
    &COMMON
}
