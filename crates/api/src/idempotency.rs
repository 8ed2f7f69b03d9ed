//! `Idempotency-Key` on POSTs that create: a repeat gets the first answer, whatever became of the connection.

use std::future::{Future, Ready, ready};

use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, LOCATION};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use app::App;
use app::idempotency::{Answer, Claim, LONGEST_KEY, claim};
use domain::{Ctx, Error, FieldFault};

use crate::problem::ApiResult;

/// Says that an answer is a repeated one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// What of the head belongs to the answer.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];
/// Answers of POSTs that create are small.
const LARGEST: usize = 256 * 1024;

/// The key as the caller sent it, or nothing; a key that cannot be one is refused when it is used.
#[derive(Clone, Debug, Default)]
pub struct IdempotencyKey(Option<Vec<u8>>);

impl FromRequest for IdempotencyKey {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.headers().get("idempotency-key").map(|value| value.as_bytes().to_vec()))))
    }
}

impl IdempotencyKey {
    /// Does `work` once for this key, caller, route and body (`digest`). Without a key it is simply done.
    pub async fn once<F>(
        self,
        app: &web::Data<App>,
        ctx: &Ctx,
        route: &'static str,
        digest: [u8; 32],
        work: F,
    ) -> ApiResult<HttpResponse>
    where
        F: Future<Output = ApiResult<HttpResponse>> + 'static,
    {
        self.do_once(app, ctx, route, digest, None, work).await
    }

    /// As [`Self::once`], for an answer with a secret in the member `hidden`: it is never kept, so that repeats have null there.
    pub async fn once_without<F>(
        self,
        app: &web::Data<App>,
        ctx: &Ctx,
        route: &'static str,
        digest: [u8; 32],
        hidden: &'static str,
        work: F,
    ) -> ApiResult<HttpResponse>
    where
        F: Future<Output = ApiResult<HttpResponse>> + 'static,
    {
        self.do_once(app, ctx, route, digest, Some(hidden), work).await
    }

    async fn do_once<F>(
        self,
        app: &web::Data<App>,
        ctx: &Ctx,
        route: &'static str,
        digest: [u8; 32],
        hidden: Option<&'static str>,
        work: F,
    ) -> ApiResult<HttpResponse>
    where
        F: Future<Output = ApiResult<HttpResponse>> + 'static,
    {
        let Some(key) = self.text()? else { return work.await };
        let ticket = match claim(app, ctx, route, &key, &digest).await? {
            Claim::Answered(answer) => return Ok(replay(answer)),
            Claim::Yours(ticket) => ticket,
        };
        let app = app.clone();
        // On its own: a caller who hangs up must not leave the key claimed with the work half done.
        let done = actix_web::rt::spawn(async move {
            match work.await {
                Ok(response) => {
                    let (response, answer) = keep(response, hidden).await;
                    match answer {
                        Some(answer) => ticket.finish(&app, &answer).await?,
                        None => ticket.forget(&app).await?,
                    }
                    Ok(response)
                }
                // Whatever was refused changed nothing, so the key stays good for another try.
                Err(problem) => {
                    ticket.forget(&app).await?;
                    Err(problem)
                }
            }
        });
        done.await.map_err(Error::broken)?
    }

    fn text(self) -> ApiResult<Option<String>> {
        let Some(bytes) = self.0 else { return Ok(None) };
        let visible = bytes.iter().all(u8::is_ascii_graphic) && (1..=LONGEST_KEY).contains(&bytes.len());
        match String::from_utf8(bytes) {
            Ok(key) if visible => Ok(Some(key)),
            _ => Err(Error::invalid(vec![FieldFault::new("/Idempotency-Key", "idempotency_key")]).into()),
        }
    }
}

/// The answer as it is kept, and once more for this caller. Only success is kept.
async fn keep(response: HttpResponse, hidden: Option<&str>) -> (HttpResponse, Option<Answer>) {
    if !response.status().is_success() {
        return (response, None);
    }
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body).await else { return (head.set_body(()).map_into_boxed_body(), None) };
    let headers = KEPT.iter().filter_map(|name| {
        let value = head.headers().get(name)?.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let body = match hidden {
        None => String::from_utf8(bytes.to_vec()).ok(),
        Some(member) => without(&bytes, member),
    };
    let body = body.filter(|body| body.len() <= LARGEST);
    let answer = body.map(|body| Answer { status: head.status().as_u16(), headers: headers.collect(), body });
    (head.set_body(bytes).map_into_boxed_body(), answer)
}

/// The body with null in place of one member.
fn without(body: &[u8], member: &str) -> Option<String> {
    let mut body: serde_json::Value = serde_json::from_slice(body).ok()?;
    *body.as_object_mut()?.get_mut(member)? = serde_json::Value::Null;
    Some(body.to_string())
}

fn replay(answer: Answer) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    for (name, value) in answer.headers {
        response.insert_header((name, value));
    }
    response.insert_header((REPLAYED, "true")).body(answer.body)
}
