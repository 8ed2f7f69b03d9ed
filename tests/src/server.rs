//! The real binary `obrol` with data of its own: started, killed, stopped, started again on the same data.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::api::Api;
use crate::database::{Database, Kind};
use crate::fake_llm::FakeLlm;
use crate::process::Process;
use crate::{admin, ports};

/// The binary under test: `OBROL_BIN`, else the one beside this test's own.
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("OBROL_BIN") {
        return path.into();
    }
    let here = std::env::current_exe().expect("a test has a path");
    let beside = here.ancestors().skip(1).take(2).map(|folder| folder.join("obrol")).find(|path| path.is_file());
    beside.unwrap_or_else(|| panic!("no obrol beside {}: cargo build -p server --features failpoints", here.display()))
}

/// Takes away what the caller's environment could say to the server.
pub fn clean(command: &mut Command) {
    for (key, _) in std::env::vars_os() {
        let name = key.to_string_lossy();
        if name.starts_with("OBROL_") || name == "DATABASE_URL" || name == "REDIS_URL" {
            command.env_remove(key);
        }
    }
}

/// A data directory and a database, shared by the nodes that run on them.
pub struct Store {
    folder: PathBuf,
    pub database: Database,
}

static MADE: AtomicU32 = AtomicU32::new(0);

impl Store {
    pub async fn fresh() -> Self {
        Self::of(Kind::asked()).await
    }

