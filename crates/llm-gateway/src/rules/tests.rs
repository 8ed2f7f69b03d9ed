//! What rules find, however it is written or cut.
#![allow(clippy::unwrap_used, reason = "tests")]
use proptest::prelude::*;

use super::*;

fn rule(pattern: &str, action: RuleAction) -> Rule {
    Rule { id: pattern.to_owned(), pattern: pattern.to_owned(), action, direction: RuleDirection::Both }
}

fn blocking(patterns: &[&str]) -> Rules {
    Rules::new(&patterns.iter().map(|pattern| rule(pattern, RuleAction::Block)).collect::<Vec<_>>())
}

/// What is shown of pieces, and whether it was blocked.
fn shown(rules: &Rules, pieces: &[&str]) -> (String, bool) {
    let mut screen = rules.screen();
    let mut text: String = pieces.iter().map(|piece| screen.push(piece).text).collect();
    let last = screen.finish();
    text.push_str(&last.text);
    (text, last.blocked)
}

#[test]
fn words_match_as_words_and_through_disguises() {
    let rules = blocking(&["bom", "rakit  senjata", "爆弾", "c++", "Straße"]);
    for text in [
        "bom",
        "ada BOM!",
        "b\u{200b}o\u{200d}m",
        "ｂｏｍ",
        "(bom)",
        "rakit\n senjata",
        "この爆弾を",
        "I write C++ daily",
        "STRASSE",
    ] {
        assert_eq!(rules.check_input(text).len(), 1, "{text:?}");
        assert!(!rules.check_output(text).is_empty());
    }
    for text in ["bombastis", "abom", "bom2", "bo m", "rakitsenjata", "爆 弾", "c+", "", "bom_"] {
        assert!(rules.check_input(text).is_empty(), "{text:?}");
    }
}

#[test]
fn directions_and_actions_are_kept() {
    let of = |id: &str, direction| Rule { id: id.to_owned(), direction, ..rule("kata", RuleAction::Flag) };
    let rules =
        Rules::new(&[of("in", RuleDirection::In), of("out", RuleDirection::Out), of("both", RuleDirection::Both)]);
    let ids = |hits: Vec<RuleHit>| hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>();
    assert_eq!(ids(rules.check_input("kata kata")), ["in", "both"], "each once");
    assert_eq!(ids(rules.check_output("kata")), ["out", "both"]);
    assert!(Rules::default().check_input("kata").is_empty());
    assert!(blocking(&["", "  ", "\u{200b}"]).check_input("anything").is_empty());
}

#[test]
fn nothing_of_a_blocked_word_gets_through() {
    let rules = blocking(&["rahasia besar"]);
    assert_eq!(shown(&rules, &["Ini ra", "hasia", " be", "sar", " sekali"]), ("Ini ".to_owned(), true));
    assert_eq!(shown(&rules, &["Ini rahasia besar"]), ("Ini ".to_owned(), true), "the end is a border");
    assert_eq!(shown(&rules, &["Ini rahasia bes", "arnya"]), ("Ini rahasia besarnya".to_owned(), false));
    let mut screen = rules.screen();
    assert!(screen.push("rahasia besar ").blocked);
    assert_eq!(screen.push("lagi"), Screened { blocked: true, ..Screened::default() });
}

#[test]
fn held_back_only_as_far_as_needed() {
    let rules = Rules::new(&[rule("rahasia", RuleAction::Block), rule("halo dunia", RuleAction::Flag)]);
    let mut screen = rules.screen();
    let mut push = |piece: &str| screen.push(piece).text;
    // A letter waits for a mark that may follow it, a space does not.
    assert_eq!(push("Selamat pagi "), "Selamat pagi ");
    assert_eq!(push("para r"), "para ");
    assert_eq!(push("ah"), "");
    assert_eq!(push("at."), "rahat.");
    assert_eq!(push("sera"), "ser", "`ra` in the middle of a word is no beginning");
    assert_eq!(push("has"), "aha");
    assert_eq!(push(" halo duni"), "s halo dun", "what is only flagged need not wait");
    let flagged = screen.push("a!");
    assert_eq!((flagged.text.as_str(), flagged.hits.len(), flagged.blocked), ("ia!", 1, false));
    let empty = Rules::default().screen().push("x");
    assert_eq!(empty.text, "x");
}

