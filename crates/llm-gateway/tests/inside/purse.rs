//! Who pays hears of every call before it is made, and how each ended, also of those that nobody waits for any more.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use llm_client::{ErrorClass, ProviderError};
use llm_gateway::Ask;
use llm_gateway::purse::{Account, Ended, Grant, How, Planned, Purse};

use crate::fake::*;

/// Who was asked, and how it ended.
type Entries = Arc<Mutex<Vec<(String, Option<Ended>)>>>;

/// What was reserved, and how it ended.
#[derive(Debug, Default)]
struct Book {
    entries: Entries,
    refuses: bool,
}

struct Entry(Entries, usize);

impl Account for Entry {
    fn close(self: Box<Self>, end: Ended) {
        let mut entries = self.0.lock().unwrap();
        assert!(entries[self.1].1.is_none(), "once");
        entries[self.1].1 = Some(end);
    }
}

impl Purse for Book {
    fn reserve<'a>(&'a self, call: Planned<'a>) -> BoxFuture<'a, Result<Grant, ProviderError>> {
        Box::pin(async move {
            if self.refuses {
                return Err(ProviderError::new(ErrorClass::RateLimited, "no").with_code("limit_reached"));
            }
            let mut entries = self.entries.lock().unwrap();
            entries.push((call.id.to_owned(), None));
            let account = Box::new(Entry(self.entries.clone(), entries.len() - 1));
            Ok(Grant { account, most_output: Some(77) })
        })
    }
}

impl Book {
    fn told(&self) -> Vec<(String, How, String)> {
        let entries = self.entries.lock().unwrap();
        entries
            .iter()
            .map(|(id, end)| (id.clone(), end.as_ref().unwrap().how, end.as_ref().unwrap().said.clone()))
            .collect()
    }
}

fn ask(book: &Arc<Book>, model: &str) -> Ask {
    Ask { purse: Some(book.clone()), ..question(model) }
}

#[tokio::test(start_paused = true)]
async fn every_call_has_its_account() {
    let a = Fake::new(|asked| match asked.number {
        0 => Play::Refuse(failed(ErrorClass::Unavailable)),
        _ => Play::Hang,
    });
    let b = Fake::always(Play::Say(&["Hal", "o"]));
    let book = Arc::new(Book::default());
    let answer = gateway(&[&a, &b]).ask(ask(&book, "route/all")).await.unwrap();
    assert_eq!(b.asked.lock().unwrap()[0].request.max_output_tokens, Some(77), "the provider is told the limit");
    text(answer).await;
    let told = book.told();
    let short: Vec<_> = told.iter().map(|(id, how, said)| (id.as_str(), *how, said.as_str())).collect();
    // A refusal has cost nothing for sure; of one that never answered nobody knows.
    let expected = [
        ("a/m", How::Failed(ErrorClass::Unavailable), ""),
        ("a/m", How::Cut(ErrorClass::Timeout), ""),
        ("b/m", How::Finished, "Halo"),
    ];
    assert_eq!(short, expected);
}

#[tokio::test(start_paused = true)]
async fn thoughts_before_a_failure_are_told() {
    let a = Fake::always(Play::Think(failed(ErrorClass::Unavailable)));
    let b = Fake::always(OK);
    let book = Arc::new(Book::default());
    gateway(&[&a, &b]).ask(ask(&book, "route/all")).await.unwrap();
    let told = book.told_of("a/m");
    assert!(told.iter().all(|(how, said)| *how == How::Cut(ErrorClass::Unavailable) && !said.is_empty()), "{told:?}");
}

impl Book {
    fn told_of(&self, model: &str) -> Vec<(How, String)> {
        let entries = self.entries.lock().unwrap();
        let own = entries.iter().filter(|(id, _)| id == model);
        own.filter_map(|(_, end)| end.as_ref().map(|end| (end.how, end.said.clone()))).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_pays_for_what_was_said() {
    let a = Fake::always(Play::Slow(&["one ", "two ", "three "], MS(100)));
    let book = Arc::new(Book::default());
    let mut answer = gateway(&[&a]).ask(ask(&book, "a/m")).await.unwrap();
    for _ in 0..2 {
        answer.stream.next().await.unwrap().unwrap();
    }
    drop(answer);
    assert_eq!(book.told(), [("a/m".to_owned(), How::Dropped, "one two ".to_owned())]);
    // Before the first word: it was sent, and nothing was said.
    let silent = Fake::always(Play::Hang);
    let (gateway, book) = (gateway(&[&silent]), Arc::new(Book::default()));
    let asked = tokio::time::timeout(MS(50), gateway.ask(ask(&book, "a/m"))).await;
    assert!(asked.is_err() && book.told() == [("a/m".to_owned(), How::Dropped, String::new())], "{:?}", book.told());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_cut_is_told_as_far_as_it_came() {
    let a = Fake::always(Play::Cut(&["one ", "two "], failed(ErrorClass::Unavailable)));
    let book = Arc::new(Book::default());
    let answer = gateway(&[&a]).ask(ask(&book, "a/m")).await.unwrap();
    text(answer).await;
    assert_eq!(book.told(), [("a/m".to_owned(), How::Cut(ErrorClass::Unavailable), "one two ".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn without_leave_nobody_is_asked() {
    let (a, b) = (Fake::always(OK), Fake::always(OK));
    let book = Arc::new(Book { refuses: true, ..Book::default() });
    let refused = gateway(&[&a, &b]).ask(ask(&book, "route/all")).await.unwrap_err();
    assert_eq!(refused.error.code.as_deref(), Some("limit_reached"));
    assert_eq!((a.count(), b.count()), (0, 0), "nor the next one of the route");
}
