//! The specification (OpenAPI 3.1), collected from the handlers: the same for the committed file, the page and the client.

use std::sync::OnceLock;

use actix_web::App;
use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa_actix_web::AppExt;

use crate::openai;
use crate::problem::{MEDIA_TYPE, ProblemBody, ProblemFault, UpstreamFault};
use crate::shell;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Obrol",
        description = "Self-hosted AI conversation server. An accepted message is never lost, and an answer never dies with a browser tab: \
each answer is a durable run whose events any number of clients can watch, leave and resume.\n\n\
Ids are UUIDv7, times are RFC 3339 in UTC with milliseconds, failures are RFC 9457 problem documents whose `code` is stable. \
Lists are read page by page with `limit` and `cursor`.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later")
    ),
    security(("bearer" = [])),
    components(schemas(ProblemBody, ProblemFault, UpstreamFault)),
    tags(
        (name = "health", description = "Is the server alive, can it work"),
        (name = "accounts", description = "Signing in and out, devices, the first administrator"),
        (name = "conversations", description = "Conversations and their messages"),
        (name = "runs", description = "The durable work behind each answer"),
        (name = "events", description = "Everything that a client may hear, as one resumable stream"),
        (name = "models", description = "What can be asked"),
        (name = "openai", description = "What OpenAI's clients speak, with an API key"),
        (name = "keys", description = "API keys: what stands for a person in a program"),
        (name = "usage", description = "What one has used, and what one may use"),
        (name = "llm", description = "For administrators: providers, models, prices, routes, limits, content rules, everybody's use")
    )
)]
struct Base;

/// The whole specification.
pub fn openapi() -> OpenApi {
    let mut base = Base::openapi();
    base.merge(crate::events::EventSchemas::openapi());
    let (_, mut spec) = App::new().into_utoipa_app().openapi(base).configure(shell::described).split_for_parts();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some(
            "The access token of an answer to signing in, which lives for 15 minutes; or an API key (`obr_…`), as far as its \
             scopes go. Account, sessions and keys are for persons only: a key is refused with `keys.person_only`.",
        ))
        .build();
    if let Some(components) = &mut spec.components {
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut spec.paths.paths {
        let reading = item.get.as_mut().map(|operation| (true, operation));
        let changing = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten();
        for (safe, operation) in reading.into_iter().chain(changing.map(|operation| (false, operation))) {
            add_problems(path, safe, operation);
        }
    }
    spec
}

/// As the committed file: pretty, with a newline at its end.
pub fn pretty() -> String {
    openapi().to_pretty_json().map(|json| json + "\n").unwrap_or_default()
}

/// What the running server needs of it.
pub(crate) struct Spec {
    pub(crate) json: String,
    routes: Vec<(ResourceDef, Vec<Method>)>,
}

pub(crate) fn spec() -> &'static Spec {
    static SPEC: OnceLock<Spec> = OnceLock::new();
    SPEC.get_or_init(|| {
        let document = openapi();
        let routes =
            document.paths.paths.iter().map(|(path, item)| (ResourceDef::new(pattern(path)), methods(item))).collect();
        Spec { json: document.to_json().unwrap_or_default(), routes }
    })
}

impl Spec {
    /// The methods that an address knows; empty when there is no such address.
    pub(crate) fn methods_of(&self, path: &str) -> Vec<Method> {
        let fitting = self.routes.iter().filter(|(route, _)| route.is_match(path));
        let mut methods: Vec<Method> = fitting.flat_map(|(_, methods)| methods.iter().cloned()).collect();
        methods.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        methods.dedup();
        methods
    }
}

fn methods(item: &PathItem) -> Vec<Method> {
    operations(item).map(|(method, _)| method).collect()
}

/// An address as it is matched: ids of models have slashes.
fn pattern(path: &str) -> &str {
    if path == "/v1/models/{id}" { "/v1/models/{id:.+}" } else { path }
}

/// The operations of a path in the order in which people read them.
pub(crate) fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

/// Failures that every operation shares need not be written at each handler.
fn add_problems(path: &str, safe: bool, operation: &mut Operation) {
    let response: fn(&str) -> Response = match path {
        _ if path.starts_with("/api/") => problem_response,
        _ if openai::is_ours(path) => openai_response,
        _ => return,
    };
    let anonymous =
        operation.security.as_ref().is_some_and(|needs| needs.iter().all(|need| *need == Default::default()));
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let in_place = |place: &str| {
        parameters.iter().any(|parameter| {
            serde_json::to_value(parameter).ok().and_then(|value| Some(value["in"].as_str()? == place)).unwrap_or(false)
        })
    };
    let body = operation.request_body.is_some();
    let mut statuses = vec![("400", "The request could not be read"), ("429", "Too many requests; see Retry-After")];
    statuses.extend([("500", "A fault of the server"), ("503", "Busy or away for a moment; see Retry-After")]);
    if openai::is_ours(path) {
        statuses.push(("403", "The key was not made for that"));
    }
    if !safe {
        statuses.push(("403", "The page that asks comes from an origin that may change nothing here"));
    }
    if !anonymous {
        statuses.push(("401", "Nobody is signed in, or the token is not good any more"));
    }
    if in_place("path") {
        statuses.push(("404", "There is no such thing, or the caller may not know of it"));
    }
    if body {
        statuses.extend([("408", "The body did not come in time"), ("413", "The body is too large")]);
        statuses.push(("415", "The body is not application/json"));
    }
    if (body || in_place("query")) && !openai::is_ours(path) {
        statuses.push(("422", "Some of the values are not allowed; `errors` lists them"));
    }
    for (status, description) in statuses {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(response(description)));
    }
}

fn problem_response(description: &str) -> Response {
    failure(description, "Problem", MEDIA_TYPE)
}

fn openai_response(description: &str) -> Response {
    failure(description, "OpenAiError", "application/json")
}

fn failure(description: &str, schema: &str, media_type: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name(schema)))).build();
    ResponseBuilder::new().description(description).content(media_type, content).build()
}
