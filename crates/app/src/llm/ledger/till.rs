//! The till: calls that stand alone (`/v1`) queue up, and one transaction serves all who wait. While one commits, the next
//! gathers, so that a crowd costs as many commits as the disk can do, and never more than one is open.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use domain::ids::CallId;
use domain::llm::Amount;
use domain::{Error, Kind, Result};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::timeout;

use super::wallets::Draw;
use super::{Account, Call, Estimate, Settled, Shrink, Verdict};
use crate::App;

/// How many may wait; beyond it the honest answer is "try again".
const QUEUE: usize = 10_000;
/// Served by one transaction at most.
const AT_ONCE: usize = 500;
/// The longest that somebody waits for a reservation.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an account may wait for others; a crash meanwhile finds it in the journal, or among the orphans.
const GATHER: Duration = Duration::from_millis(40);
/// Between two tries while the database is away.
const PAUSE: Duration = Duration::from_millis(500);

enum Slip {
    Reserve(Box<Call>, Estimate, oneshot::Sender<Result<()>>),
    /// There is such a call; nobody waits to hear that it was written, and no limit is in its way.
    Begin(Box<Call>, Estimate),
    Settle(CallId, Box<Account>),
    /// Settles, or records when it was not begun in time.
    Close(Box<Call>, Box<Account>),
    Record(Box<Call>, Box<Account>, Option<Draw>),
    /// The rest of a wallet, which nobody will draw any more.
    Rest(CallId, Amount),
    Release(CallId),
    /// Answered when all before it is written.
    Flush(oneshot::Sender<()>),
}

