//! `POST /v1/embeddings`.

use actix_web::{HttpResponse, post, web};
use app::App;
use app::integration::Texts;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Error, FieldFault};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::{Embeddings, Program};
use super::chat::SPOKE;
use super::error::ErrorDocument;
use super::request::fault;
use crate::extract::BigJson;
use crate::problem::ApiResult;

/// Texts of one request, as OpenAI takes them.
const MOST_TEXTS: usize = 2048;
const MOST_DIMENSIONS: u32 = 65_536;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CreateEmbeddingRequest)]
pub struct EmbedBody {
    /// `provider/model` or `route/name`.
    pub model: String,
    pub input: Input,
    /// `float` (default), or `base64`: the little-endian 32-bit floats of each vector.
    #[serde(default)]
    pub encoding_format: Option<String>,
    /// Shorter vectors than the model's own, where it can.
    #[serde(default)]
    pub dimensions: Option<u32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = EmbeddingInput)]
pub enum Input {
    Text(String),
    Texts(Vec<String>),
    /// Refused: tokens mean something to one model only.
    Tokens(#[expect(dead_code, reason = "only its shape is read")] Vec<u32>),
    /// Refused.
    TokenLists(#[expect(dead_code, reason = "only its shape is read")] Vec<Vec<u32>>),
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
            Input::Text(text) => vec![text],
            Input::Texts(texts) => texts,
            Input::Tokens(_) | Input::TokenLists(_) => return Err(fault("/input", "integration.tokens")),
        };
        if texts.is_empty() {
            return Err(fault("/input", "empty"));
        }
        if let Some(at) = texts.iter().position(String::is_empty) {
            return Err(fault(format!("/input/{at}"), "empty"));
        }
        if texts.len() > MOST_TEXTS {
            return Err(Error::invalid(vec![FieldFault::new("/input", "too_many").arg("max", MOST_TEXTS)]));
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
    let (texts, base64) = body.into_inner().texts()?;
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
