//! What follows a failed call, as the taxonomy of the contracts says. Pure: chance is an argument.

use std::time::Duration;

use llm_client::{ErrorClass, ProviderError};

use crate::settings::RetrySettings;

/// Which other models of the chain may be asked after this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    Any,
    /// Only one with a larger window.
    Larger,
    /// The same would happen anywhere, or nobody wants it: the question ends here.
    None,
}

/// In this order: another key at once, the same key after a pause, another model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The key is to blame: it is of no use to this question any more, unless `again` says so and there is no other.
    pub other_key: bool,
    pub again: Option<Duration>,
    pub others: Others,
}

/// What the question still has.
#[derive(Clone, Copy, Debug)]
pub struct Left {
    /// Failures of this question at this model in this round, the new one included.
    pub failures: u32,
    /// No other model could be asked instead.
    pub alone: bool,
    /// The operator's route goes on after a refusal.
    pub after_moderation: bool,
}

pub fn verdict(error: &ProviderError, left: Left, settings: &RetrySettings, chance: f64) -> Verdict {
    let pause = pause(error.retry_after, left, settings, chance);
    let again = |most: u32| if left.failures <= most { pause } else { None };
    let (other_key, retried, others) = match error.class {
        ErrorClass::Auth | ErrorClass::Payment => (true, None, Others::Any),
        ErrorClass::RateLimited => (true, again(if left.alone { 2 } else { 1 }), Others::Any),
        ErrorClass::Unavailable => {
            (false, again(if left.alone { settings.attempts.saturating_sub(1) } else { 1 }), Others::Any)
        }
        ErrorClass::Timeout | ErrorClass::Unknown => (false, again(1), Others::Any),
        ErrorClass::ContextLength => (false, None, Others::Larger),
        ErrorClass::Moderation => (false, None, if left.after_moderation { Others::Any } else { Others::None }),
        ErrorClass::InvalidRequest => {
            // Two SDKs take 409 for a lock that was not free.
            let locked = error.status == Some(409);
            (false, if locked { again(1) } else { None }, if elsewhere(error) { Others::Any } else { Others::None })
        }
    };
    let decided = match error.should_retry {
        Some(true) => retried.or(again(1)),
        Some(false) => None,
        None => retried,
    };
    Verdict { other_key, again: decided, others }
}

/// What this model does not know or cannot do, another may.
fn elsewhere(error: &ProviderError) -> bool {
    error.code.as_deref().is_some_and(|code| {
        code.contains("model_not_found") || code.contains("not_found_error") || code.starts_with("unsupported")
    })
}

/// The provider's hint, or 0.5 s × 2ⁿ with up to a quarter off. `None`: the hint is longer than anybody should wait here.
fn pause(hint: Option<Duration>, left: Left, settings: &RetrySettings, chance: f64) -> Option<Duration> {
    if let Some(hint) = hint {
        return (hint <= settings.patience(left.alone)).then_some(hint);
    }
    Some(backoff(left.failures, settings, chance))
}

pub fn backoff(failures: u32, settings: &RetrySettings, chance: f64) -> Duration {
    let doubled = settings.base.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(settings.cap).mul_f64(1.0 - 0.25 * chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALONE: Left = Left { failures: 1, alone: true, after_moderation: false };
    const CHAIN: Left = Left { alone: false, ..ALONE };
    const HALF: Option<Duration> = Some(Duration::from_millis(500));

    fn failed(class: ErrorClass) -> ProviderError {
        ProviderError::new(class, "")
    }

    fn after(error: &ProviderError, left: Left) -> Verdict {
        verdict(error, left, &RetrySettings::default(), 0.0)
    }

    #[test]
    fn pauses_double_up_to_the_cap_with_jitter() {
        let settings = RetrySettings::default();
        for (failures, milliseconds) in [(1, 500), (2, 1000), (3, 2000), (30, 8000)] {
            assert_eq!(backoff(failures, &settings, 0.0), Duration::from_millis(milliseconds));
            assert_eq!(backoff(failures, &settings, 1.0), Duration::from_millis(milliseconds * 3 / 4));
        }
    }

    #[test]
    fn each_class_as_the_table_says() {
        // Columns of the contracts: rotate key, same request again, other model.
        for class in ErrorClass::ALL {
            let (other_key, again, others) = match class {
                ErrorClass::Auth | ErrorClass::Payment => (true, None, Others::Any),
                ErrorClass::Moderation => (false, None, Others::None),
                ErrorClass::ContextLength => (false, None, Others::Larger),
                ErrorClass::RateLimited => (true, HALF, Others::Any),
                ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown => (false, HALF, Others::Any),
                ErrorClass::InvalidRequest => (false, None, Others::None),
            };
            for left in [ALONE, CHAIN] {
                assert_eq!(after(&failed(class), left), Verdict { other_key, again, others }, "{class:?}");
            }
        }
        let tries = |class, alone| {
            let left = |failures| Left { failures, alone, ..ALONE };
            (1..20).take_while(|failures| after(&failed(class), left(*failures)).again.is_some()).count() + 1
        };
        for (class, single, chained) in [
            (ErrorClass::Unavailable, 4, 2),
            (ErrorClass::RateLimited, 3, 2),
            (ErrorClass::Timeout, 2, 2),
            (ErrorClass::Unknown, 2, 2),
            (ErrorClass::Auth, 1, 1),
        ] {
            assert_eq!((tries(class, true), tries(class, false)), (single, chained), "{class:?}");
        }
    }

    #[test]
    fn another_model_may_know_what_this_one_does_not() {
        for (code, others) in [
            ("model_not_found", Others::Any),
            ("unsupported_parameter", Others::Any),
            ("unsupported", Others::Any),
            ("bad_request", Others::None),
        ] {
            let error = failed(ErrorClass::InvalidRequest).with_code(code);
            assert_eq!(after(&error, CHAIN).others, others, "{code}");
        }
        let locked = ProviderError { status: Some(409), ..failed(ErrorClass::InvalidRequest) };
        assert_eq!((after(&locked, ALONE).again, after(&locked, Left { failures: 2, ..ALONE }).again), (HALF, None));
        let wanted = Left { after_moderation: true, ..CHAIN };
        assert_eq!(after(&failed(ErrorClass::Moderation), wanted).others, Others::Any);
    }

    #[test]
    fn a_hint_is_honoured_unless_it_is_too_long() {
        for class in [ErrorClass::Unavailable, ErrorClass::RateLimited] {
            let hinted = |seconds| ProviderError { retry_after: Some(Duration::from_secs(seconds)), ..failed(class) };
            assert_eq!(after(&hinted(7), ALONE).again, Some(Duration::from_secs(7)));
            assert_eq!(after(&hinted(600), ALONE).again, None);
            assert_eq!(after(&hinted(1), CHAIN).again, Some(Duration::from_secs(1)));
            assert_eq!(after(&hinted(7), CHAIN).again, None, "another model answers sooner");
        }
    }

    #[test]
    fn the_provider_may_overrule_the_class() {
        let told = |class, should_retry| ProviderError { should_retry: Some(should_retry), ..failed(class) };
        assert_eq!(after(&told(ErrorClass::Unavailable, false), ALONE).again, None);
        assert_eq!(after(&told(ErrorClass::InvalidRequest, true), ALONE).again, HALF);
        assert_eq!(after(&told(ErrorClass::InvalidRequest, true), Left { failures: 2, ..ALONE }).again, None);
    }
}
