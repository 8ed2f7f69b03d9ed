//! Orphans: reservations whose maker is dead are counted as used, so that none hangs and none is free.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use domain::ids::{CallId, NodeId, RunId};
use domain::llm::{Amount, Outcome, Spent, Tokens};
use domain::{Error, Kind, Result, Timestamp};
use llm_gateway::{Usage, estimate};
use persistence::Tx;
use persistence::llm::ledger::{self, Orphans, Unheard, budgets};
use persistence::llm::prices;

use super::{Account, Call, Estimate, Journal, Left, Shrink};
use crate::App;
use crate::llm::purse::{gateway_price, spent};

const AT_ONCE: u64 = 500;
/// Beyond the longest call; the clocks of nodes may differ by this.
const GRACE: Duration = Duration::from_secs(5 * 60);
/// Nobody decides by the day before yesterday's budget; months are kept for a year's charts.
const DAYS_KEPT: Duration = Duration::from_secs(40 * 24 * 3600);
const MONTHS_KEPT: Duration = Duration::from_secs(400 * 24 * 3600);
/// What rules met, and alerts that are resolved, stay visible for so long.
const HITS_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// Call it before this process makes its first call. `journal` is a folder of this node alone: whatever its node had reserved is orphaned, and on a database of one
/// process everything is.
pub async fn at_start(app: &App, journal: Option<&Path>) -> Result<u64> {
    if let Some(folder) = journal {
        replay(app, folder).await?;
    }
    let which = if app.db.shared() { Orphans::OfNode(app.node) } else { Orphans::All };
    all(app, which).await
}

/// Opens the journal of calls, and counts what an earlier process of this node had begun and not settled.
async fn replay(app: &App, folder: &Path) -> Result<()> {
    let own = folder.to_owned();
    let opened = tokio::task::spawn_blocking(move || Journal::open(&own)).await.map_err(Error::broken)?;
    let (journal, left) = opened.map_err(Error::broken)?;
    app.llm.set_journal(journal);
    count(app, left).await
}

/// Counts what another node of this machine left behind. Only while whoever calls this holds that node's place, so that it is
/// dead and stays so: what it had begun and nobody settled is counted as if it were its own start.
pub async fn take_over(app: &App, dead: NodeId, folder: &Path) -> Result<u64> {
    let of_dead = folder.to_owned();
    let left = tokio::task::spawn_blocking(move || Left::read(&of_dead)).await.map_err(Error::broken)?;
    count(app, left.map_err(Error::broken)?).await?;
    all(app, Orphans::OfNode(dead)).await
}

async fn count(app: &App, left: Left) -> Result<()> {
    let now = app.clock.now();
    let lost: Vec<(Call, Account)> =
        left.calls.iter().map(|(call, begun)| (call.clone(), orphan(begun, now))).collect();
    let mut counted = 0;
    for some in lost.chunks(AT_ONCE as usize) {
        counted += match record(app, some, &left).await {
            Ok(counted) => counted,
            Err(fault) if fault.kind() == Kind::Broken => {
                // One line that the database refuses is no reason not to start.
                let mut counted = 0;
                for one in some {
                    counted += match record(app, std::slice::from_ref(one), &left).await {
                        Ok(counted) => counted,
                        Err(fault) if fault.kind() == Kind::Broken => {
                            tracing::error!(%fault, call = ?one.0, "a call of the journal cannot be counted");
                            0
                        }
                        Err(fault) => return Err(fault),
                    };
                }
                counted
            }
            Err(fault) => return Err(fault),
        };
    }
    // What was set aside and not drawn: all that was drawn is counted.
    let all = Shrink { drawn: Amount::MOST, rest: None };
    let wallets: BTreeMap<_, _> = left.wallets.iter().map(|wallet| (*wallet, all)).collect();
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            super::shrink_many(&tx, &wallets, now).await?;
            Ok(tx.commit().await?)
        })
        .await?;
    left.forget();
    if counted > 0 {
        tracing::warn!(event = "llm.orphans_counted", counted, "calls that a crash cut off");
        metrics::counter!("obrol_ledger_orphans_total").increment(counted);
    }
    Ok(())
}

