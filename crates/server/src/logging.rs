//! The log: text on a terminal, JSON elsewhere; a panic is a line in it like any other.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::config::values::LogFormat;

/// Lines go to standard error; standard output belongs to what commands print.
pub fn start(filter: &str, format: LogFormat) {
    // A filter that cannot be read must not silence the server.
    let filter = EnvFilter::try_new(quiet(filter)).unwrap_or_else(|_| EnvFilter::new("info"));
    let json = match format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Json => true,
        LogFormat::Text => false,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if json {
        builder.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(panicked));
    }
}

/// Libraries chat on their own at `info`; theirs is heard when asked for by name.
fn quiet(filter: &str) -> String {
    ["sqlx", "sea_orm", "actix_server", "actix_web", "hyper", "reqwest", "rustls", "h2", "redis"]
        .iter()
        .filter(|library| !filter.contains(*library))
        .fold(filter.to_owned(), |filter, library| filter + "," + library + "=warn")
}

fn panicked(info: &PanicHookInfo<'_>) {
    let message = info.payload().downcast_ref::<&str>().copied().map(str::to_owned);
    let message = message.or_else(|| info.payload().downcast_ref::<String>().cloned()).unwrap_or_default();
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, message, "panic");
}
