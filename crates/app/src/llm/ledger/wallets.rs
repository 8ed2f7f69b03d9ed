//! Wallets: money set aside for askers who ask all the time, so that not each of their calls waits for a commit of its own.
//!
//! A wallet is reserved in the database like a call, under the same caps, and noted in the journal. A call draws what it may
//! use at most, in memory, and is noted in the journal before it is made; when its account is written the wallet shrinks by
//! what was drawn. So `spent + reserved` in the database never is less than what calls may still use, and after a crash the
//! journal tells what was drawn. Where there is not much room wallets are not opened, and every call reserves for itself.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::CallId;
use domain::llm::period::Period;
use domain::llm::{Amount, Asker, CallKind};
use domain::{Kind, Timestamp};
use tokio::time::Instant;

use super::{Call, Estimate, till};
use crate::App;
use crate::llm::limits;

/// Calls a second from which somebody gets a wallet.
const BUSY: u32 = 8;
/// The most calls that a wallet is for.
const MOST_CALLS: u32 = 1_024;
/// A wallet takes at most this part of what is left.
const PART: i64 = 8;
/// Over which calls are counted, and after which a wallet that nobody draws from is closed.
const WHILE: Duration = Duration::from_secs(1);
/// Until somebody for whom there was no room is looked at again.
const REST: Duration = Duration::from_secs(5);
/// A wallet is closed after this, drawn from or not: long before the sweep could take it for one that a dead process left, also
/// with the longest call that drew from it last.
const LIFE: Duration = Duration::from_secs(60);
/// Askers that are remembered.
const MOST_ASKERS: usize = 10_000;

/// What a call has drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    pub wallet: CallId,
    pub amount: Amount,
}

/// What to do for an asker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Drawn; with `true` the wallet should be followed by another.
    Drawn(Draw, bool),
    /// It reserves for itself; with `true` a wallet should be opened meanwhile.
    Alone(bool),
}

#[derive(Clone, Copy, Debug)]
struct Wallet {
    id: CallId,
    left: Amount,
    size: Amount,
    /// It counts in this day's budgets, and in this month's.
    day: Period,
    opened: (Instant, Timestamp),
    drawn: bool,
}

impl Wallet {
    /// By the monotonic clock, which a sleeping machine stops, and by the wall's, which may be set back.
    fn is_good(&self, at: Timestamp, now: Instant) -> bool {
        let (since, wall) = self.opened;
        self.day == Period::day(at) && now.saturating_duration_since(since) < LIFE && at.since(wall) < LIFE
    }
}

#[derive(Debug)]
struct Known {
    since: Instant,
    calls: u32,
    /// In the time before.
    before: u32,
    wallet: Option<Wallet>,
    opening: bool,
    rests_until: Option<Instant>,
}

impl Known {
    fn new(now: Instant) -> Self {
        Self { since: now, calls: 0, before: 0, wallet: None, opening: false, rests_until: None }
    }

    fn count(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.since);
        if passed >= WHILE {
            self.before = if passed < 2 * WHILE { self.calls } else { 0 };
            (self.since, self.calls) = (now, 0);
        }
        self.calls += 1;
    }

    fn a_second(&self) -> u32 {
        self.calls.max(self.before)
    }

    fn wants_another(&mut self, now: Instant) -> bool {
        let rests = self.rests_until.is_some_and(|until| now < until);
        let wants = !self.opening && !rests && self.a_second() >= BUSY;
        self.opening |= wants;
        wants
    }
}

/// Those of this process.
#[derive(Debug, Default)]
pub struct Wallets(Mutex<HashMap<Asker, Known>>);

