//! The readers without a network: what is heard never depends on how the bytes were cut, and no bytes panic.

use llm_client::{ChatEvent, ProviderError, offline};
use proptest::prelude::*;

use crate::fakes::{Call, Counts, Dialect, Saying};
use crate::kind;

type Event = Result<ChatEvent, ProviderError>;

/// Small, so that lines too long are met.
const CAP: usize = 4096;

fn read<'a>(dialect: Dialect, chunks: impl Iterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut reading = offline::reading(kind(dialect), CAP);
    let mut heard = Vec::new();
    for chunk in chunks {
        heard.extend(reading.push(chunk));
    }
    heard.extend(reading.finish());
    assert!(reading.is_over());
    assert!(reading.push(b"data: {}\n\n").is_empty() && reading.finish().is_empty(), "nothing follows the end");
    let ends = heard.iter().filter(|one| matches!(one, Err(_) | Ok(ChatEvent::Finished { .. }))).count();
    assert_eq!((ends, heard.last().map(|one| matches!(one, Err(_) | Ok(ChatEvent::Finished { .. })))), (1, Some(true)));
    heard
}

fn transcript(dialect: Dialect) -> Vec<u8> {
    let call = Call { id: "a".into(), name: "f".into(), arguments: vec!["{\"日\":".into(), "1}".into()] };
    let saying = Saying {
        reasoning: vec!["Hm 🌼".into()],
        signature: Some("c2ln".into()),
        calls: vec![call, Call { id: "b".into(), name: "g".into(), arguments: Vec::new() }],
        counts: Counts { input: 9, cached: 2, written: 1, output: 5, reasoning: 1, cost_micros: 3 },
        ..Saying::text(&["Ha", "lo 🌼 日本"])
    };
    let frames = dialect.frames(&saying);
    let between = [dialect.life(), dialect.unknown(), dialect.garbage()].concat();
    let bytes = |(at, frame): (usize, crate::fakes::Frame)| {
        let before = if at == 3 { between.as_bytes() } else { b"" };
        [before, &frame.bytes].concat()
    };
    frames.into_iter().enumerate().flat_map(bytes).collect()
}

#[test]
fn cut_after_every_byte_with_either_line_end_every_dialect_says_the_same() {
    for dialect in Dialect::ALL {
        let bytes = transcript(dialect);
        let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
        let plain = read(dialect, [text.as_bytes()].into_iter());
        assert!(matches!(plain.last(), Some(Ok(ChatEvent::Finished { usage: Some(_), .. }))), "{dialect:?} {plain:?}");
        for ending in ["\n", "\r\n"] {
            let bytes = text.replace('\n', ending).into_bytes();
            for at in 0..=bytes.len() {
                let (head, tail) = bytes.split_at(at);
                assert_eq!(read(dialect, [head, tail].into_iter()), plain, "{dialect:?} {ending:?} cut at {at}");
            }
        }
        assert_eq!(read(dialect, text.as_bytes().chunks(1)), plain, "{dialect:?}");
    }
}

#[test]
fn cut_off_anywhere_it_ends_once_and_never_with_a_call_that_is_not_whole() {
    for dialect in Dialect::ALL {
        let bytes = transcript(dialect);
        for end in 0..bytes.len() {
            let heard = read(dialect, [&bytes[..end]].into_iter());
            let calls = heard.iter().filter(|one| matches!(one, Ok(ChatEvent::ToolCall(_)))).count();
            match heard.last() {
                Some(Ok(ChatEvent::Finished { .. })) => assert_eq!(calls, 2, "{dialect:?} {end}"),
                _ => assert_eq!(calls, 0, "{dialect:?} {end}"),
            }
        }
    }
}

/// Pieces of real streams and of nonsense, so that arbitrary bytes get past the first line.
fn soup() -> impl Strategy<Value = (Dialect, Vec<u8>)> {
    let dialect = proptest::sample::select(Dialect::ALL.to_vec());
    let piece = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "[\\[\\]{}\":,a-z0-9\\\\ \r\n]{0,60}".prop_map(String::into_bytes),
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), proptest::sample::select(Dialect::ALL.to_vec()))
            .prop_map(|(from, to, dialect)| {
                let bytes = transcript(dialect);
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                bytes[from.min(to)..from.max(to)].to_vec()
            }),
        Just(b"data: ".to_vec()),
        Just(b"event: error\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(vec![b'x'; CAP]),
    ];
    (dialect, proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn no_bytes_panic_and_no_cut_changes_what_is_heard(
        (dialect, bytes) in soup(),
        cuts in proptest::collection::vec(1usize..300, 1..60),
    ) {
        let whole = read(dialect, [bytes.as_slice()].into_iter());
        let mut rest = bytes.as_slice();
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break }
            let (head, tail) = rest.split_at((*cut).min(rest.len()));
            chunks.push(head);
            rest = tail;
        }
        prop_assert_eq!(read(dialect, chunks.into_iter()), whole);
    }
}
