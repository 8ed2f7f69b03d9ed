//! What the environment asked for: parsed once, counted per name.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{ALL, Injected};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Abort,
    Sleep(Duration),
    Error,
}

/// One wish: act at the `nth` hit, or at every hit when nothing is said (an abort needs no "every").
#[derive(Debug)]
pub(crate) struct Wish {
    name: String,
    action: Action,
    nth: Option<u64>,
    hits: AtomicU64,
}

static WISHES: OnceLock<Vec<Wish>> = OnceLock::new();

#[expect(clippy::disallowed_methods, reason = "a test tells a whole process where to die, stall or fail")]
pub(crate) fn act(name: &'static str) -> Result<(), Injected> {
    let wishes = WISHES.get_or_init(|| match std::env::var("OBROL_FAILPOINT") {
        Ok(text) => parse(&text).unwrap_or_else(|fault| {
            // A typo must not turn a crash test into a test of nothing.
            eprintln!("OBROL_FAILPOINT: {fault}");
            std::process::exit(2)
        }),
        Err(_) => Vec::new(),
    });
    for wish in wishes.iter().filter(|wish| wish.name == name) {
        let hit = wish.hits.fetch_add(1, Ordering::SeqCst) + 1;
        if wish.nth.is_some_and(|nth| nth != hit) {
            continue;
        }
        match wish.action {
            Action::Abort => {
                eprintln!("failpoint {name}: abort at hit {hit}");
                std::process::abort()
            }
            Action::Sleep(time) => std::thread::sleep(time),
            Action::Error => return Err(Injected(name)),
        }
    }
    Ok(())
}

pub(crate) fn parse(text: &str) -> Result<Vec<Wish>, String> {
    text.split(';').map(str::trim).filter(|wish| !wish.is_empty()).map(wish).collect()
}

fn wish(text: &str) -> Result<Wish, String> {
    let (name, rest) = text.split_once(':').ok_or_else(|| format!("`{text}` is not name:action[@hit]"))?;
    if !ALL.contains(&name) {
        return Err(format!("there is no failpoint `{name}`; there are: {}", ALL.join(", ")));
    }
    let (action, nth) = match rest.split_once('@') {
        Some((action, nth)) => {
            (action, Some(nth.parse::<u64>().map_err(|_| format!("`{nth}` is not a number of hits"))?))
        }
        None => (rest, None),
    };
    let action = match action.split_once('=') {
        None if action == "abort" => Action::Abort,
        None if action == "error" => Action::Error,
        Some(("sleep", millis)) => {
            Action::Sleep(Duration::from_millis(millis.parse().map_err(|_| format!("`{millis}` is not milliseconds"))?))
        }
        _ => return Err(format!("`{action}` is not abort, error or sleep=MILLISECONDS")),
    };
    Ok(Wish { name: name.to_owned(), action, nth, hits: AtomicU64::new(0) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    use super::{Action, parse};
    use std::time::Duration;

    #[test]
    fn wishes_are_read() {
        let wishes = parse("jobs.claimed:abort@3; jobs.before_finish:sleep=200;jobs.after_finish:error").unwrap();
        assert_eq!((wishes[0].action, wishes[0].nth), (Action::Abort, Some(3)));
        assert_eq!((wishes[1].action, wishes[1].nth), (Action::Sleep(Duration::from_millis(200)), None));
        assert_eq!((wishes[2].action, wishes[2].nth), (Action::Error, None));
    }

    #[test]
    fn faults_are_named() {
        for (text, fault) in [
            ("nowhere:abort", "no failpoint `nowhere`"),
            ("jobs.claimed", "not name:action"),
            ("jobs.claimed:explode", "`explode` is not"),
            ("jobs.claimed:sleep=x", "not milliseconds"),
            ("jobs.claimed:abort@x", "not a number"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(fault), "{text}: {said}");
        }
    }
}
