//! docs/PROVIDERS.md, written from what really happens; the test compares it to the committed file.

use std::fmt::Write as _;

use llm_client::ErrorClass;

use crate::documented::cases;
use crate::errors;
use crate::fakes::Dialect;
use crate::misbehaviour::{CASES, Result, Seen, meet};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/PROVIDERS.md");

const INTRODUCTION: &str = "\
# Providers and their failures

Written by the contract suite (`crates/llm-client/tests/contract`) from what really happened against a fake of each wire
format on loopback; a test compares it to this file. After a change: `OBROL_WRITE_DOCS=1 cargo nextest run -p llm-client
matrix`.

**Again** says whether the same request may be made again as long as nobody has seen anything of its answer; how often, after
which pause, with which key and at which other model is the gateway's. Once tokens were seen it is never made again unseen:
the runner continues or announces a rewind. **Silence** is ended by the caller's limits on the first token and on a stall.
";

fn class(class: Option<ErrorClass>) -> String {
    class.map_or("–".to_owned(), |class| format!("`{}`", class.as_str()))
}

fn cells(result: &Result) -> String {
    let code = result.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let again = if result.repeat { "yes" } else { "no" };
    let again = match (result.class, result.seen) {
        (None, _) => "–",
        (Some(_), Seen::Nothing) => again,
        (Some(_), Seen::Two | Seen::All) => "not unseen",
    };
    format!("{}{code} | {again} | {}", class(result.class), result.seen.name())
}

async fn page() -> String {
    let mut page = format!("{INTRODUCTION}\n## Misbehaviour at every phase\n\n");
    page.push_str("| phase | what happens | provider | class | again | a reader has seen |\n| --- | --- | --- | --- | --- | --- |\n");
    for case in CASES {
        let met = futures_util::future::join_all(Dialect::ALL.map(|dialect| meet(dialect, case))).await;
        // One row for all that fare alike.
        let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
        for (dialect, result) in Dialect::ALL.iter().zip(&met) {
            let cells = cells(result);
            match rows.iter_mut().find(|(known, _)| *known == cells) {
                Some((_, names)) => names.push(dialect.name()),
                None => rows.push((cells, vec![dialect.name()])),
            }
        }
        for (cells, names) in rows {
            let names = if names.len() == Dialect::ALL.len() { "all".to_owned() } else { names.join(", ") };
            writeln!(page, "| {} | {} | {names} | {cells} |", case.phase.name(), case.name).unwrap();
        }
    }
    page.push_str("\n## Documented errors before the stream\n\n");
    page.push_str(
        "| provider | status | what it says | class | again | hint |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for dialect in Dialect::ALL {
        if dialect == Dialect::Compatible {
            continue; // as OpenAI
        }
        for case in cases(dialect) {
            let error = errors::meet(dialect, &case).await.error.unwrap();
            let again = if error.may_repeat() { "yes" } else { "no" };
            let hint = error.retry_after.map_or("–".to_owned(), |hint| format!("{:.2} s", hint.as_secs_f64()));
            let (name, class) = (dialect.name(), class(Some(error.class)));
            writeln!(page, "| {name} | {} | {} | {class} | {again} | {hint} |", case.status, case.said).unwrap();
        }
    }
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[allow(clippy::disallowed_methods, reason = "the one switch of a test that writes a file")]
async fn the_committed_table_is_what_happens() {
    let page = page().await;
    if std::env::var_os("OBROL_WRITE_DOCS").is_some() {
        std::fs::write(FILE, &page).unwrap();
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    let different = page.lines().zip(committed.lines()).find(|(now, then)| now != then);
    assert!(page == committed, "docs/PROVIDERS.md is not what happens: {different:?}");
}
