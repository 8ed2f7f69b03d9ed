//! What a person reads on the terminal when the server is ready: where to go, and with what.

use std::net::SocketAddr;

use app::App;
use persistence::Dialect;

use crate::config::Config;

pub async fn print(config: &Config, listening: SocketAddr, app: &App, working: bool) {
    let url = config.http.public_url.as_ref().map_or_else(|| format!("http://{listening}/"), ToString::to_string);
    println!("Obrol {} is ready: {url}", env!("CARGO_PKG_VERSION"));
    println!("  listening on    {listening}");
    println!("  data directory  {}", config.data_dir.display());
    println!("  database        {}", database(app.db.dialect()));
    let redis = if app.coordination.shared() { "Redis" } else { "none (this process works alone)" };
    println!("  coordination    {redis}");
    let names: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    println!(
        "  providers       {}",
        if names.is_empty() { "none: the built-in guide answers".to_owned() } else { names.join(", ") }
    );
    println!("  registration    {}", config.registration().as_str());
    if !working {
        println!("  workers         none here: `obrol work` must run somewhere");
    }
    match app::accounts::ensure_setup_token(app, &app.system("start")).await {
        Ok(Some(token)) => {
            println!(
                "\nNobody administers this server yet. Open this page to make the first administrator (the link is good once):"
            );
            println!("  {}", app::accounts::setup_url(&url, &token));
            println!("or run: obrol admin create --email you@example.org --password-stdin");
            println!("setup token: {token}");
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, "whether there is an administrator could not be read"),
    }
}

/// The database's name as people say it.
pub fn database(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SQLite",
        Dialect::Postgres => "PostgreSQL",
        Dialect::MySql => "MySQL/MariaDB",
    }
}
