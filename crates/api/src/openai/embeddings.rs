//! `POST /v1/embeddings`.

use actix_web::{HttpResponse, post, web};
use app::App;
use app::integration::Texts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Error, FieldFault};
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Embeddings, Program, Purpose};
use super::chat::SPOKE;
use super::error::ErrorDocument;
use super::request::fault;
use crate::extract::{Big, BigJson};
use crate::problem::ApiResult;

/// Texts of one request, as OpenAI takes them.
const MOST_TEXTS: usize = 2048;
const MOST_DIMENSIONS: u32 = 65_536;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateEmbeddingRequest)]
pub struct EmbedBody {
    /// `provider/model` or `route/name`.
    pub model: String,
    #[schema(value_type = Input)]
    pub input: Read,
    /// `float` (default), or `base64`: the little-endian 32-bit floats of each vector.
    #[serde(default)]
    pub encoding_format: Option<String>,
    /// Shorter vectors than the model's own, where it can.
    #[serde(default)]
    pub dimensions: Option<u32>,
}

// As the documentation shows it; `Read` is what becomes of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EmbeddingInput)]
#[expect(dead_code, reason = "only its shape is shown")]
pub enum Input {
    Text(String),
    Texts(Vec<String>),
    /// Refused: tokens mean something to one model only.
    Tokens(Vec<u32>),
    /// Refused.
    TokenLists(Vec<Vec<u32>>),
}

/// The texts; of what is refused nothing is kept, however long it is.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    Texts(Vec<String>),
    Tokens,
    TooMany,
}

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Read;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<Read, E> {
                Ok(Read::Texts(vec![text.to_owned()]))
            }

            fn visit_string<E>(self, text: String) -> Result<Read, E> {
                Ok(Read::Texts(vec![text]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Read, A::Error> {
                let mut texts = Vec::new();
                let refused = loop {
                    match list.next_element::<Item>()? {
                        None => return Ok(Read::Texts(texts)),
                        Some(Item::Token) => break Read::Tokens,
                        Some(Item::Text(_)) if texts.len() == MOST_TEXTS => break Read::TooMany,
                        Some(Item::Text(text)) => texts.push(text),
                    }
                };
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(refused)
            }
        }
        from.deserialize_any(Texts)
    }
}

enum Item {
    Text(String),
    /// Or a list of them.
    Token,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct One;
        impl<'de> Visitor<'de> for One {
            type Value = Item;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Item, E> {
                Ok(Item::Text(text.to_owned()))
            }

            fn visit_string<E>(self, text: String) -> Result<Item, E> {
                Ok(Item::Text(text))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Item, E> {
                Ok(Item::Token)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Item, E> {
                Ok(Item::Token)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Item, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Item::Token)
            }
        }
        from.deserialize_any(One)
    }
}

impl Big for EmbedBody {
    const MOST_VALUES: Option<usize> = None;
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmbeddingList)]
pub struct EmbeddingsBody {
    /// `list`
    pub object: &'static str,
    pub data: Vec<EmbeddingBody>,
    /// Who made them, as `provider/model`.
    pub model: String,
    pub usage: EmbedUsage,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Embedding)]
pub struct EmbeddingBody {
    /// `embedding`
    pub object: &'static str,
    /// Which of the texts.
    pub index: usize,
    pub embedding: Vector,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EmbeddingVector)]
pub enum Vector {
    Float(Vec<f32>),
    Base64(String),
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EmbeddingUsage)]
pub struct EmbedUsage {
    pub prompt_tokens: u64,
    pub total_tokens: u64,
}

impl EmbedBody {
    /// The texts, and whether base64 is wanted.
    fn texts(self) -> Result<(Texts, bool), Error> {
        let texts = match self.input {
            Read::Texts(texts) => texts,
            Read::Tokens => return Err(fault("/input", "integration.tokens")),
            Read::TooMany => {
                return Err(Error::invalid(vec![FieldFault::new("/input", "too_many").arg("max", MOST_TEXTS)]));
            }
        };
        if texts.is_empty() {
            return Err(fault("/input", "empty"));
        }
        if let Some(at) = texts.iter().position(String::is_empty) {
            return Err(fault(format!("/input/{at}"), "empty"));
        }
        if self.dimensions.is_some_and(|length| !(1..=MOST_DIMENSIONS).contains(&length)) {
            let fault = FieldFault::new("/dimensions", "out_of_range").arg("min", 1).arg("max", MOST_DIMENSIONS);
            return Err(Error::invalid(vec![fault]));
        }
        let base64 = match self.encoding_format.as_deref() {
            None | Some("float") => false,
            Some("base64") => true,
            Some(_) => return Err(fault("/encoding_format", "wrong_value")),
        };
        Ok((Texts { model: self.model, texts, dimensions: self.dimensions }, base64))
    }
}

/// Turns texts into vectors, one a text and in their order.
#[utoipa::path(
    tag = "openai",
    operation_id = "create_embedding",
    request_body = EmbedBody,
    responses(
        (status = 200, body = EmbeddingsBody),
        (status = 404, description = "Nobody offers this model", body = ErrorDocument),
        (status = 502, description = "The provider failed, or refuses the server", body = ErrorDocument),
        (status = 504, description = "The provider did not answer in time", body = ErrorDocument),
    )
)]
#[post("/v1/embeddings")]
pub(super) async fn create(
    program: Program<Embeddings>,
    app: web::Data<App>,
    body: BigJson<EmbedBody>,
) -> ApiResult<HttpResponse> {
    let (body, seat) = body.into_parts();
    let _seat = seat.of(program.ctx.holder(Embeddings::SCOPE)?.user)?;
    let (texts, base64) = body.texts()?;
    let made = app::integration::embed(&app, &program.ctx, program.entrance()?, texts).await?;
    let tokens = made.usage.input_total;
    let data = made.vectors.into_iter().enumerate().map(|(index, vector)| {
        let embedding = if base64 { Vector::Base64(encoded(&vector)) } else { Vector::Float(vector) };
        EmbeddingBody { object: "embedding", index, embedding }
    });
    let usage = EmbedUsage { prompt_tokens: tokens, total_tokens: tokens };
    let spoke = made.model.clone();
    let body = EmbeddingsBody { object: "list", data: data.collect(), model: made.model, usage };
    Ok(HttpResponse::Ok().insert_header((SPOKE, spoke)).json(body))
}

fn encoded(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|part| part.to_le_bytes()).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn of_tokens_nothing_is_built() {
        let read = |json: &str| serde_json::from_str::<Read>(json);
        assert_eq!(read(r#""a""#).unwrap(), Read::Texts(vec!["a".to_owned()]));
        assert_eq!(read(r#"["a","b\n"]"#).unwrap(), Read::Texts(vec!["a".to_owned(), "b\n".to_owned()]));
        assert_eq!(read("[]").unwrap(), Read::Texts(Vec::new()));
        for tokens in ["[1,2]", "[[1],[2,3]]", r#"["a",1]"#, "[-1]"] {
            assert_eq!(read(tokens).unwrap(), Read::Tokens, "{tokens}");
        }
        let texts = |count: usize| serde_json::to_string(&vec!["a"; count]).unwrap();
        assert!(matches!(read(&texts(MOST_TEXTS)).unwrap(), Read::Texts(_)));
        assert_eq!(read(&texts(MOST_TEXTS + 1)).unwrap(), Read::TooMany);
        for wrong in ["1", "null", "{}", "[null]", "[{}]", "[1", r#"["a",1,]"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
