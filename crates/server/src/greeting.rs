//! What a person reads on the terminal when the server is ready: where to go, and with what.

use std::io::Write;
use std::net::SocketAddr;

use app::App;
use persistence::Dialect;

use crate::config::Config;

pub async fn print(config: &Config, listening: SocketAddr, app: &App, working: bool) {
    let url = config.http.public_url.as_ref().map_or_else(|| format!("http://{listening}/"), ToString::to_string);
    let redis = if app.coordination.shared() { "Redis" } else { "none (this process works alone)" };
    let names: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    let providers = if names.is_empty() { "none: the built-in guide answers".to_owned() } else { names.join(", ") };
    let mut text = format!(
        "Obrol {} is ready: {url}\n  listening on    {listening}\n  data directory  {}\n  database        {}\n  coordination    {redis}\n  \
         providers       {providers}\n  registration    {}\n",
        env!("CARGO_PKG_VERSION"),
        config.data_dir.display(),
        database(app.db.dialect()),
        config.registration().as_str(),
    );
    if !working {
        text += "  workers         none here: `obrol work` must run somewhere\n";
    }
    match app::accounts::ensure_setup_token(app, &app.system("start")).await {
        Ok(Some(token)) => {
            text += "\nNobody administers this server yet. Open this page to make the first administrator (the link is good once):\n  ";
            text += &app::accounts::setup_url(&url, &token);
            text += "\nor run: obrol admin create --email you@example.org --password-stdin\n";
            text += &format!("setup token: {token}\n");
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "whether there is an administrator could not be read"),
    }
    say(&text);
}

/// To standard output. Whoever read it may have gone; that is no reason to stop.
pub fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The database's name as people say it.
pub fn database(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
        Dialect::MySql => "MySQL/MariaDB",
    }
}
