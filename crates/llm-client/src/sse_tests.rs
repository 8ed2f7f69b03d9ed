//! The parser alone, split everywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn items(chunks: &[&[u8]]) -> Vec<Item> {
    let mut parser = Parser::new(Framing::Events, 1 << 20);
    let mut found = Vec::new();
    for chunk in chunks {
        parser.push(chunk).unwrap();
        found.extend(std::iter::from_fn(|| parser.take()));
    }
    parser.finish().unwrap();
    found.extend(std::iter::from_fn(|| parser.take()));
    found
}

fn event(data: &str) -> Item {
    Item::Event { event: String::new(), data: data.to_owned() }
}

#[test]
fn fields_spaces_comments_and_several_data_lines() {
    let text = "\u{feff}: hello\nretry: 5\nid: 9\ndata:no space\n\ndata:  two spaces\ndata\ndata: 三\nnonsense\n\nevent: error\ndata: x\n\nevent: ping\n\n";
    let error = Item::Event { event: "error".to_owned(), data: "x".to_owned() };
    assert_eq!(
        items(&[text.as_bytes()]),
        vec![
            Item::Comment,
            event("no space"),
            event(" two spaces\n\n三"),
            Item::Stray("nonsense".to_owned()),
            error,
            Item::Comment
        ]
    );
}

#[test]
fn what_was_complete_at_the_end_counts() {
    assert_eq!(items(&[b"data: [DONE]"]), vec![event("[DONE]")]);
    assert_eq!(items(&[b"data: a\n"]), vec![event("a")]);
    assert_eq!(items(&[b"", b"\n\n\n"]), vec![]);
}

#[test]
fn bytes_that_are_not_text_do_no_harm() {
    assert_eq!(items(&[b"data: a\xff\xfeb\n\n"]), vec![event("a\u{fffd}\u{fffd}b")]);
}

#[test]
fn an_error_without_data_is_not_lost() {
    let pretty = "data: a\n\n{\n  \"error\": {\n    \"code\": 503\n  }\n}\n";
    let stray = Item::Stray("{\n  \"error\": {\n    \"code\": 503\n  }\n}".to_owned());
    assert_eq!(items(&[pretty.as_bytes()]), vec![event("a"), stray]);
}

#[test]
fn json_lines_are_events_of_one_line() {
    let mut parser = Parser::new(Framing::Lines, 100);
    parser.push("{\"a\":1}\r\n\n: x\n日".as_bytes()).unwrap();
    parser.finish().unwrap();
    let found: Vec<_> = std::iter::from_fn(|| parser.take()).collect();
    assert_eq!(found, vec![event("{\"a\":1}"), event(": x"), event("日")]);
}

#[test]
fn a_line_without_end_is_cut_off_at_the_cap() {
    let mut parser = Parser::new(Framing::Events, 1000);
    let chunk = [b'x'; 300];
    let fed = (0..).take_while(|_| parser.push(&chunk).is_ok()).count();
    assert_eq!(fed, 3);
    let mut parser = Parser::new(Framing::Events, 1000);
    let line = format!("data: {}\n", "y".repeat(400));
    let fed = (0..).take_while(|_| parser.push(line.as_bytes()).is_ok()).count();
    assert_eq!(fed, 2, "many lines of one event are capped together");
}

proptest! {
    #[test]
    fn chunks_never_change_what_is_read(cuts in proptest::collection::vec(1usize..9, 1..200), ending in 0usize..3) {
        let ending = ["\n", "\r\n", "\r"][ending];
        let text = [": c", "data: {\"t\":\"Halo 🌼 日本\"}", "", "event: x", "data: 1", "data: 2", "", "", "data: [DONE]", ""].join(ending) + ending;
        let whole = items(&[text.as_bytes()]);
        let mut rest = text.as_bytes();
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            chunks.push(head);
            rest = tail;
        }
        prop_assert_eq!(items(&chunks), whole);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = items(&[&bytes]);
    }
}
