//! What may be sent, and what titles become.

use super::*;

fn codes(result: crate::Result<Vec<Part>>) -> Vec<&'static str> {
    result.err().map(|e| e.fields().iter().map(|f| f.code).collect()).unwrap_or_default()
}

#[test]
fn a_message_needs_words_and_keeps_to_its_limit() {
    let limits = MessageLimits { characters: 5, parts: 2 };
    assert!(compose(vec![Part::text("予測は明日")], limits).is_ok());
    assert_eq!(codes(compose(vec![], limits)), ["message.empty"]);
    assert_eq!(codes(compose(vec![Part::text(" \n ")], limits)), ["message.empty"]);
    assert_eq!(codes(compose(vec![Part::text("123"), Part::text("456")], limits)), ["message.too_long"]);
    assert_eq!(codes(compose(vec![Part::text("a\0b")], limits)), ["message.control_character"]);
    assert_eq!(codes(compose(vec![Part::text("a"); 3], limits)), ["message.too_many_parts"]);
}

#[test]
fn client_ids_are_short_and_visible() {
    assert!(client_message_id(None).unwrap().is_none());
    assert!(client_message_id(Some("a-1".into())).is_ok());
    for odd in ["", "a b", "é", &"x".repeat(129)] {
        assert!(client_message_id(Some(odd.into())).is_err(), "{odd}");
    }
}

#[test]
fn titles_are_one_line() {
    assert_eq!(rename("  Hello\n\tworld ").unwrap(), "Hello world");
    assert!(rename(" \n").is_err());
    for odd in ["invoice\u{202e}fdp.exe", "Ani\u{200b}", "\u{2067}x\u{2069}", "bell\u{7}"] {
        assert_eq!(rename(odd).unwrap_err().fields()[0].code, "conversation.title_invalid", "{odd:?}");
    }
    assert_eq!(rename("\u{200d}").unwrap_err().fields()[0].code, "conversation.title_empty");
    assert_eq!(title_from("What is\u{202e} this\u{200b}?").as_deref(), Some("What is this?"));
    assert!(rename(&"x".repeat(201)).is_err());
    assert_eq!(title_from("# How do I\nconnect?").as_deref(), Some("How do I"));
    assert_eq!(title_from("…\n?!"), None);
    let long = title_from("Tell me everything about connecting a model to this server please now").unwrap();
    assert_eq!(long, "Tell me everything about connecting a model to this server…");
    assert_eq!(title_from(&"予".repeat(80)).unwrap().chars().count(), 61);
}
