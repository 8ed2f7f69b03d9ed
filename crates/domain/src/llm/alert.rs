//! What operators must hear of: how grave it is, what happened, and when it is the same thing again.

/// How grave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Kept for the record.
    Info,
    Warning,
    Critical,
}

impl Level {
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// A provider did not accept a credential, or wants to be paid first.
    CredentialDisabled,
    /// A model failed so often that it is left alone for a while.
    BreakerOpen,
    /// Little is left at a provider.
    CreditLow,
    /// More was spent today than the operator expects.
    DailySpend,
    /// An operator looked at the text behind a hit of a content rule.
    RuleHitRevealed,
}

impl AlertKind {
    pub const ALL: [Self; 5] =
        [Self::CredentialDisabled, Self::BreakerOpen, Self::CreditLow, Self::DailySpend, Self::RuleHitRevealed];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialDisabled => "credential_disabled",
            Self::BreakerOpen => "breaker_open",
            Self::CreditLow => "credit_low",
            Self::DailySpend => "daily_spend",
            Self::RuleHitRevealed => "rule_hit_revealed",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// How much is left at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditLevel {
    Ok,
    Warning,
    Critical,
}

impl CreditLevel {
    pub const ALL: [Self; 3] = [Self::Ok, Self::Warning, Self::Critical];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }

    /// Of what is left, in micro-USD; a provider that does not say is all right.
    pub fn of(remaining: Option<i64>, warning: i64, critical: i64) -> Self {
        match remaining {
            Some(left) if left <= critical => Self::Critical,
            Some(left) if left <= warning => Self::Warning,
            Some(_) | None => Self::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_judged_by_both_thresholds() {
        let level = |left| CreditLevel::of(left, 500, 100);
        let judged = [Some(501), Some(500), Some(101), Some(100), Some(-3), None].map(level);
        use CreditLevel::{Critical, Ok, Warning};
        assert_eq!(judged, [Ok, Warning, Warning, Critical, Critical, Ok]);
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        assert!(Level::ALL.into_iter().all(|one| Level::parse(one.as_str()) == Some(one)));
        assert!(AlertKind::ALL.into_iter().all(|one| AlertKind::parse(one.as_str()) == Some(one)));
        assert!(CreditLevel::ALL.into_iter().all(|one| CreditLevel::parse(one.as_str()) == Some(one)));
    }
}