impl Slip {
    fn is_awaited(&self) -> bool {
        match self {
            Self::Reserve(..) | Self::Flush(_) => true,
            Self::Begin(..)
            | Self::Settle(..)
            | Self::Close(..)
            | Self::Record(..)
            | Self::Rest(..)
            | Self::Release(_) => false,
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Till {
    queue: mpsc::Sender<Slip>,
    /// Somebody waits, or there is enough for a transaction.
    hurry: Arc<Notify>,
}

/// The till of this process.
pub fn till(app: &App) -> &Till {
    app.till.get_or_init(|| {
        let (queue, slips) = mpsc::channel(QUEUE);
        let hurry = Arc::new(Notify::new());
        let clerk = Clerk { app: app.downgrade(), slips, hurry: hurry.clone() };
        app.spawn(clerk.work());
        Till { queue, hurry }
    })
}

/// Before the process ends: accounts that are being counted are given, and whoever waits at the till is served, for a while.
pub async fn flush(app: &App) {
    /// The database may be away; the sweep counts what is not written.
    const PATIENCE: Duration = Duration::from_secs(5);
    let Some(till) = app.till.get() else { return };
    app.llm.accounts.close();
    let emptied = async {
        app.llm.accounts.wait().await;
        super::wallets::close_all(app);
        till.flush().await;
    };
    if tokio::time::timeout(PATIENCE, emptied).await.is_err() {
        tracing::warn!("the till was not empty at the end");
    } else if let Some(journal) = app.llm.journal() {
        journal.close();
    }
}

impl Till {
    /// Reserves; when it returns without an error the reservation is durable.
    ///
    /// # Errors
    /// A limit that is used up; `db.unavailable` when the database or the queue has no room now.
    pub async fn reserve(&self, call: Call, estimate: Estimate) -> Result<()> {
        let (reply, answer) = oneshot::channel();
        let mut asking = Asking { till: self, call: Some(call.call) };
        self.try_put(Slip::Reserve(Box::new(call), estimate, reply)).map_err(|_| busy())?;
        // Whoever waits holds a place at a provider: not for as long as a database is away.
        let heard = tokio::time::timeout(PATIENCE, answer).await;
        let heard = heard.map_err(|_| busy())?.map_err(|_| busy())?;
        // Of any other failure nobody knows whether it was written before.
        if heard.as_ref().map_or_else(|refusal| refusal.kind() == Kind::TooMany, |()| true) {
            asking.call = None;
        }
        heard
    }

    /// Settles what was reserved. It is written soon, however long the database is away; waits only while the queue is full.
    pub async fn settle(&self, call: CallId, account: Account) {
        self.put(Slip::Settle(call, Box::new(account))).await;
    }

    /// Writes down a call without a reservation; as [`Till::settle`].
    pub async fn record(&self, call: Call, account: Account) {
        self.put(Slip::Record(Box::new(call), Box::new(account), None)).await;
    }

    /// Gives back what was reserved for a call that was never sent.
    pub async fn release(&self, call: CallId) {
        self.put(Slip::Release(call)).await;
    }

    /// Notes a call that no limit concerns. A program's is in the journal when this returns; one of a run, which another node
    /// may have to count, is in the database soon. No room anywhere is no reason to refuse it: its account will be recorded
    /// whole.
    pub fn begin(&self, app: &App, call: Call, estimate: Estimate) {
        if call.run.is_none()
            && let Some(journal) = app.llm.journal()
        {
            match journal.begin(&call, &estimate) {
                Ok(()) => return,
                Err(fault) => tracing::warn!(%fault, "the journal of calls cannot be written"),
            }
        }
        if self.try_put(Slip::Begin(Box::new(call), estimate)).is_err() {
            tracing::debug!("the till is full; a call is noted at its end");
        }
    }

    /// As [`Till::settle`], for a call that may not be known here, or has drawn from a wallet, and without waiting.
    pub fn close_soon(&self, app: &App, call: Call, account: Account, draw: Option<Draw>) {
        let noted = draw.is_some() || app.llm.journal().is_some_and(|journal| journal.knows(&call.call));
        let (call, account) = (Box::new(call), Box::new(account));
        self.put_soon(app, if noted { Slip::Record(call, account, draw) } else { Slip::Close(call, account) });
    }

    /// Gives back the rest of a wallet, without waiting.
    pub fn rest_soon(&self, app: &App, wallet: CallId, rest: Amount) {
        self.put_soon(app, Slip::Rest(wallet, rest));
    }

    /// Returns when all that was put in before is written; before a process ends.
    pub async fn flush(&self) {
        let (reply, done) = oneshot::channel();
        self.put(Slip::Flush(reply)).await;
        if done.await.is_err() {
            tracing::error!("the till was closed with slips in it");
        }
    }

    /// What nobody waits for.
    fn put_soon(&self, app: &App, slip: Slip) {
        match self.try_put(slip) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(slip)) => {
                let till = self.clone();
                app.llm.accounts.spawn_on(async move { till.put(slip).await }, app.runtime());
            }
            Err(mpsc::error::TrySendError::Closed(_)) => {
                tracing::error!("the till is closed; the sweep will count what was reserved");
            }
        }
    }

    async fn put(&self, slip: Slip) {
        let awaited = slip.is_awaited();
        if self.queue.send(slip).await.is_err() {
            tracing::error!("the till is closed; the sweep will count what was reserved");
        }
        self.woken(awaited);
    }

    fn try_put(&self, slip: Slip) -> std::result::Result<(), mpsc::error::TrySendError<Slip>> {
        let awaited = slip.is_awaited();
        self.queue.try_send(slip)?;
        self.woken(awaited);
        Ok(())
    }

    /// A clerk who gathers is not woken for each account.
    fn woken(&self, awaited: bool) {
        if awaited || QUEUE - self.queue.capacity() >= AT_ONCE {
            self.hurry.notify_one();
        }
    }
}

/// A reservation that is asked for. Whoever goes before the answer is read makes no call, whatever the answer was.
struct Asking<'a> {
    till: &'a Till,
    call: Option<CallId>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        // After the reservation in the queue, so it is released even if it is granted meanwhile. A full queue leaves it to the
        // sweep.
        if let Some(call) = self.call.take()
            && self.till.try_put(Slip::Release(call)).is_err()
        {
            tracing::warn!(%call, "a reservation that nobody needs is left to the sweep");
        }
    }
}

fn busy() -> Error {
    Error::new(Kind::Unavailable, "db.unavailable").retry_after(Duration::from_secs(1))
}

struct Clerk {
    app: crate::app::WeakApp,
    slips: mpsc::Receiver<Slip>,
    hurry: Arc<Notify>,
}

impl Clerk {
    /// Accounts that nobody waits for come together: one transaction for many costs what one for each of them would. Whoever
    /// waits is served at once, with all that has come by then.
    async fn gather(&mut self, slips: &mut Vec<Slip>) {
        if !slips.iter().any(Slip::is_awaited) && slips.len() + self.slips.len() < AT_ONCE {
            // A wake-up from before is for what is here already: then the next batch gathers.
            let _ = timeout(GATHER, self.hurry.notified()).await;
        }
        while slips.len() < AT_ONCE {
            let Ok(slip) = self.slips.try_recv() else { return };
            slips.push(slip);
        }
    }
}

