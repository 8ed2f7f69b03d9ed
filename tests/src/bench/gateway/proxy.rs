//! `bench proxy PORT UPSTREAM`: the least that a gateway on Obrol's stack (actix-web and reqwest) can do. It passes bytes on and
//! looks at none of them: the ceiling to compare with.

use std::io::Result;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use bytes::Bytes;

/// Where it leads; a client for each worker, so that its connections live where they are used.
struct Way {
    upstream: String,
    client: reqwest::Client,
}

pub async fn run(port: u16, upstream: String) -> Result<()> {
    let workers = std::thread::available_parallelism()?.get();
    HttpServer::new(move || {
        let client = reqwest::Client::builder().tcp_nodelay(true).no_proxy().build().expect("a client");
        let way = web::Data::new(Way { upstream: upstream.clone(), client });
        App::new().app_data(way).default_service(web::post().to(pass))
    })
    .workers(workers)
    .tcp_nodelay(true)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}

async fn pass(request: HttpRequest, body: Bytes, way: web::Data<Way>) -> HttpResponse {
    let mut asked = way.client.post(format!("{}{}", way.upstream, request.path()));
    for name in [CONTENT_TYPE, AUTHORIZATION] {
        if let Some(value) = text(request.headers(), &name) {
            asked = asked.header(name.as_str(), value);
        }
    }
    match asked.body(body).send().await {
        Ok(answer) => passed(answer),
        Err(why) => HttpResponse::BadGateway().body(why.to_string()),
    }
}

fn passed(answer: reqwest::Response) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut passed = HttpResponse::build(status);
    if let Some(kind) = answer.headers().get("content-type") {
        passed.insert_header((CONTENT_TYPE, kind.as_bytes()));
    }
    match answer.content_length() {
        Some(length) => passed.body(SizedStream::new(length, answer.bytes_stream())),
        None => passed.streaming(answer.bytes_stream()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
