//! Words as they are compared: folded, lightly stemmed, and pairs of characters where a script has no spaces.

use super::language::Language;

/// Kana and Chinese characters: written without spaces.
pub fn is_wide(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '々')
}

fn is_hiragana(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{309f}')
}

/// Lower case, full width made narrow, accents of Latin letters taken off.
fn fold(character: char) -> char {
    let narrow = match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        '\u{2019}' => '\'',
        other => other,
    };
    let lower = narrow.to_lowercase().next().unwrap_or(narrow);
    match lower {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        other => other,
    }
}

/// What a text says in one language, as terms for the index; in order, with repetitions.
pub fn terms(text: &str, language: Language) -> Vec<String> {
    let mut terms = Vec::new();
    let mut word = String::new();
    let mut run: Vec<char> = Vec::new();
    for character in text.chars().map(fold).chain([' ']) {
        if is_wide(character) || character == 'ー' {
            end_word(&mut word, language, &mut terms);
            run.push(character);
            continue;
        }
        end_run(&mut run, language, &mut terms);
        if character.is_alphanumeric() || matches!(character, '_' | '\'') {
            word.push(character);
        } else {
            end_word(&mut word, language, &mut terms);
        }
    }
    terms
}

fn end_word(word: &mut String, language: Language, terms: &mut Vec<String>) {
    let whole = std::mem::take(word);
    let whole = whole.trim_matches('\'');
    let whole = whole.strip_suffix("'s").unwrap_or(whole);
    if whole.is_empty() || language.stops().contains(&whole) {
        return;
    }
    if whole.contains('_') {
        // A name of the environment counts as a whole and by its parts.
        terms.extend(whole.split('_').filter(|part| part.len() > 1).map(|part| stem(part, language)));
        terms.push(whole.to_owned());
    } else {
        terms.push(stem(whole, language));
    }
}

/// Pairs of characters between hiragana, which is mostly grammar; a character that stands alone is a term of its own.
fn end_run(run: &mut Vec<char>, language: Language, terms: &mut Vec<String>) {
    let stops = language.stops();
    let mut add = |term: String| {
        if !stops.contains(&term.as_str()) {
            terms.push(term);
        }
    };
    for part in run.split(|&one| is_hiragana(one)) {
        match part {
            [] | ['ー'] => {}
            [single] => add(single.to_string()),
            longer => longer.windows(2).for_each(|pair| add(pair.iter().collect())),
        }
    }
    run.clear();
}

/// Takes off the commonest endings (and Indonesian beginnings), the same way for the manual and for the question.
fn stem(word: &str, language: Language) -> String {
    let cut = |word: &str, endings: &[&str], least: usize| -> Option<String> {
        let kept = endings.iter().find_map(|ending| word.strip_suffix(ending))?;
        (kept.chars().count() >= least).then(|| kept.to_owned())
    };
    match language {
        Language::En => {
            let word = word
                .strip_suffix("ies")
                .filter(|kept| kept.len() >= 3)
                .map(|kept| format!("{kept}y"))
                .unwrap_or_else(|| word.to_owned());
            let word = if word.ends_with("ss") { word } else { cut(&word, &["s"], 3).unwrap_or(word) };
            let word = cut(&word, &["ing", "ed"], 3).unwrap_or(word);
            let word = cut(&word, &["e"], 3).unwrap_or(word);
            // "stopped" and "stop" meet: a doubled last consonant becomes one.
            let mut letters = word.chars().rev();
            match (letters.next(), letters.next()) {
                (Some(last), Some(before)) if last == before && word.len() > 4 && !"aeiousl".contains(last) => {
                    word[..word.len() - last.len_utf8()].to_owned()
                }
                _ => word,
            }
        }
        Language::Id => {
            let word = cut(word, &["nya", "lah", "kah"], 3).unwrap_or_else(|| word.to_owned());
            let word = cut(&word, &["kan"], 4).unwrap_or(word);
            let beginnings = ["meng", "meny", "mem", "men", "peng", "peny", "pem", "pen", "ber", "ter", "me", "di"];
            let kept = beginnings.iter().find_map(|start| word.strip_prefix(start).filter(|kept| kept.len() >= 4));
            kept.map(ToOwned::to_owned).unwrap_or(word)
        }
        Language::Ja => word.to_owned(),
    }
}

/// About how many words a text has.
pub fn count(text: &str) -> u64 {
    let spaced = text.split_whitespace().filter(|word| !word.chars().any(is_wide)).count() as u64;
    let wide = text.chars().filter(|&character| is_wide(character)).count() as u64;
    spaced + wide.div_ceil(2)
}
