//! How long a device stays signed in, and what a presented refresh token means: pure rules.

use std::time::Duration;

use crate::Timestamp;

/// The limits of one signed-in device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// After this the person signs in again, however busy the device was.
    pub absolute: Duration,
    /// After this without a refresh, too.
    pub idle: Duration,
    /// Of one access token.
    pub access: Duration,
    /// How long a used refresh token may be presented again: two tabs, or an answer that was lost on the way.
    pub grace: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        const HOUR: u64 = 3600;
        Self {
            absolute: Duration::from_secs(7 * 24 * HOUR),
            idle: Duration::from_secs(72 * HOUR),
            access: Duration::from_secs(15 * 60),
            grace: Duration::from_secs(30),
        }
    }
}

impl Lifetimes {
    /// When a session that starts now ends at the latest.
    pub fn session_end(&self, now: Timestamp) -> Timestamp {
        now.plus(self.absolute)
    }

    /// When a refresh token issued now stops working: the idle limit, within the session's own end.
    pub fn refresh_end(&self, now: Timestamp, session_end: Timestamp) -> Timestamp {
        now.plus(self.idle).min(session_end)
    }
}

/// Why a session ended, for the person to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeReason {
    /// The person signed out on the device.
    SignedOut,
    /// From another device.
    Revoked,
    /// A refresh token was presented a second time: somebody else may hold a copy.
    Reused,
}

impl RevokeReason {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::Revoked => "revoked",
            Self::Reused => "reused",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "signed_out" => Some(Self::SignedOut),
            "revoked" => Some(Self::Revoked),
            "reused" => Some(Self::Reused),
            _ => None,
        }
    }
}

/// A refresh token as the database knows it.
///
/// Tokens of a session form one line: using one makes its successor. A token that is presented again in its grace gets a *fresh*
/// successor beside the first, because the text of the first is stored nowhere; both are good until either is used, and that use
/// voids the other (it is marked used without a successor of its own). So two tabs that race, or a client that never heard the
/// answer, go on; and of two holders of a copied token the second to speak is always noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    /// Whether the newest successor was used; `None` when there is none.
    pub successor_used: Option<bool>,
}

/// What to do with a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// First use: mark it used and issue its successor.
    Rotate,
    /// Second use in the grace, the successor still unused: issue another successor.
    Reissue,
    /// Anything later: the family ends.
    Reused,
    Expired,
}

impl RefreshToken {
    pub fn judge(&self, now: Timestamp, grace: Duration) -> Verdict {
        match (self.used_at, self.successor_used) {
            (None, _) if now >= self.expires_at => Verdict::Expired,
            (None, _) => Verdict::Rotate,
            (Some(used_at), Some(false)) if now.since(used_at) <= grace => Verdict::Reissue,
            (Some(_), _) => Verdict::Reused,
        }
    }
}
