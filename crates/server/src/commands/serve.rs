//! `obrol serve` and `obrol work`: the processes that stay.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::{HttpServer, web};
use api::health::{Check, Health};
use api::{Rate, Shell};
use app::App;
use app::runs::Worker;
use persistence::DbSettings;
use tokio::task::{JoinHandle, JoinSet};

use super::Failure;
use crate::config::Config;
use crate::signals::Signals;
use crate::wiring::{self, Purpose, Wired};
use crate::{greeting, housekeeping, logging, metrics};

const WORKS: &str = concat!("Obrol ", env!("CARGO_PKG_VERSION"), " works beside the serving processes.\n");
/// How long a client may leave what was sent to it unread.
#[cfg(target_os = "linux")]
const DEAF: Duration = Duration::from_secs(60);
/// Less free space than this on the disk of the data directory, and nothing new is taken in.
const LEAST_SPACE: u64 = 16 * 1024 * 1024;

pub async fn run(config: Config, purpose: Purpose) -> Result<ExitCode, Failure> {
    logging::start(&config.core.log, config.core.log_format);
    let mut signals = Signals::listen()?;
    // Bound first: a taken port should not cost a migration.
    let listener = if purpose == Purpose::Work { None } else { Some(bind(config.http.listen, "OBROL_LISTEN")?) };
    let metrics_listener =
        config.http.metrics_listen.0.map(|address| bind(address, "OBROL_METRICS_LISTEN")).transpose()?;
    let measurements = metrics::install()?;
    let Wired { app, db_settings, migrated, .. } = &wiring::build(&config, purpose).await?;
    if !migrated.applied.is_empty() {
        tracing::info!(migrations = migrated.applied.len(), snapshot = ?migrated.snapshot, "the database was brought to this version");
    }
    let shell = Shell::new(api_settings(&config, app), health(app.clone(), config.data_dir.clone()));
    if let Some(listener) = metrics_listener {
        tokio::spawn(metrics::serve(listener, measurements.clone(), app.clone())?);
    }
    // What can go wrong without anything begun comes first; a server takes nothing in until it is polled.
    let server = match listener {
        Some(listener) => Some((listener.local_addr()?, http(&config, listener, &shell, app)?)),
        None => None,
    };
    let mut work = Work::default();
    let mut serving = None;
    let code = match begin(&config, app, db_settings, purpose, &mut work).await {
        Ok(working) => {
            work.tasks.spawn(housekeeping::keep(shell.clone(), measurements));
            match server {
                Some((address, server)) => {
                    serving = Some((server.handle(), tokio::spawn(server)));
                    greeting::print(&config, address, app, working).await;
                }
                None => greeting::say(WORKS),
            }
            Ok(stay(app, &mut signals, serving.as_mut().map(|(_, server)| server)).await)
        }
        Err(fault) => Err(fault),
    };
    // In order, however it came to this: whoever just leaves leaves runs that look as if they were worked on.
    signals.cut_at_next();
    shell.health().drain();
    app.closing.cancel();
    work.drain(app.settings.shutdown_grace).await;
    if let Some((handle, _)) = serving {
        handle.stop(true).await;
    }
    app::llm::ledger::flush(app).await;
    app.db.clone().close().await;
    tracing::info!("stopped");
    code
}

/// What works in this process beside the requests.
#[derive(Default)]
struct Work {
    runs: Option<Worker>,
    jobs: Option<app::jobs::Running>,
    tasks: JoinSet<()>,
}

impl Work {
    async fn drain(self, grace: Duration) {
        if let Some(runs) = self.runs {
            runs.drain(grace).await;
        }
        if let Some(jobs) = self.jobs {
            jobs.drain(Duration::from_secs(5)).await;
        }
        let mut tasks = self.tasks;
        tasks.shutdown().await;
    }
}

/// Begins to work, if this process is to. What was begun is in `work` also when something after it fails.
async fn begin(
    config: &Config,
    app: &App,
    database: &DbSettings,
    purpose: Purpose,
    work: &mut Work,
) -> Result<bool, Failure> {
    // What this node had reserved when it died is counted before it reserves anew.
    let journal = config.data_dir.join("calls").join(app.node.to_string());
    app::llm::ledger::at_start(app, Some(&journal)).await?;
    work.tasks.spawn(crate::left::keep(app.clone(), config.data_dir.clone()));
    app::llm::house::open(app).await?;
    work.tasks.spawn(app::llm::house::keep(app.clone()));
    work.tasks.spawn(app::llm::watchman::keep(app.clone()));
    let working = !matches!(purpose, Purpose::Serve { work: false });
    if working {
        work.runs = Some(Worker::start(app, Some(database.clone())).await?);
        let concurrency = config.runs.job_concurrency.get::<u64>() as usize;
        work.jobs = Some(app::jobs::start(app, concurrency, database.clone()).await?);
    }
    work.tasks.spawn(app::events::keep(app.clone()));
    Ok(working)
}

