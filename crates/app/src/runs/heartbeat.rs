//! Keeping leases, from a thread of its own: a busy runtime must not look like a dead one.

use std::time::Duration;

use domain::Result;
use domain::ids::RunId;
use persistence::{Db, DbSettings};
use tokio::time::Instant;

use super::bench::Stop;
use super::flush::judge;
use crate::App;

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
    let (every, lease) = (app.settings.heartbeat, app.settings.lease);
    // One renewal may take so long; more, and the beat after the next would come when the lease is over.
    let limit = lease / 5;
    let mut beats = tokio::time::interval(every);
    beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut db: Option<Db> = None;
    let mut renewed = Instant::now();
    loop {
        beats.tick().await;
        if app.closing.is_cancelled() && app.bench.is_empty() {
            return;
        }
        let begun = Instant::now();
        let mut held: Vec<RunId> = app.bench.all().iter().map(|live| live.run).collect();
        // In one order, so that two who lock several rows never wait for each other.
        held.sort_unstable();
        match tokio::time::timeout(limit, renew(&app, &mut db, &one, &held)).await {
            Ok(Ok(())) => {
                renewed = begun;
                continue;
            }
            Ok(Err(fault)) => tracing::warn!(%fault, "leases could not be renewed"),
            Err(_) => tracing::warn!("leases could not be renewed in time"),
        }
        // Somebody else may take them before the next beat could say so: let go before two work on one.
        if begun.duration_since(renewed) + every + limit >= lease {
            for live in app.bench.all() {
                live.stop(Stop::Fenced);
            }
        }
    }
}

async fn renew(app: &App, db: &mut Option<Db>, settings: &DbSettings, held: &[RunId]) -> Result<()> {
    let db = match db {
        Some(db) => db,
        None => db.insert(Db::open(settings).await?),
    };
    if held.is_empty() {
        return Ok(());
    }
    db.retrying(async || {
        let tx = db.begin().await?;
        let now = persistence::database_now(&*tx).await?;
        persistence::runs::heartbeat(&*tx, app.node, held, now.plus(app.settings.lease)).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
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
