//! One error with two voices: a stable code with public arguments for the caller, a private cause for the log.

use std::fmt;
use std::time::Duration;

pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The kinds of failure that Obrol knows; the edge gives each its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request breaks a rule (field faults say which).
    Invalid,
    /// The request is larger than a documented limit.
    TooLarge,
    /// Nobody is signed in, or the proof is not good any more.
    Unauthenticated,
    /// Signed in, and not allowed; only where the caller may know that the thing exists.
    Forbidden,
    NotFound,
    /// The state of the thing does not allow it (also: a repeated key with another body).
    Conflict,
    /// `If-Match` is stale.
    Stale,
    /// `If-Match` is required and missing.
    Unconditional,
    Gone,
    TooMany,
    /// A service that we ask (a model provider) failed.
    Upstream,
    /// Ours is away for a moment (database, full queue): try again.
    Unavailable,
    /// A fault of ours.
    Broken,
}

/// One fault of one field: a JSON pointer (RFC 6901), a stable code, public arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    pub pointer: String,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl FieldFault {
    pub fn new(pointer: impl Into<String>, code: &'static str) -> Self {
        Self { pointer: pointer.into(), code, args: Vec::new() }
    }

    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Boxed so that a `Result` stays one word wide on the happy path.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    code: &'static str,
    args: Vec<(&'static str, String)>,
    fields: Vec<FieldFault>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

impl Error {
    /// `code` is `feature.snake_case`, stable for ever; its text lives in the locale files under the same name.
    pub fn new(kind: Kind, code: &'static str) -> Self {
        Self(Box::new(Inner { kind, code, args: Vec::new(), fields: Vec::new(), retry_after: None, cause: None }))
    }

    pub fn not_found(code: &'static str) -> Self {
        Self::new(Kind::NotFound, code)
    }

    /// Validation that failed; `fields` says where.
    pub fn invalid(fields: Vec<FieldFault>) -> Self {
        let mut error = Self::new(Kind::Invalid, "request.invalid");
        error.0.fields = fields;
        error
    }

    /// A fault of ours: the caller hears only that, the log hears the cause.
    pub fn broken(cause: impl Into<Cause>) -> Self {
        Self::new(Kind::Broken, "internal").caused_by(cause)
    }

    pub fn arg(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.0.args.push((name, value.to_string()));
        self
    }

    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    pub fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    pub fn code(&self) -> &'static str {
        self.0.code
    }

    pub fn args(&self) -> &[(&'static str, String)] {
        &self.0.args
    }

    pub fn fields(&self) -> &[FieldFault] {
        &self.0.fields
    }

    pub fn retry_after_hint(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// For the log only, never for the caller.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code)?;
        for fault in &self.0.fields {
            write!(f, " {}:{}", fault.pointer, fault.code)?;
        }
        match &self.0.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}
