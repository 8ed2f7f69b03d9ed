//! What a key may do: never more than its owner, and only what it was made for.

use std::fmt;

use crate::FieldFault;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Listing models.
    Models,
    /// Asking models: `/v1/chat/completions`, `/v1/responses`.
    Chat,
    /// `/v1/embeddings`.
    Embeddings,
    /// Reading the owner's use and limits.
    Usage,
    /// What the owner does in `/api/v1`, except for account, sessions and keys.
    Api,
    /// What only administrators do; without effect for others.
    Admin,
}

impl KeyScope {
    pub const ALL: [Self; 6] = [Self::Models, Self::Chat, Self::Embeddings, Self::Usage, Self::Api, Self::Admin];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Chat => "chat",
            Self::Embeddings => "embeddings",
            Self::Usage => "usage",
            Self::Api => "api",
            Self::Admin => "admin",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Models => 1,
            Self::Chat => 2,
            Self::Embeddings => 4,
            Self::Usage => 8,
            Self::Api => 16,
            Self::Admin => 32,
        }
    }
}

/// A set of scopes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Scopes(u8);

impl Scopes {
    pub const NONE: Self = Self(0);

    /// # Errors
    /// Faults at `/scopes` and below: none, unknown, twice.
    pub fn parse<S: AsRef<str>>(words: &[S]) -> Result<Self, Vec<FieldFault>> {
        if words.is_empty() {
            return Err(vec![FieldFault::new("/scopes", "empty")]);
        }
        if words.len() > KeyScope::ALL.len() {
            return Err(vec![FieldFault::new("/scopes", "too_many").arg("max", KeyScope::ALL.len())]);
        }
        let (mut scopes, mut faults) = (Self::NONE, Vec::new());
        for (place, word) in words.iter().enumerate() {
            let pointer = format!("/scopes/{place}");
            match KeyScope::parse(word.as_ref()) {
                None => faults.push(FieldFault::new(pointer, "wrong_value")),
                Some(scope) if scopes.contain(scope) => faults.push(FieldFault::new(pointer, "duplicate")),
                Some(scope) => scopes = scopes.with(scope),
            }
        }
        if faults.is_empty() { Ok(scopes) } else { Err(faults) }
    }

    /// From the database: a word that this build does not know gives no right.
    pub fn from_words(words: &str) -> Self {
        words.split_whitespace().filter_map(KeyScope::parse).fold(Self::NONE, Self::with)
    }

    pub fn to_words(self) -> String {
        self.iter().map(KeyScope::as_str).collect::<Vec<_>>().join(" ")
    }

    #[must_use]
    pub const fn with(self, scope: KeyScope) -> Self {
        Self(self.0 | scope.bit())
    }

    pub const fn contain(self, scope: KeyScope) -> bool {
        self.0 & scope.bit() != 0
    }

    pub fn iter(self) -> impl Iterator<Item = KeyScope> {
        KeyScope::ALL.into_iter().filter(move |scope| self.contain(*scope))
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(KeyScope::as_str)).finish()
    }
}
