//! The calls that failed before an answer or an attempt's end, for the attempt's record: whom, with which key, how. Never the
//! provider's words, which can hold the person's own.

use std::fmt::Write as _;

use llm_gateway::Try;

/// `None`: none failed.
pub(super) fn trail(tries: &[Try]) -> Option<String> {
    let failed: Vec<_> = tries.iter().filter_map(|one| Some((one, one.class?))).collect();
    let told = failed.iter().map(|(one, class)| {
        let mut text = format!("{}/{} {}", one.provider, one.model, class.as_str());
        if let Some(status) = one.status {
            let _ = write!(text, " {status}");
        }
        if let Some(credential) = &one.credential {
            let _ = write!(text, " ({credential})");
        }
        text
    });
    (!failed.is_empty()).then(|| told.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use llm_gateway::ErrorClass;

    use super::*;

    fn one(model: &str, class: Option<ErrorClass>, status: Option<u16>, credential: Option<&str>) -> Try {
        Try {
            provider: "near".to_owned(),
            model: model.to_owned(),
            credential: credential.map(str::to_owned),
            credential_id: None,
            started: SystemTime::UNIX_EPOCH,
            took: Duration::ZERO,
            class,
            status,
            retry_after: None,
            detail: "the person's own words".to_owned(),
            usage: None,
            price: None,
        }
    }

    #[test]
    fn failed_calls_are_told_in_their_order_and_nothing_of_what_was_said() {
        let tries = [
            one("a", Some(ErrorClass::Unavailable), Some(503), Some("key-1")),
            one("b", Some(ErrorClass::Timeout), None, None),
            one("c", None, None, Some("key-2")),
        ];
        assert_eq!(trail(&tries).as_deref(), Some("near/a unavailable 503 (key-1); near/b timeout"));
        assert_eq!(trail(&tries[2..]), None);
    }
}