    pub async fn of(kind: Kind) -> Self {
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("obrol-it-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, database: Database::make(kind).await }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database of a server that has been started, beside it: to break what only an accident breaks, and to look at what
    /// nobody is told.
    pub async fn sql(&self) -> sea_orm::DatabaseConnection {
        let file = self.folder.join("data").join("obrol.db");
        let url = self.database.url().unwrap_or_else(|| format!("sqlite://{}?mode=rw", file.display()));
        sea_orm::Database::connect(&url).await.unwrap_or_else(|why| panic!("{url}: {why}"))
    }

    /// All that stands in these columns of text, for tests that look for what must not.
    pub async fn texts(&self, table: &str, columns: &[&str]) -> String {
        use sea_orm::{ConnectionTrait, Statement};
        let sql = self.sql().await;
        let query = format!("SELECT {} FROM {table}", columns.join(", "));
        let rows = sql.query_all_raw(Statement::from_string(sql.get_database_backend(), query)).await.unwrap();
        let text = |row: &sea_orm::QueryResult, column: &str| row.try_get::<Option<String>>("", column).unwrap();
        let texts = rows.iter().flat_map(|row| columns.iter().map(|column| text(row, column).unwrap_or_default()));
        texts.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

pub struct Server {
    pub url: String,
    pub metrics_url: String,
    name: String,
    env: Vec<(String, String)>,
    words: Vec<String>,
    log: PathBuf,
    process: Option<Process>,
}

impl Server {
    /// A server that is not started yet. `name` tells nodes on the same store apart.
    pub fn prepare(store: &Store, name: &str) -> Self {
        let (port, metrics) = (ports::free(), ports::free());
        let text = |value: &str| value.to_owned();
        let mut env = vec![
            (text("OBROL_DATA_DIR"), store.folder().join("data").display().to_string()),
            (text("OBROL_LISTEN"), format!("127.0.0.1:{port}")),
            (text("OBROL_METRICS_LISTEN"), format!("127.0.0.1:{metrics}")),
            (text("OBROL_PUBLIC_URL"), format!("http://127.0.0.1:{port}")),
            (text("OBROL_REGISTRATION"), text("open")),
        ];
        env.extend(quick());
        if let Some(url) = store.database.url() {
            env.push((text("DATABASE_URL"), url));
        }
        Self {
            url: format!("http://127.0.0.1:{port}"),
            metrics_url: format!("http://127.0.0.1:{metrics}"),
            name: name.to_owned(),
            env,
            words: vec![text("serve")],
            log: store.folder().join(format!("{name}.log")),
            process: None,
        }
    }

    /// Starts one with this upstream (if any) and waits until it is ready.
    pub async fn start(store: &Store, upstream: Option<&FakeLlm>) -> Self {
        let mut server = Self::prepare(store, "node");
        if let Some(upstream) = upstream {
            server.provider("FAKE", upstream);
        }
        server.up().await;
        server
    }

    pub fn provider(&mut self, name: &str, upstream: &FakeLlm) {
        self.set(&format!("OBROL_PROVIDER_{name}_KIND"), "openai");
        self.set(&format!("OBROL_PROVIDER_{name}_BASE_URL"), &upstream.base_url());
        self.set(&format!("OBROL_PROVIDER_{name}_API_KEY"), "sk-fake-of-the-tests");
        if !upstream.models().is_empty() {
            self.set(&format!("OBROL_PROVIDER_{name}_MODELS"), &upstream.models().join(","));
        }
    }

    /// Sets a variable for the next start.
    pub fn set(&mut self, key: &str, value: &str) {
        self.unset(key);
        self.env.push((key.to_owned(), value.to_owned()));
    }

    /// Back to what people get, for this variable.
    pub fn unset(&mut self, key: &str) {
        self.env.retain(|(known, _)| known != key);
    }

    /// Other words than `serve`.
    pub fn words(&mut self, words: &[&str]) {
        self.words = words.iter().map(|word| (*word).to_owned()).collect();
    }

    pub fn env(&self) -> &[(String, String)] {
        &self.env
    }

    pub fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    pub fn pid(&self) -> u32 {
        self.process.as_ref().expect("it was started").pid()
    }

    /// Starts the process without waiting.
    pub fn spawn(&mut self) {
        let log = OpenOptions::new().create(true).append(true).open(&self.log).expect("a log file");
        let both: File = log.try_clone().expect("a log file");
        let mut command = Command::new(binary());
        clean(&mut command);
        command.args(&self.words).envs(self.env.iter().map(|(key, value)| (key, value)));
        command.stdin(Stdio::null()).stdout(log).stderr(both);
        self.process = Some(Process::spawn(&mut command).expect("obrol starts"));
    }

    /// Starts and waits for `/readyz`; gives how long that took.
    pub async fn up(&mut self) -> Duration {
        let start = Instant::now();
        self.spawn();
        self.ready(Duration::from_secs(30)).await;
        start.elapsed()
    }

    pub async fn ready(&mut self, limit: Duration) {
        // A worker has no pages and no API, but measurements.
        let worker = self.words == ["work"];
        let (base, path) = if worker { (&self.metrics_url, "/metrics") } else { (&self.url, "/readyz") };
        let api = Api::anonymous(base);
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.as_mut().and_then(Process::ended) {
                panic!("{} ended before it was ready: {status}\n{}", self.name, self.log_tail());
            }
            let asked = api.try_send(api.request(reqwest::Method::GET, path)).await;
            if asked.is_ok_and(|answer| answer.status.is_success()) {
                return;
            }
            assert!(start.elapsed() < limit, "{} is not ready within {limit:?}\n{}", self.name, self.log_tail());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// kill -9: nothing is flushed, nobody is told.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    pub async fn restart(&mut self) -> Duration {
        self.kill();
        self.up().await
    }

    pub fn signal(&self, name: &str) {
        self.process.as_ref().expect("it was started").signal(name);
    }

    /// The exit status, if the process ends by itself within `limit`.
    pub async fn exit(&mut self, limit: Duration) -> Option<ExitStatus> {
        self.process.as_mut().expect("it was started").wait(limit).await
    }

    pub fn alive(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.ended().is_none())
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    /// The one-time token that it printed at its first start.
    pub fn setup_token(&self) -> Option<String> {
        let token = self.log().lines().find_map(|line| line.strip_prefix("setup token: ").map(str::to_owned))?;
        (token.len() >= 22).then_some(token)
    }

    pub fn api(&self) -> Api {
        Api::anonymous(&self.url)
    }

    /// A new person, registered by the open door.
    pub async fn person(&self, name: &str) -> Api {
        self.api().register(&format!("{name}@example.test")).await
    }

    /// The administrator, made on the command line.
    pub async fn admin(&self) -> Api {
        admin::create(&self.env);
        self.api().log_in(admin::EMAIL).await
    }
}

/// What keeps a suite of many small servers quick, and out of the way of tests that are about something else.
fn quick() -> Vec<(String, String)> {
    let fixed = [
        ("OBROL_LOG", "info"),
        ("OBROL_LOG_FORMAT", "json"),
        ("OBROL_ARGON2_MEMORY_MIB", "8"),
        ("OBROL_ARGON2_ITERATIONS", "1"),
        ("OBROL_ARGON2_PARALLELISM", "1"),
        ("OBROL_RATE_ANONYMOUS_BURST", "100000"),
        ("OBROL_RATE_SIGNED_BURST", "1000000"),
        ("OBROL_MESSAGES_PER_MINUTE", "0"),
        ("OBROL_OLLAMA_PROBE", "no"),
        ("OBROL_SECRET_KEY", "c2VjcmV0IG9mIHRoZSB0ZXN0cywgc2hhcmVkIGJ5IGFsbCBub2Rlcw"),
    ];
    fixed.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the last lines of {} ({})\n{}", self.name, self.log.display(), self.log_tail());
        }
    }
}