impl Wallets {
    fn lock(&self) -> MutexGuard<'_, HashMap<Asker, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, asker: &Asker, most: Amount, at: Timestamp, now: Instant) -> Verdict {
        let mut all = self.lock();
        if all.len() >= MOST_ASKERS && !all.contains_key(asker) {
            all.retain(|_, known| known.wallet.is_some() || known.opening || now.duration_since(known.since) < WHILE);
            if all.len() >= MOST_ASKERS {
                return Verdict::Alone(false);
            }
        }
        let known = all.entry(*asker).or_insert_with(|| Known::new(now));
        known.count(now);
        let fits = known.wallet.as_mut().filter(|wallet| {
            wallet.is_good(at, now) && most.tokens <= wallet.left.tokens && most.micros <= wallet.left.micros
        });
        let Some(wallet) = fits else { return Verdict::Alone(known.wants_another(now)) };
        wallet.left = Amount::new(wallet.left.tokens - most.tokens, wallet.left.micros - most.micros);
        wallet.drawn = true;
        let draw = Draw { wallet: wallet.id, amount: most };
        let low = |left: i64, size: i64| size > 0 && left < size / 2;
        let low = low(wallet.left.tokens, wallet.size.tokens) || low(wallet.left.micros, wallet.size.micros);
        Verdict::Drawn(draw, low && known.wants_another(now))
    }

    /// A new wallet in the place of the old one, whose rest is given back: the first of the pair is the old wallet.
    fn open(&self, asker: &Asker, wallet: Wallet) -> Option<(CallId, Amount)> {
        let mut all = self.lock();
        let Some(known) = all.get_mut(asker) else { return Some((wallet.id, wallet.left)) };
        known.opening = false;
        known.wallet.replace(wallet).map(|old| (old.id, old.left))
    }

    fn rests(&self, asker: &Asker, until: Instant) {
        if let Some(known) = self.lock().get_mut(asker) {
            (known.opening, known.rests_until) = (false, Some(until));
        }
    }

    /// A call that was not made after all.
    fn put_back(&self, asker: &Asker, draw: Draw) {
        let mut all = self.lock();
        let wallet = all.get_mut(asker).and_then(|known| known.wallet.as_mut());
        // Of a wallet that is closed the rest was given back; this part is counted some day.
        if let Some(wallet) = wallet.filter(|wallet| wallet.id == draw.wallet) {
            wallet.left = wallet.left + draw.amount;
        }
    }

    /// These are in the database no more: nothing is drawn from them.
    pub fn forget(&self, gone: &[CallId]) {
        if gone.is_empty() {
            return;
        }
        for known in self.lock().values_mut() {
            known.wallet.take_if(|wallet| gone.contains(&wallet.id));
        }
    }

    /// The rest of this wallet, if nobody drew from it since this was asked before, or it is old or of another day; `Err`: it is
    /// not open.
    fn idle(&self, asker: &Asker, wallet: CallId, at: Timestamp, now: Instant) -> Result<Option<Amount>, ()> {
        let mut all = self.lock();
        let known = all.get_mut(asker).ok_or(())?;
        let own = known.wallet.as_mut().filter(|own| own.id == wallet).ok_or(())?;
        if std::mem::take(&mut own.drawn) && own.is_good(at, now) {
            return Ok(None);
        }
        Ok(known.wallet.take().map(|own| own.left))
    }

    /// Closes those of whom `which` says so, and opens none for them until `rests`; what nobody drew.
    fn close(&self, which: impl Fn(&Asker) -> bool, rests: Option<Instant>) -> Vec<(CallId, Amount)> {
        let mut all = self.lock();
        let known = all.iter_mut().filter(|(asker, known)| known.wallet.is_some() && which(asker));
        let closed = known.filter_map(|(_, known)| {
            known.rests_until = known.rests_until.max(rests);
            known.wallet.take()
        });
        closed.map(|own| (own.id, own.left)).collect()
    }
}

/// Pays for a call of at most `estimate` from the asker's wallet; when this returns a draw, a crash does not lose it. `None`: the
/// call has to be reserved for.
pub fn draw(app: &App, call: &Call, estimate: &Estimate) -> Option<Draw> {
    // Without a journal nobody would know what was drawn; and runs are counted by other nodes, too.
    let journal = app.llm.journal().filter(|_| call.run.is_none())?;
    let most = estimate.amount();
    let (drawn, open) = match app.llm.wallets.ask(&call.asker, most, call.at, Instant::now()) {
        Verdict::Drawn(draw, open) => (Some(draw), open),
        Verdict::Alone(open) => (None, open),
    };
    if open {
        let (opening, call) = (app.clone(), call.clone());
        // Before a process ends it waits for these, and gives back what they opened.
        app.llm.accounts.spawn_on(
            async move {
                match open_for(&opening, &call, most).await {
                    Some(wallet) => opening.clone().spawn(keep(opening, call.asker, wallet)),
                    None => opening.llm.wallets.rests(&call.asker, Instant::now() + REST),
                }
            },
            app.runtime(),
        );
    }
    let draw = drawn?;
    match journal.begin_drawn(call, estimate, draw.wallet) {
        Ok(()) => Some(draw),
        Err(fault) => {
            tracing::warn!(%fault, "the journal of calls cannot be written");
            app.llm.wallets.put_back(&call.asker, draw);
            None
        }
    }
}