#[test]
fn time_is_linear_whatever_the_patterns_are() {
    let nested: Vec<String> = (1..200).map(|n| format!("{}b", "a".repeat(n))).collect();
    let rules = blocking(&nested.iter().map(String::as_str).collect::<Vec<_>>());
    let text = "a".repeat(512 << 10);
    let begun = std::time::Instant::now();
    assert!(rules.check_input(&text).is_empty());
    let mut screen = rules.screen();
    let letters = (0..50_000).map(|_| screen.push("a").text.len()).sum::<usize>();
    assert!(letters > 49_000);
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// Every match by looking at every place, one pattern after the other.
fn slow(patterns: &[String], text: &str) -> Vec<String> {
    let text: Vec<char> = fold::fold(text).chars().collect();
    let matches = |pattern: &&String| {
        let pattern: Vec<char> = fold::fold(pattern.trim()).trim().chars().collect();
        !pattern.is_empty()
            && (0..text.len()).any(|at| {
                let end = at + pattern.len();
                text.get(at..end) == Some(&pattern)
                    && (!in_word(pattern[0]) || at == 0 || !in_word(text[at - 1]))
                    && (!in_word(pattern[pattern.len() - 1]) || text.get(end).is_none_or(|next| !in_word(*next)))
            })
    };
    let mut found: Vec<String> = patterns.iter().filter(matches).cloned().collect();
    found.sort();
    found
}

fn words() -> impl Strategy<Value = String> {
    let letters = ["a", "b", "A", "B", " ", "日", "!", "e\u{301}", "É", "\u{200b}", "ａ", "_"];
    proptest::collection::vec(proptest::sample::select(letters.to_vec()), 0..30).prop_map(|parts| parts.concat())
}

fn patterns() -> impl Strategy<Value = Vec<String>> {
    let letters = ["a", "b", " ", "日", "é", "!"];
    let one =
        proptest::collection::vec(proptest::sample::select(letters.to_vec()), 1..4).prop_map(|parts| parts.concat());
    proptest::collection::btree_set(one, 0..6).prop_map(|set| set.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn finds_what_looking_everywhere_finds(patterns in patterns(), text in words()) {
        let rules = Rules::new(&patterns.iter().map(|one| rule(one, RuleAction::Flag)).collect::<Vec<_>>());
        let mut found: Vec<String> = rules.check_input(&text).into_iter().map(|hit| hit.id).collect();
        found.sort();
        prop_assert_eq!(found, slow(&patterns, &text));
    }

    #[test]
    fn pieces_are_judged_like_the_whole(patterns in patterns(), text in words(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
        let rules = blocking(&patterns.iter().map(String::as_str).collect::<Vec<_>>());
        let characters: Vec<char> = text.chars().collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(characters.len() + 1)).collect();
        cuts.sort_unstable();
        let (mut screen, mut shown, mut blocked, mut from) = (rules.screen(), String::new(), false, 0);
        for to in cuts.into_iter().chain([characters.len()]) {
            let piece: String = characters[from..to].iter().collect();
            let screened = screen.push(&piece);
            shown.push_str(&screened.text);
            blocked |= screened.blocked;
            from = to;
        }
        let last = screen.finish();
        shown.push_str(&last.text);
        blocked |= last.blocked;
        let matched = slow(&patterns, &text);
        prop_assert_eq!(blocked, !matched.is_empty());
        prop_assert!(text.starts_with(&shown));
        if blocked {
            // No blocked word is in what was shown; what follows decides whether a word ends there.
            let next = text[shown.len()..].chars().next().map_or('.', |next| if in_word(next) { 'z' } else { '.' });
            let before = format!("{shown}{next}");
            prop_assert!(slow(&patterns, &before).is_empty());
        } else {
            prop_assert_eq!(shown, text);
        }
    }
}

#[test]
fn a_look_tells_each_rule_once_and_joins_only_pieces() {
    let rules = Rules::new(&[rule("kata", RuleAction::Flag), rule("buat bom", RuleAction::Block)]);
    let mut look = rules.look();
    for _ in 0..100 {
        look.whole("kata kata");
    }
    look.whole("buat");
    look.whole("bom");
    assert!(!look.blocked(), "two texts");
    look.piece("buat ");
    look.piece("bom");
    look.end();
    assert!(look.blocked());
    let ids: Vec<_> = look.hits().into_iter().map(|hit| hit.id).collect();
    assert_eq!(ids, ["kata", "buat bom"]);
}

#[test]
fn json_is_read_as_whoever_parses_it_does() {
    let rules = blocking(&["爆弾", "bom"]);
    for document in [
        r#"{"a":["\u7206\u5f3e"]}"#,
        r#"{"bom":1}"#,
        r#""\nbom""#,
        "bom",
        r#"{"a":1} bom"#,
        r#"{"a": bom"#,
        "[\"\u{1}bom\"]",
    ] {
        let mut look = rules.look();
        look.json(document);
        assert_eq!(look.hits().len(), 1, "{document:?}");
    }
    let mut look = rules.look();
    look.json(r#"{"a":[1,-2,0.5,null,true,"b","om"]}"#);
    look.value(&serde_json::json!({"b": ["om", 1, null, 0.5, -1, false]}));
    assert!(!look.blocked());
    look.value(&serde_json::json!({"x": {"description": "a\nbom"}}));
    assert!(look.blocked());
}

#[test]
fn a_long_text_is_not_folded_as_a_whole() {
    // One sign of three bytes that is eighteen letters when it is folded.
    let rules = Rules::new(&[rule("x", RuleAction::Flag)]);
    let (mut screen, text) = (rules.screen(), "\u{fdfa}".repeat(200_000));
    assert_eq!(screen.push(&text).text.len() + screen.finish().text.len(), text.len());
    assert!(rules.check_input(&text).is_empty());
    assert!(screen.most_folded() < 64 << 10, "{}", screen.most_folded());
}
