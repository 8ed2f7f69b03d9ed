//! A provider's failure as the program that asked hears it: by its class, never in the provider's words.

use std::time::Duration;

use domain::{Error, Kind};
use llm_gateway::{ErrorClass, ProviderError};

pub(super) fn of(error: &ProviderError) -> Error {
    let code = error.code.as_deref().unwrap_or_default();
    let said = match error.class {
        ErrorClass::Auth => Error::new(Kind::Upstream, "integration.provider_auth"),
        ErrorClass::Payment => Error::new(Kind::Upstream, "integration.provider_payment"),
        ErrorClass::Moderation => Error::new(Kind::Invalid, "integration.moderation"),
        ErrorClass::ContextLength => Error::new(Kind::Invalid, "integration.context_length"),
        ErrorClass::RateLimited => {
            let pause = error.retry_after.unwrap_or(Duration::from_secs(1));
            Error::new(Kind::TooMany, "integration.provider_busy").retry_after(pause)
        }
        ErrorClass::Timeout => Error::new(Kind::Upstream, "integration.timeout"),
        ErrorClass::Unavailable => {
            let said = Error::new(Kind::Unavailable, "integration.unavailable");
            match error.retry_after {
                Some(pause) => said.retry_after(pause),
                None => said,
            }
        }
        ErrorClass::InvalidRequest if code == "model_not_found" => Error::not_found("integration.model_not_found"),
        ErrorClass::InvalidRequest if code == "unsupported" => {
            Error::new(Kind::Invalid, "integration.unsupported").arg("reason", code)
        }
        ErrorClass::InvalidRequest => {
            let refused = Error::new(Kind::Invalid, "integration.refused");
            if is_word(code) { refused.arg("reason", code) } else { refused }
        }
        ErrorClass::Unknown => Error::new(Kind::Upstream, "integration.unknown"),
    };
    // Class and status only: the provider's own text can hold ids, keys and what people wrote.
    said.caused_by(error.clone())
}

/// A machine's word (`unsupported_parameter`), which can hold nothing private.
fn is_word(code: &str) -> bool {
    (3..=48).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_its_own_code_and_no_word_of_the_provider() {
        let mut codes = std::collections::BTreeSet::new();
        for class in ErrorClass::ALL {
            let said = of(&ProviderError::new(class, "org_123 said sk-secret").with_code("sk-SECRET-1"));
            assert!(codes.insert(said.code()), "{class:?}");
            assert!(!format!("{said} {:?}", said.args()).contains("SECRET"), "{said}");
            assert!(!said.to_string().contains("org_123"), "{said}");
        }
        let busy = ProviderError {
            retry_after: Some(Duration::from_secs(7)),
            ..ProviderError::new(ErrorClass::RateLimited, "")
        };
        assert_eq!(of(&busy).retry_after_hint(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_plain_word_of_a_refusal_is_told() {
        let refused = |code: &str| of(&ProviderError::new(ErrorClass::InvalidRequest, "").with_code(code));
        assert_eq!(refused("unsupported_parameter").args(), [("reason", "unsupported_parameter".to_owned())]);
        assert_eq!(refused("org-4711").args(), []);
        assert_eq!(refused("model_not_found").code(), "integration.model_not_found");
    }
}
