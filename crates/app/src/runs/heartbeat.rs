//! Keeping leases, from a thread of its own: a busy runtime must not look like a dead one.

use std::time::Duration;

use domain::ids::RunId;
use domain::{Result, Timestamp};
use persistence::{Db, DbSettings};
use tokio::time::Instant;

use super::bench::Stop;
use super::flush::judge;
use crate::App;

/// How long before the lease ends a node that cannot renew it lets go by itself.
const MARGIN: Duration = Duration::from_secs(3);
/// How often a node asks the database whether one of its runs is to stop: the net under the bus.
const LOOK: Duration = Duration::from_millis(500);

/// Starts the thread; it ends with the process's last run after the process began to stop.
pub(super) fn start(app: &App, settings: DbSettings) {
    let app = app.clone();
    let beat = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(keep(app, settings)),
            Err(fault) => tracing::error!(%fault, "no heartbeat: leases will run out"),
        }
    };
    if let Err(fault) = std::thread::Builder::new().name("heartbeat".into()).spawn(beat) {
        tracing::error!(%fault, "no heartbeat: leases will run out");
    }
}

async fn keep(app: App, settings: DbSettings) {
    let one = DbSettings { max_connections: 1, min_connections: 0, ..settings };
    let mut db: Option<Db> = None;
    let mut renewed = Instant::now();
    loop {
        tokio::time::sleep(app.settings.heartbeat).await;
        if app.closing.is_cancelled() && app.bench.count() == 0 {
            return;
        }
        if db.is_none() {
            match Db::open(&one).await {
                Ok(opened) => db = Some(opened),
                Err(fault) => tracing::warn!(%fault, "the heartbeat has no connection"),
            }
        }
        let held: Vec<RunId> = app.bench.all().iter().map(|live| live.run).collect();
        let done = match &db {
            Some(_) if held.is_empty() => Ok(()),
            Some(db) => renew(&app, db, &held).await,
            None => Err(domain::Error::new(domain::Kind::Unavailable, "db.unavailable")),
        };
        match done {
            Ok(()) => renewed = Instant::now(),
            Err(fault) => {
                tracing::warn!(%fault, "leases could not be renewed");
                if renewed.elapsed() + MARGIN >= app.settings.lease {
                    // Somebody else may take them now: let go before two work on one.
                    for live in app.bench.all() {
                        live.stop(Stop::Fenced);
                    }
                }
            }
        }
    }
}

async fn renew(app: &App, db: &Db, held: &[RunId]) -> Result<()> {
    let now: Timestamp = persistence::database_now(db.read()).await?;
    let tx = db.begin().await?;
    persistence::runs::heartbeat(&*tx, app.node, held, now.plus(app.settings.lease)).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks for stops and fences that no bus told.
pub(super) async fn look_for_stops(app: App) {
    loop {
        tokio::time::sleep(LOOK).await;
        if app.closing.is_cancelled() && app.bench.count() == 0 {
            return;
        }
        look_once(&app).await;
    }
}

pub(super) async fn look_once(app: &App) {
    let lives = app.bench.all();
    if lives.is_empty() {
        return;
    }
    let ids: Vec<RunId> = lives.iter().map(|live| live.run).collect();
    match persistence::runs::held(app.db.read(), &ids).await {
        Ok(held) => lives.iter().for_each(|live| judge(live, held.get(&live.run))),
        Err(fault) => tracing::warn!(%fault, "running runs could not be compared with the database"),
    }
}
