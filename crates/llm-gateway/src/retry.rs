//! What follows a failed call, as the taxonomy of the contracts says.

use std::time::Duration;

use llm_client::{ErrorClass, ProviderError};

use crate::settings::RetrySettings;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The same key after a pause.
    Again(Duration),
    /// Another key at once; if there is none, the pause and the same key, or the end.
    OtherKey {
        else_again: Option<Duration>,
    },
    GiveUp,
}

/// `failures` of this question so far, this one included.
pub fn next(error: &ProviderError, failures: u32, settings: &RetrySettings, chance: f64) -> Next {
    if failures >= settings.attempts {
        return Next::GiveUp;
    }
    let pause = pause(error.retry_after, failures, settings, chance);
    let again = |most: u32| if failures <= most { pause } else { None };
    let retried = match error.class {
        ErrorClass::Auth | ErrorClass::Payment => return Next::OtherKey { else_again: None },
        ErrorClass::RateLimited => {
            let refused = error.should_retry == Some(false);
            return Next::OtherKey { else_again: if refused { None } else { again(2) } };
        }
        ErrorClass::Unavailable => again(3),
        ErrorClass::Timeout | ErrorClass::Unknown => again(1),
        ErrorClass::Moderation | ErrorClass::ContextLength | ErrorClass::InvalidRequest => None,
    };
    let decided = match error.should_retry {
        Some(true) => retried.or(again(1)),
        Some(false) => None,
        None => retried,
    };
    decided.map_or(Next::GiveUp, Next::Again)
}

/// The provider's hint, or 0.5 s × 2ⁿ with up to a quarter off. `None`: the hint is longer than anybody should wait.
fn pause(hint: Option<Duration>, failures: u32, settings: &RetrySettings, chance: f64) -> Option<Duration> {
    if let Some(hint) = hint {
        return (hint <= settings.longest_hint).then_some(hint);
    }
    let doubled = settings.base.saturating_mul(1 << failures.saturating_sub(1).min(16));
    Some(doubled.min(settings.cap).mul_f64(1.0 - 0.25 * chance.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(class: ErrorClass) -> ProviderError {
        ProviderError::new(class, "")
    }

    fn after(error: &ProviderError, failures: u32) -> Next {
        next(error, failures, &RetrySettings::default(), 0.0)
    }

    #[test]
    fn pauses_double_up_to_the_cap_with_jitter() {
        let settings = RetrySettings { attempts: 99, ..RetrySettings::default() };
        let error = failed(ErrorClass::Unavailable);
        for (failures, milliseconds) in [(1, 500), (2, 1000), (3, 2000)] {
            assert_eq!(next(&error, failures, &settings, 0.0), Next::Again(Duration::from_millis(milliseconds)));
            assert_eq!(
                next(&error, failures, &settings, 1.0),
                Next::Again(Duration::from_millis(milliseconds * 3 / 4))
            );
        }
        assert_eq!(pause(None, 30, &settings, 0.0), Some(Duration::from_secs(8)));
    }

    #[test]
    fn each_class_as_the_table_says() {
        for class in ErrorClass::ALL {
            let expected = match class {
                ErrorClass::Auth | ErrorClass::Payment => Next::OtherKey { else_again: None },
                ErrorClass::RateLimited => Next::OtherKey { else_again: Some(Duration::from_millis(500)) },
                ErrorClass::Timeout | ErrorClass::Unavailable | ErrorClass::Unknown => {
                    Next::Again(Duration::from_millis(500))
                }
                ErrorClass::Moderation | ErrorClass::ContextLength | ErrorClass::InvalidRequest => Next::GiveUp,
            };
            assert_eq!(after(&failed(class), 1), expected, "{class:?}");
        }
        assert_eq!(after(&failed(ErrorClass::Timeout), 2), Next::GiveUp);
        assert_eq!(after(&failed(ErrorClass::Unavailable), 4), Next::GiveUp);
    }

    #[test]
    fn a_hint_is_honoured_unless_it_is_too_long() {
        let hinted = |seconds| ProviderError {
            retry_after: Some(Duration::from_secs(seconds)),
            ..failed(ErrorClass::Unavailable)
        };
        assert_eq!(after(&hinted(7), 1), Next::Again(Duration::from_secs(7)));
        assert_eq!(after(&hinted(600), 1), Next::GiveUp);
        let limited = ProviderError { retry_after: Some(Duration::from_secs(600)), ..failed(ErrorClass::RateLimited) };
        assert_eq!(after(&limited, 1), Next::OtherKey { else_again: None });
    }

    #[test]
    fn the_provider_may_overrule_the_class() {
        let told = |class, should_retry| ProviderError { should_retry: Some(should_retry), ..failed(class) };
        assert_eq!(after(&told(ErrorClass::Unavailable, false), 1), Next::GiveUp);
        assert_eq!(after(&told(ErrorClass::InvalidRequest, true), 1), Next::Again(Duration::from_millis(500)));
        assert_eq!(after(&told(ErrorClass::InvalidRequest, true), 2), Next::GiveUp);
    }
}
