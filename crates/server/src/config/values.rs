//! The types of configuration values: how each is written, and what is wrong with what was written.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::section::Setting;

/// A whole number within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number<const MIN: u64, const MAX: u64>(pub u64);

impl<const MIN: u64, const MAX: u64> Number<MIN, MAX> {
    pub fn get<T: TryFrom<u64> + From<u8>>(self) -> T {
        // The bounds of every declared key fit its use; the fallback is never taken.
        T::try_from(self.0).unwrap_or_else(|_| T::from(u8::MAX))
    }
}

impl<const MIN: u64, const MAX: u64> Setting for Number<MIN, MAX> {
    const EXPECTS: &'static str = "a whole number";

    fn parse(text: &str) -> Result<Self, String> {
        let number =
            text.replace('_', "").parse::<u64>().map_err(|_| format!("must be a whole number from {MIN} to {MAX}"))?;
        if (MIN..=MAX).contains(&number) { Ok(Self(number)) } else { Err(format!("must be from {MIN} to {MAX}")) }
    }
}

/// A length of time: `250ms`, `30s`, `5m`, `24h`, `7d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

impl Setting for Span {
    const EXPECTS: &'static str = "a length of time such as 250ms, 30s, 5m, 24h";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be a number with a unit: ms, s, m, h or d".to_owned();
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = text[..digits].parse().map_err(|_| wrong())?;
        let seconds = |each: u64| number.checked_mul(each).map(Duration::from_secs).ok_or_else(wrong);
        let span = match text[digits..].trim() {
            "ms" => Duration::from_millis(number),
            "s" => seconds(1)?,
            "m" => seconds(60)?,
            "h" => seconds(3600)?,
            "d" => seconds(86_400)?,
            _ => return Err(wrong()),
        };
        if span > Duration::from_secs(86_400 * 366) { Err("must be at most a year".to_owned()) } else { Ok(Self(span)) }
    }
}

impl Setting for bool {
    const EXPECTS: &'static str = "yes or no";

    fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" | "1" => Ok(true),
            "no" | "false" | "off" | "0" => Ok(false),
            _ => Err("must be yes or no".to_owned()),
        }
    }
}

impl Setting for SocketAddr {
    const EXPECTS: &'static str = "an address and a port";

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
        text.parse().map_err(|_| "must be an IP address and a port".to_owned())
    }
}

/// An address to listen on, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaybeListen(pub Option<SocketAddr>);

impl Setting for MaybeListen {
    const EXPECTS: &'static str = "an address and a port, or off";

    fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Self(None));
        }
        SocketAddr::parse(text).map(|address| Self(Some(address))).map_err(|fault| fault + ", or off")
    }
}

impl Setting for PathBuf {
    const EXPECTS: &'static str = "a path";

    fn parse(text: &str) -> Result<Self, String> {
        if text.contains('\0') { Err("must be a path".to_owned()) } else { Ok(Self::from(text)) }
    }
}

impl Setting for String {
    const EXPECTS: &'static str = "a text";

    fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) { Err("must be one line".to_owned()) } else { Ok(text.to_owned()) }
    }
}

impl Setting for Url {
    const EXPECTS: &'static str = "an http or https address";

    fn parse(text: &str) -> Result<Self, String> {
        let url =
            Url::parse(text).map_err(|_| "must be a whole address that begins with http:// or https://".to_owned())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            Err("must begin with http:// or https:// and name a host".to_owned())
        } else if !url.username().is_empty() || url.password().is_some() {
            Err("must not hold a name or password".to_owned())
        } else if url.query().is_some() || url.fragment().is_some() {
            Err("must end before ? and #".to_owned())
        } else {
            Ok(url)
        }
    }
}

impl<T: Setting> Setting for Option<T> {
    const EXPECTS: &'static str = T::EXPECTS;
    const SECRET: bool = T::SECRET;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn unset() -> Option<Self> {
        Some(None)
    }
}

/// Origins of web pages: `https://shop.example, http://localhost:5173`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(pub Vec<String>);

impl Setting for Origins {
    const EXPECTS: &'static str = "origins, separated by commas";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = "must be origins (scheme, host, port if any; no path), separated by commas; * is not allowed";
        let origins = items(text).map(|item| match Url::parse(item) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == item => {
                Ok(item.to_owned())
            }
            _ => Err(wrong.to_owned()),
        });
        origins.collect::<Result<_, _>>().map(Self)
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// A secret: redacted wherever it is shown.
impl Setting for SecretString {
    const EXPECTS: &'static str = "a secret";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        if text.chars().any(char::is_control) { Err("must be one line".to_owned()) } else { Ok(Self::from(text)) }
    }
}

/// Several secrets, separated by commas.
#[derive(Clone, Debug, Default)]
pub struct Secrets(pub Vec<SecretString>);

impl Setting for Secrets {
    const EXPECTS: &'static str = "secrets, separated by commas";
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        items(text).map(SecretString::parse).collect::<Result<_, _>>().map(Self)
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// Several paths, separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths(pub Vec<PathBuf>);

impl Setting for Paths {
    const EXPECTS: &'static str = "paths, separated by commas";

    fn parse(text: &str) -> Result<Self, String> {
        items(text).map(PathBuf::parse).collect::<Result<_, _>>().map(Self)
    }

    fn unset() -> Option<Self> {
        Some(Self::default())
    }
}

/// The parts of a comma-separated list, without empty ones.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// An enum written as one word.
macro_rules! words {
    ($($(#[$doc:meta])+ $name:ident { $($variant:ident = $word:literal),+ } $expects:literal)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($variant),+ }

        impl $name {
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl Setting for $name {
            const EXPECTS: &'static str = $expects;

            fn parse(text: &str) -> Result<Self, String> {
                let named = [$(Self::$variant),+].into_iter().find(|one| one.as_str().eq_ignore_ascii_case(text));
                named.ok_or_else(|| concat!("must be ", $expects).to_owned())
            }
        }
    )+};
}

words! {
    /// What is at stake: `production` refuses what is only fit for trying out.
    Environment { Development = "development", Production = "production" } "development or production"
    /// How log lines look.
    LogFormat { Auto = "auto", Json = "json", Text = "text" } "auto, json or text"
    /// Who may make an account.
    Registration { Open = "open", Invite = "invite", Closed = "closed" } "open, invite or closed"
    /// Encryption of the connection to the database server.
    Tls { Disable = "disable", Prefer = "prefer", Require = "require", VerifyCa = "verify-ca", VerifyFull = "verify-full" }
        "disable, prefer, require, verify-ca or verify-full"
}