/// What became of a batch.
#[derive(Default)]
struct Written {
    verdicts: Vec<Verdict>,
    settled: Vec<Settled>,
    /// Wallets that are empty.
    gone: Vec<CallId>,
}

/// What one transaction is about.
#[derive(Default)]
struct Batch {
    reserve: Vec<(Call, Estimate)>,
    askers: Vec<Option<oneshot::Sender<Result<()>>>>,
    settle: Vec<(CallId, Account)>,
    /// Of what is settled, those that are recorded when they are not known.
    begun: HashMap<CallId, Call>,
    record: Vec<(Call, Account)>,
    /// What calls that are recorded had drawn.
    drawn: HashMap<CallId, Draw>,
    rests: Vec<(CallId, Amount)>,
    release: Vec<CallId>,
    flush: Vec<oneshot::Sender<()>>,
}

impl Clerk {
    /// Until the last handle of the till is gone, which the application holds.
    async fn work(mut self) {
        let mut slips = Vec::new();
        while self.slips.recv_many(&mut slips, AT_ONCE).await > 0 {
            self.gather(&mut slips).await;
            let Some(app) = self.app.upgrade() else { return };
            let mut batch = Batch::default();
            slips.drain(..).for_each(|slip| batch.take(slip));
            batch.serve(&app).await;
        }
    }
}

impl Batch {
    fn take(&mut self, slip: Slip) {
        match slip {
            // One who has gone needs no reservation.
            Slip::Reserve(call, estimate, reply) if !reply.is_closed() => {
                self.reserve.push((*call, estimate));
                self.askers.push(Some(reply));
            }
            Slip::Reserve(..) => {}
            Slip::Begin(call, estimate) => {
                self.reserve.push((*call, estimate));
                self.askers.push(None);
            }
            Slip::Close(call, account) => {
                // Begun and ended within one batch: one row, written once.
                if let Some(at) = self.reserve.iter().position(|(begun, _)| begun.call == call.call) {
                    self.reserve.swap_remove(at);
                    self.askers.swap_remove(at);
                    self.record.push((*call, *account));
                    return;
                }
                self.settle.push((call.call, *account));
                self.begun.insert(call.call, *call);
            }
            Slip::Settle(call, account) => self.settle.push((call, *account)),
            Slip::Record(call, account, draw) => {
                self.drawn.extend(draw.map(|draw| (call.call, draw)));
                self.record.push((*call, *account));
            }
            Slip::Rest(wallet, rest) => self.rests.push((wallet, rest)),
            Slip::Release(call) => {
                if let Some(at) = self.reserve.iter().position(|(asked, _)| asked.call == call) {
                    self.reserve.swap_remove(at);
                    self.askers.swap_remove(at);
                } else {
                    self.release.push(call);
                }
            }
            Slip::Flush(reply) => self.flush.push(reply),
        }
    }