/// Opens a wallet for calls like this one; `None`: there is no room now.
async fn open_for(app: &App, call: &Call, one: Amount) -> Option<CallId> {
    if app.closing.is_cancelled() {
        return None;
    }
    let (at, asker) = (app.clock.now(), call.asker);
    let room = match limits::room(app, &asker, at).await {
        Ok(room) => room,
        Err(fault) => {
            tracing::debug!(%fault, "no wallet now");
            return None;
        }
    };
    let calls = app.llm.wallets.lock().get(&asker).map_or(BUSY, Known::a_second).clamp(BUSY, MOST_CALLS);
    let fits = |one: i64, room: Option<i64>| {
        one.saturating_mul(i64::from(calls)).min(room.map_or(i64::MAX, |room| room / PART))
    };
    let size = Amount::new(fits(one.tokens, room.tokens), fits(one.micros, room.micros)).bounded();
    let worth = |size: i64, one: i64| size >= one.saturating_mul(4);
    if !worth(size.tokens, one.tokens) || !worth(size.micros, one.micros) {
        return None;
    }
    let id: CallId = app.chance.uuid(at).into();
    let held = Call { id: app.chance.uuid(at).into(), call: id, at, kind: CallKind::Held, ..call.clone() };
    let journal = app.llm.journal()?;
    if let Err(fault) = journal.begin_wallet(id) {
        tracing::warn!(%fault, "the journal of calls cannot be written");
        return None;
    }
    let estimate = Estimate { input_tokens: size.tokens.unsigned_abs(), output_tokens: 0, cost_micros: size.micros };
    if let Err(refusal) = till(app).reserve(held, estimate).await {
        match refusal.kind() {
            Kind::TooMany => journal.settled([&id]),
            // Whether it was written is not known; what is not there cannot be given back, and nothing is changed.
            _ => till(app).rest_soon(app, id, size),
        }
        return None;
    }
    let wallet = Wallet { id, left: size, size, day: Period::day(at), opened: (Instant::now(), at), drawn: true };
    if let Some((old, left)) = app.llm.wallets.open(&asker, wallet) {
        till(app).rest_soon(app, old, left);
    }
    Some(id)
}

/// Keeps a wallet until nobody draws from it any more.
async fn keep(app: App, asker: Asker, wallet: CallId) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(WHILE) => {}
            () = app.closing.cancelled() => return,
        }
        match app.llm.wallets.idle(&asker, wallet, app.clock.now(), Instant::now()) {
            Ok(None) => {}
            Ok(Some(left)) => {
                till(&app).rest_soon(&app, wallet, left);
                return;
            }
            Err(()) => return,
        }
    }
}

/// Gives back what nobody has drawn: limits have changed, or the process ends.
pub fn close_all(app: &App) {
    give_back(app, app.llm.wallets.close(|_| true, None));
}

/// Gives back what was set aside beside this asker, who needs the room; `false`: there was nothing.
pub fn make_room(app: &App, asker: &Asker, everybody: bool) -> bool {
    let shared = |one: &Asker| {
        one.subjects().any(|subject| subject.id().is_some() && asker.subjects().any(|own| own == subject))
    };
    // Whoever is refused again and again does not open and close them all the time.
    give_back(app, app.llm.wallets.close(|one| everybody || shared(one), Some(Instant::now() + REST)))
}

