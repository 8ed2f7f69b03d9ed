//! Takes what looks like a secret or an account id out of text that an operator will read.

/// Shown in place of what was taken out.
const MASK: &str = "[…]";
/// A word this long with digits and letters mixed is a key, a token or an id, not prose.
const KEY_LENGTH: usize = 20;
/// Words that start like this name a key, an organisation or a user of the provider.
const PREFIXES: &[&str] = &[
    "sk-", "sk_", "pk-", "pk_", "rk_", "gsk_", "xai-", "org-", "org_", "user-", "user_", "proj_", "AIza", "key-",
    "acct_",
];

/// Masks the given secrets literally, then words that look like keys, account ids or e-mail addresses, and cuts the
/// text at `limit` characters. The result is one line.
pub fn scrub(text: &str, secrets: &[&str], limit: usize) -> String {
    // A hostile upstream may send megabytes; nothing far beyond the limit is worth reading.
    let mut text = truncate(text, limit.saturating_mul(4)).to_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        text = text.replace(secret, MASK);
    }
    let mut clean = String::with_capacity(text.len());
    let mut word = String::new();
    for character in text.chars() {
        if is_word(character) {
            word.push(character);
            continue;
        }
        flush(&mut word, &mut clean);
        clean.push(if character.is_control() { ' ' } else { character });
    }
    flush(&mut word, &mut clean);
    truncate(&clean, limit).to_owned()
}

/// The first `limit` characters, never a part of one.
pub fn truncate(text: &str, limit: usize) -> &str {
    match text.char_indices().nth(limit) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '@' | '.' | '+' | '/' | '=')
}

fn flush(word: &mut String, clean: &mut String) {
    clean.push_str(if looks_secret(word) { MASK } else { word });
    word.clear();
}

fn looks_secret(word: &str) -> bool {
    let starts = PREFIXES.iter().any(|prefix| word.len() > prefix.len() + 3 && word.starts_with(prefix));
    let mixed = word.len() >= KEY_LENGTH
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic());
    let mail = word.find('@').is_some_and(|at| at > 0 && at + 1 < word.len());
    starts || mixed || mail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ids_and_addresses_are_masked_and_prose_stays() {
        let text = "Incorrect API key provided: sk-abcd1234. Organization org_01h8xyz, mail ani@toko.example,\nmodel gpt-test not found";
        let clean = scrub(text, &["geheim"], 300);
        assert_eq!(clean, "Incorrect API key provided: […] Organization […], mail […], model gpt-test not found");
    }

    #[test]
    fn the_known_secret_goes_even_when_it_looks_like_prose() {
        assert_eq!(scrub("bad key: geheim!", &["geheim"], 300), "bad key: […]!");
    }

    #[test]
    fn cutting_never_splits_a_character() {
        assert_eq!(truncate("日本語", 2), "日本");
        assert_eq!(scrub(&"あ".repeat(10_000), &[], 5), "あああああ");
    }
}