    /// Askers hear of a failure at once; accounts are tried again until they are written.
    async fn serve(mut self, app: &App) {
        let mut faults = 0;
        loop {
            match self.write(app).await {
                Ok(Written { verdicts, settled, gone }) => {
                    app.llm.wallets.forget(&gone);
                    if let Some(journal) = app.llm.journal() {
                        let recorded = self.record.iter().map(|(call, _)| &call.call);
                        journal.settled(self.begun.keys().chain(recorded).chain(&gone));
                    }
                    self.answer(app, verdicts).await;
                    for (call, settled) in self.settle.iter().map(|(call, _)| call).zip(settled) {
                        if settled == Settled::Unknown && !self.begun.contains_key(call) {
                            tracing::error!(%call, "an account of a call that nobody reserved for");
                        }
                    }
                    break;
                }
                Err(fault) => {
                    tracing::warn!(%fault, settles = self.settle.len(), "the till could not be emptied yet");
                    self.reserve.clear();
                    for asker in self.askers.drain(..).flatten() {
                        drop(asker.send(Err(busy())));
                    }
                    if self.accounts() == 0 {
                        break;
                    }
                    // The database is there and refuses: one account must not take the others along.
                    faults += u32::from(fault.kind() == Kind::Broken);
                    if faults == 2 && self.accounts() > 1 {
                        for one in self.split() {
                            Box::pin(one.serve(app)).await;
                        }
                        break;
                    }
                    if faults == 5 {
                        // The sweep will count what was reserved.
                        tracing::error!(%fault, settle = ?self.settle, record = ?self.record, "an account was lost");
                        metrics::counter!("obrol_ledger_lost_total").increment(1);
                        break;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        for waiting in self.flush {
            let _ = waiting.send(());
        }
    }

    fn accounts(&self) -> usize {
        self.settle.len() + self.record.len() + self.release.len() + self.rests.len()
    }

    /// Each account as a batch of its own.
    fn split(&mut self) -> Vec<Self> {
        let settle = std::mem::take(&mut self.settle).into_iter().map(|(call, account)| {
            let begun = self.begun.remove(&call).map(|begun| (call, begun));
            Self { settle: vec![(call, account)], begun: begun.into_iter().collect(), ..Self::default() }
        });
        let mut all: Vec<Self> = settle.collect();
        let drawn = std::mem::take(&mut self.drawn);
        all.extend(self.record.drain(..).map(|one| {
            let drawn = drawn.get(&one.0.call).map(|draw| (one.0.call, *draw)).into_iter().collect();
            Self { record: vec![one], drawn, ..Self::default() }
        }));
        all.extend(self.rests.drain(..).map(|one| Self { rests: vec![one], ..Self::default() }));
        all.extend(self.release.drain(..).map(|one| Self { release: vec![one], ..Self::default() }));
        all
    }

    async fn write(&self, app: &App) -> Result<Written> {
        if self.reserve.is_empty() && self.accounts() == 0 {
            return Ok(Written::default());
        }
        app.db
            .retrying(async || {
                let tx = app.db.begin().await?;
                // What is settled first makes room for who reserves.
                let mut settled = Vec::new();
                if !self.settle.is_empty() {
                    settled = super::settle_many(&tx, &self.settle).await?;
                    let unknown = self.settle.iter().zip(&settled).filter(|(_, settled)| **settled == Settled::Unknown);
                    let calls = unknown
                        .filter_map(|((call, account), _)| Some((self.begun.get(call)?.clone(), account.clone())));
                    super::record_many(&tx, &calls.collect::<Vec<_>>()).await?;
                }
                if !self.release.is_empty() {
                    super::release_many(&tx, &self.release, app.clock.now()).await?;
                }
                let mut wallets: BTreeMap<CallId, Shrink> = BTreeMap::new();
                if !self.record.is_empty() {
                    for call in super::record_many(&tx, &self.record).await? {
                        if let Some(draw) = self.drawn.get(&call) {
                            let wallet = wallets.entry(draw.wallet).or_default();
                            wallet.drawn = wallet.drawn + draw.amount;
                        }
                    }
                }
                for (wallet, rest) in &self.rests {
                    wallets.entry(*wallet).or_default().rest = Some(*rest);
                }
                let gone = super::shrink_many(&tx, &wallets, app.clock.now()).await?;
                let mut verdicts = Vec::new();
                if !self.reserve.is_empty() {
                    verdicts = super::reserve_many(&tx, &self.reserve).await?;
                }
                tx.commit().await?;
                Ok(Written { verdicts, settled, gone })
            })
            .await
    }

    async fn answer(&mut self, app: &App, verdicts: Vec<Verdict>) {
        let mut gone = HashSet::new();
        let asked = self.reserve.drain(..).zip(self.askers.drain(..)).zip(verdicts);
        for (((call, _), asker), verdict) in asked {
            let heard = match verdict {
                Verdict::Granted => Ok(()),
                Verdict::Refused(exceeded) => Err(exceeded.error(call.at)),
            };
            let gone_by = asker.is_some_and(|asker| asker.send(heard).is_err());
            if gone_by && verdict == Verdict::Granted {
                gone.insert(call.call);
            }
        }
        if gone.is_empty() {
            return;
        }
        // Whoever left while we wrote will not make the call.
        let gone: Vec<CallId> = gone.into_iter().collect();
        let released = app
            .db
            .retrying(async || {
                let tx = app.db.begin().await?;
                super::release_many(&tx, &gone, app.clock.now()).await?;
                Ok(tx.commit().await?)
            })
            .await;
        if let Err(fault) = released {
            tracing::warn!(%fault, calls = gone.len(), "reservations are left to the sweep");
        }
    }
}