fn give_back(app: &App, closed: Vec<(CallId, Amount)>) -> bool {
    for (wallet, rest) in &closed {
        till(app).rest_soon(app, *wallet, *rest);
    }
    !closed.is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use domain::Chance;

    use super::*;

    const ONE: Amount = Amount::new(10, 0);
    const AT: Timestamp = Timestamp(1_700_000_000_000);

    fn wallet(chance: &Chance, tokens: i64) -> Wallet {
        let size = Amount::new(tokens, 0);
        Wallet {
            id: chance.uuid(AT).into(),
            left: size,
            size,
            day: Period::day(AT),
            opened: (Instant::now(), AT),
            drawn: false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_who_asks_all_the_time_gets_one_and_one_at_a_time() {
        let (wallets, chance) = (Wallets::default(), Chance::seeded(1));
        let asker = Asker::person(chance.uuid(AT).into());
        let ask = |wallets: &Wallets| wallets.ask(&asker, ONE, AT, Instant::now());
        for _ in 1..BUSY {
            assert_eq!(ask(&wallets), Verdict::Alone(false));
        }
        assert_eq!(ask(&wallets), Verdict::Alone(true));
        assert_eq!(ask(&wallets), Verdict::Alone(false), "it is being opened");
        wallets.rests(&asker, Instant::now() + REST);
        assert_eq!(ask(&wallets), Verdict::Alone(false), "there was no room");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(wallets.open(&asker, wallet(&chance, 95)), None);
        let mut drawn = 0;
        while let Verdict::Drawn(draw, _) = ask(&wallets) {
            assert_eq!(draw.amount, ONE);
            drawn += 1;
        }
        assert_eq!(drawn, 9, "never more than there is");
        tokio::time::advance(REST).await;
        for _ in 1..BUSY {
            assert_eq!(ask(&wallets), Verdict::Alone(false), "seldom");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_left_is_given_back() {
        let (wallets, chance) = (Wallets::default(), Chance::seeded(2));
        let asker = Asker::person(chance.uuid(AT).into());
        let ask = |at| wallets.ask(&asker, ONE, at, Instant::now());
        ask(AT);
        let first = wallet(&chance, 100);
        assert_eq!(wallets.open(&asker, first), None);
        assert!(matches!(ask(AT), Verdict::Drawn(..)));
        assert_eq!(wallets.idle(&asker, first.id, AT, Instant::now()), Ok(None), "it was drawn from");
        let next = wallet(&chance, 50);
        assert_eq!(wallets.open(&asker, next), Some((first.id, Amount::new(90, 0))));
        assert_eq!(wallets.idle(&asker, first.id, AT, Instant::now()), Err(()));
        let tomorrow = AT.plus(Duration::from_secs(24 * 3600));
        assert_eq!(ask(tomorrow), Verdict::Alone(false), "it counts in the budget of its day");
        assert_eq!(wallets.idle(&asker, next.id, AT, Instant::now()), Ok(Some(Amount::new(50, 0))));
        assert_eq!(wallets.open(&asker, next), None);
        assert_eq!(wallets.close(|one| *one != asker, None), []);
        assert_eq!(wallets.close(|one| *one == asker, None), [(next.id, Amount::new(50, 0))]);
        assert_eq!(wallets.close(|_| true, None), []);
        // One that is drawn from all the time has an end, too.
        let last = wallet(&chance, 1_000);
        assert_eq!(wallets.open(&asker, last), None);
        assert!(matches!(ask(AT), Verdict::Drawn(..)));
        assert_eq!(ask(AT.plus(LIFE)), Verdict::Alone(false), "by the wall's clock");
        tokio::time::advance(LIFE).await;
        assert_eq!(ask(AT), Verdict::Alone(false), "by our own");
        assert_eq!(wallets.idle(&asker, last.id, AT, Instant::now()), Ok(Some(Amount::new(990, 0))));
        // What the database does not know any more is not drawn from.
        assert_eq!(wallets.open(&asker, next), None);
        wallets.forget(&[next.id]);
        assert!(matches!(ask(AT), Verdict::Alone(_)));
        let nobody = Asker::default();
        assert_eq!(wallets.open(&nobody, next), Some((next.id, next.left)), "who is forgotten gets none");
    }
}
