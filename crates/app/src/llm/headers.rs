//! Further headers of a provider's requests: names for all to see, values sealed like every secret and never shown again.

use domain::ids::ProviderId;
use domain::llm::provider::check_headers;
use domain::{Chance, Error, FieldFault, Kind, Result};
use persistence::llm::providers::{HeaderValues, Headers, Provider};
use secrecy::{ExposeSecret, SecretString};

use crate::App;
use crate::secrets::{Place, SecretFault};

/// What an administrator says of one header.
#[derive(Clone, Debug)]
pub enum HeaderDraft {
    Set(SecretString),
    /// It has the value that it has.
    Kept,
}

pub type OpenHeaders = Vec<(String, SecretString)>;

fn place(provider: ProviderId) -> Place<'static> {
    Place { table: "llm_providers", row: provider.uuid(), of: "headers" }
}

/// # Errors
/// The key is not there, or the seal is damaged.
pub(crate) fn opened(app: &App, provider: &Provider) -> Result<OpenHeaders, SecretFault> {
    let Headers { names, values } = &provider.headers;
    let values: Vec<String> = match values {
        HeaderValues::Clear(values) => values.clone(),
        HeaderValues::Sealed { text, .. } => {
            let opened = app.secrets.open(place(provider.id), text)?;
            serde_json::from_str(opened.expose_secret()).map_err(|_| SecretFault::Damaged)?
        }
    };
    if values.len() != names.len() {
        return Err(SecretFault::Damaged);
    }
    Ok(names.iter().cloned().zip(values.into_iter().map(SecretString::from)).collect())
}

/// # Errors
/// Only for values of many gigabytes.
pub(crate) fn sealed(app: &App, chance: &Chance, provider: ProviderId, headers: &OpenHeaders) -> Result<Headers> {
    if headers.is_empty() {
        return Ok(Headers::NONE);
    }
    let values: Vec<&str> = headers.iter().map(|(_, value)| value.expose_secret()).collect();
    let values = SecretString::from(serde_json::to_string(&values).map_err(Error::broken)?);
    let sealed = app.secrets.seal(place(provider), &values, chance).map_err(Error::broken)?;
    let names = headers.iter().map(|(name, _)| name.clone()).collect();
    Ok(Headers { names, values: HeaderValues::Sealed { text: sealed.text, key_id: sealed.key_id } })
}

/// What is sent from now on: what the draft says, and what `before` has of what is kept.
///
/// # Errors
/// Field faults; `llm.headers_unreadable` when something is to be kept that cannot be opened.
pub(super) fn merged(app: &App, draft: &[(String, HeaderDraft)], before: Option<&Provider>) -> Result<OpenHeaders> {
    let said: Vec<(String, String)> = draft
        .iter()
        .map(|(name, value)| match value {
            HeaderDraft::Set(value) => (name.clone(), value.expose_secret().to_owned()),
            HeaderDraft::Kept => (name.clone(), String::new()),
        })
        .collect();
    check_headers(&said).map_err(Error::invalid)?;
    let mut known = match before {
        Some(before) if draft.iter().any(|(_, value)| matches!(value, HeaderDraft::Kept)) => opened(app, before)
            .map_err(|fault| {
                tracing::error!(provider = %before.id, %fault, "the headers of a provider cannot be read");
                Error::new(Kind::Conflict, "llm.headers_unreadable")
            })?,
        Some(_) | None => Vec::new(),
    };
    let value = |(name, value): &(String, HeaderDraft)| match value {
        HeaderDraft::Set(value) => Ok((name.clone(), value.clone())),
        HeaderDraft::Kept => {
            let at = known.iter().position(|(own, _)| own == name);
            let fault = || Error::invalid(vec![FieldFault::new(format!("/headers/{name}"), "missing")]);
            Ok(known.swap_remove(at.ok_or_else(fault)?))
        }
    };
    draft.iter().map(value).collect()
}