/// Those that have an account are known, and stay as they are.
async fn record(app: &App, calls: &[(Call, Account)], left: &Left) -> Result<u64> {
    app.db
        .retrying(async || {
            let tx = app.db.begin().await?;
            let counted = super::record_many(&tx, calls).await?;
            // What they had drawn is counted with them now, and not with the wallet.
            let mut wallets: BTreeMap<CallId, Shrink> = BTreeMap::new();
            for call in &counted {
                if let Some((wallet, amount)) = left.drawn.get(call) {
                    let shrink = wallets.entry(*wallet).or_default();
                    shrink.drawn = shrink.drawn + *amount;
                }
            }
            super::shrink_many(&tx, &wallets, app.clock.now()).await?;
            tx.commit().await?;
            Ok(counted.len() as u64)
        })
        .await
}

fn orphan(begun: &Estimate, now: Timestamp) -> Account {
    let tokens = Tokens { input: begun.input_tokens, output: begun.output_tokens, ..Tokens::default() };
    let spent = Spent { tokens, cost_micros: begun.cost_micros, estimated: true };
    Account { credential: None, spent, outcome: Outcome::Orphaned, error_class: None, ended_at: now }
}

/// What attempts had said, as far as it was stored.
pub type Said = HashMap<(RunId, u32), String>;

/// In the transaction that finds the worker of an attempt dead: what it had reserved is counted as used, and where it had
/// reserved nothing for its answer, what it had `said`.
pub async fn attempt_died(tx: &Tx, run: RunId, attempt: u32, said: &Said, now: Timestamp) -> Result<u64> {
    let dead = ledger::dead(&**tx, Orphans::OfAttempt(run, attempt), AT_ONCE).await?;
    let unheard = dead.unheard(&**tx).await?;
    let heard = heard(tx, &unheard, said).await?;
    Ok(dead.settle(&**tx, &heard, now).await?)
}

/// Questions and what is known of their answers: tokens by the stored text, money where the database knows a price.
async fn heard(tx: &Tx, calls: &[Unheard], said: &Said) -> Result<HashMap<CallId, Amount>> {
    let mut heard = HashMap::new();
    for call in calls {
        let Some(text) = said.get(&(call.run, call.attempt)) else { continue };
        let output = estimate::tokens(text).saturating_sub(call.said_before);
        let model = call.model.to_lowercase();
        let held = prices::at(&**tx, Some(std::slice::from_ref(&model)), call.at).await?;
        let price = held.get(&model).map(|held| gateway_price(&held.price));
        let usage = Usage { input_total: call.input_tokens, output_total: output, ..Usage::default() };
        heard.insert(call.call, spent(price.as_ref(), &usage, true).bounded().amount());
    }
    Ok(heard)
}

/// Now and then: what is older than any call lives, of whatever node; and what has no use any more goes.
pub async fn sweep(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let swept = all(app, Orphans::Before(now.minus(app.settings.whole_run).minus(GRACE))).await?;
    let tx = app.db.begin().await?;
    budgets::sweep(&*tx, now.minus(DAYS_KEPT), now.minus(MONTHS_KEPT)).await?;
    persistence::llm::rules::sweep_hits(&*tx, now.minus(HITS_KEPT)).await?;
    persistence::llm::alerts::sweep(&*tx, now.minus(HITS_KEPT)).await?;
    tx.commit().await?;
    Ok(swept)
}

/// Page by page, so that no transaction is long.
async fn all(app: &App, which: Orphans) -> Result<u64> {
    let mut swept = 0;
    loop {
        let page = app
            .db
            .retrying(async || {
                let tx = app.db.begin().await?;
                let dead = ledger::dead(&*tx, which, AT_ONCE).await?;
                let page = dead.len();
                let unheard = dead.unheard(&*tx).await?;
                let attempts: Vec<_> = unheard.iter().map(|call| (call.run, call.attempt)).collect();
                let said = persistence::runs::said(&*tx, &attempts).await?;
                let heard = heard(&tx, &unheard, &said).await?;
                dead.settle(&*tx, &heard, app.clock.now()).await?;
                tx.commit().await?;
                Ok(page)
            })
            .await?;
        swept += page;
        if page < AT_ONCE {
            break;
        }
    }
    if swept > 0 {
        tracing::warn!(event = "llm.orphans_swept", swept, ?which);
        metrics::counter!("obrol_ledger_orphans_total").increment(swept);
    }
    Ok(swept)
}