/// Until somebody wants the process to end, or it cannot go on.
async fn stay(app: &App, signals: &mut Signals, server: Option<&mut JoinHandle<std::io::Result<()>>>) -> ExitCode {
    let served = async {
        match server {
            Some(server) => server.await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        signal = signals.next() => {
            tracing::info!(signal, "stopping");
            ExitCode::SUCCESS
        }
        // A disk that refused a commit may have lost it: going on would be lying.
        error = app.db.failed() => {
            tracing::error!(%error, "the database can no longer be written");
            ExitCode::FAILURE
        }
        ended = served => {
            tracing::error!(?ended, "the HTTP server ended by itself");
            ExitCode::FAILURE
        }
    }
}

fn bind(address: SocketAddr, key: &str) -> Result<TcpListener, Failure> {
    let fault = |error| format!("{key}: {address} cannot be listened on: {error}");
    let listener = TcpListener::bind(address).map_err(fault)?;
    // A client that takes nothing of what is sent to it is dropped by the system; nothing of ours would notice, because a
    // stream is only polled when there is room to write. Accepted sockets inherit it.
    #[cfg(target_os = "linux")]
    socket2::SockRef::from(&listener).set_tcp_user_timeout(Some(DEAF)).map_err(fault)?;
    Ok(listener)
}

fn http(config: &Config, listener: TcpListener, shell: &Shell, app: &App) -> std::io::Result<actix_web::dev::Server> {
    let (shell, state) = (shell.clone(), web::Data::new(app.clone()));
    let server = HttpServer::new(move || api::shell::app(&shell, state.clone()));
    let server = match config.http.threads.get::<u64>() as usize {
        0 => server,
        threads => server.workers(threads),
    };
    // Nagle's algorithm would hold back the small packets of a stream for up to 40 ms.
    let server = server.tcp_nodelay(true).disable_signals().backlog(4096);
    // Whoever closes their side has left: what they wanted ends with them, and costs nothing more.
    let server = server.h1_allow_half_closed(false);
    let server =
        server.client_request_timeout(Duration::from_secs(10)).client_disconnect_timeout(Duration::from_secs(3));
    Ok(server.keep_alive(Duration::from_secs(75)).shutdown_timeout(3).listen(listener)?.run())
}

fn api_settings(config: &Config, app: &App) -> api::Settings {
    let keys = &config.http;
    api::Settings {
        public_url: keys.public_url.clone(),
        cors_origins: keys.cors_origins.0.clone(),
        trusted_proxies: keys.trusted_proxies.get::<u64>() as usize,
        anonymous_rate: Rate { burst: keys.anonymous_burst.get(), per_second: keys.anonymous_per_second.get() },
        signed_rate: Rate { burst: keys.signed_burst.get(), per_second: keys.signed_per_second.get() },
        version: env!("CARGO_PKG_VERSION"),
        clock: app.clock.clone(),
        chance: app.chance.clone(),
    }
}

/// The database and the disk decide; without Redis a node is degraded, not dead.
fn health(app: App, data_dir: PathBuf) -> Health {
    Health::new(move || {
        let (app, data_dir) = (app.clone(), data_dir.clone());
        async move {
            let database = app.db.ping().await.is_ok();
            let disk = fs4::available_space(&data_dir).is_ok_and(|bytes| bytes >= LEAST_SPACE);
            let mut checks = vec![
                Check { name: "database", ok: database, decides: true },
                Check { name: "disk", ok: disk, decides: true },
            ];
            if app.coordination.shared() {
                checks.push(Check { name: "coordination", ok: app.coordination.healthy(), decides: false });
            }
            checks
        }
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{DEAF, bind};

    #[test]
    fn a_client_that_reads_nothing_is_dropped_by_the_system() {
        let listener = bind("127.0.0.1:0".parse().unwrap(), "OBROL_LISTEN").unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        assert_eq!(socket2::SockRef::from(&accepted).tcp_user_timeout().unwrap(), Some(DEAF), "it is inherited");
        drop(client);
    }
}
