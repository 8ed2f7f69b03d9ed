//! Models, their prices, what is left of the money, and texts as vectors.

use crate::Usage;

/// A model as its provider lists it. What the provider does not say is `None`, empty or `false`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelInfo {
    pub id: String,
    pub name: String,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub vision: bool,
    pub tools: bool,
    pub reasoning: bool,
    /// `text`, `image`, `audio`, `file`, `video`, as the provider calls them.
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub prices: Option<Prices>,
}

/// US dollars for one token (or one request, one image) in millionths of a millionth: 30,000,000 is 30 dollars for a
/// million tokens. What is not said is `None`, which is not free of charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    pub input: Option<u64>,
    pub output: Option<u64>,
    pub input_cached: Option<u64>,
    pub input_cache_write: Option<u64>,
    pub request: Option<u64>,
    pub image: Option<u64>,
}

/// Money at the provider, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credits {
    /// `None`: this key has no cap of its own, which says nothing about the account.
    pub remaining: Option<i64>,
    pub used: Option<i64>,
    pub of: CreditsOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditsOf {
    Account,
    /// Only this key's cap can be seen.
    Key,
}

/// What a text is turned into a vector for; some models make a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbedPurpose {
    #[default]
    Document,
    Query,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct EmbedRequest {
    pub model: String,
    pub texts: Vec<String>,
    /// Shorter vectors than the model's own, where it can. They may not have unit length.
    pub dimensions: Option<u32>,
    pub purpose: EmbedPurpose,
    pub user: Option<String>,
}

/// One vector a text, in the order of the texts; all of one length.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    pub vectors: Vec<Vec<f32>>,
    pub usage: Option<Usage>,
}

/// As many vectors as texts, all of one length and of real numbers.
pub(crate) fn fit(vectors: &[Vec<f32>], texts: usize) -> bool {
    let length = vectors.first().map_or(0, Vec::len);
    vectors.len() == texts
        && vectors.iter().all(|one| one.len() == length && !one.is_empty() && one.iter().all(|part| part.is_finite()))
}
