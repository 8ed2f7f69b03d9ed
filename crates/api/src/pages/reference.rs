//! The specification for programs (`/api/openapi.json`) and for people (`/api/docs`), the second written from the first.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use serde_json::Value;

use super::{escape, html};
use crate::openapi::spec;

pub(super) async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(spec().json.as_str())
}

pub(super) async fn page() -> HttpResponse {
    let spec: Value = serde_json::from_str(&spec().json).unwrap_or_default();
    html("en", "API", &side(&spec), &body(&spec))
}

fn side(spec: &Value) -> String {
    let mut side = String::from("<a href=\"/\">Obrol</a>\n<ul>\n");
    for tag in spec["tags"].as_array().into_iter().flatten() {
        side += &format!("<li><a href=\"#{0}\">{0}</a></li>\n", escape(text(&tag["name"])));
    }
    side + "<li><a href=\"#schemas\">schemas</a></li>\n<li><a href=\"/api/openapi.json\">openapi.json</a></li>\n</ul>\n"
}

fn body(spec: &Value) -> String {
    let mut body = format!("<h1>Obrol API</h1>\n{}", paragraphs(text(&spec["info"]["description"])));
    for tag in spec["tags"].as_array().into_iter().flatten() {
        let name = text(&tag["name"]);
        body += &format!("<h2 id=\"{0}\">{0}</h2>\n{1}", escape(name), paragraphs(text(&tag["description"])));
        for (path, item) in spec["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if operation["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| tag == name)) {
                    body += &described(path, method, operation);
                }
            }
        }
    }
    body += "<h2 id=\"schemas\">schemas</h2>\n";
    for (name, schema) in spec["components"]["schemas"].as_object().into_iter().flatten() {
        body += &format!(
            "<h3 id=\"schema-{0}\">{0}</h3>\n{1}{2}",
            escape(name),
            paragraphs(text(&schema["description"])),
            fields(schema)
        );
    }
    body
}

fn described(path: &str, method: &str, operation: &Value) -> String {
    let open = operation["security"]
        .as_array()
        .is_some_and(|needs| needs.iter().all(|need| need.as_object().is_some_and(serde_json::Map::is_empty)));
    let mut out = format!(
        "<section class=\"operation\">\n<h3><span class=\"method\">{}</span><code>{}</code></h3>\n{}{}",
        escape(&method.to_uppercase()),
        escape(path),
        paragraphs(text(&operation["summary"])),
        paragraphs(text(&operation["description"])),
    );
    if open {
        out += "<p class=\"quiet\">For anyone.</p>\n";
    }
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        out += "<h4>Parameters</h4>\n<table>\n";
        for parameter in parameters {
            out += &format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                escape(text(&parameter["name"])),
                escape(text(&parameter["in"])),
                kind(&parameter["schema"]),
                escape(text(&parameter["description"])),
            );
        }
        out += "</table>\n";
    }
    for (media, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        out += &format!("<h4>Body</h4>\n<p><code>{}</code> {}</p>\n", escape(media), kind(&content["schema"]));
    }
    out += "<h4>Answers</h4>\n<table>\n";
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let contents = response["content"].as_object().into_iter().flatten();
        let kinds: Vec<String> = contents
            .map(|(media, content)| format!("<code>{}</code> {}", escape(media), kind(&content["schema"])))
            .collect();
        out += &format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            escape(status),
            kinds.join("<br>"),
            escape(text(&response["description"]))
        );
    }
    out + "</table>\n</section>\n"
}

fn fields(schema: &Value) -> String {
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let Some(properties) = schema["properties"].as_object() else { return format!("<p>{}</p>\n", kind(schema)) };
    let mut out = String::from("<table>\n");
    for (name, property) in properties {
        let optional =
            if required.iter().any(|one| one == name) { "" } else { " <span class=\"quiet\">optional</span>" };
        let about = escape(text(&property["description"]));
        out += &format!(
            "<tr><td><code>{}</code>{optional}</td><td>{}</td><td>{about}</td></tr>\n",
            escape(name),
            kind(property)
        );
    }
    out + "</table>\n"
}

/// The type of a value in a few words, with links to schemas.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|link| link.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escape(name));
    }
    for one in ["oneOf", "anyOf", "allOf"] {
        if let Some(kinds) = schema[one].as_array() {
            return kinds.iter().map(kind).collect::<Vec<_>>().join(" | ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        return words
            .iter()
            .map(|word| format!("<code>{}</code>", escape(&word.to_string())))
            .collect::<Vec<_>>()
            .join(" | ");
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names.iter().map(text).collect(),
        name => vec![text(name)],
    };
    let named: Vec<String> = names
        .into_iter()
        .map(|name| if name == "array" { format!("list of {}", kind(&schema["items"])) } else { escape(name) })
        .collect();
    let format = schema["format"]
        .as_str()
        .map_or_else(String::new, |format| format!(" <span class=\"quiet\">{}</span>", escape(format)));
    named.join(" | ") + &format
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .map(|part| format!("<p>{}</p>\n", escape(part.trim())))
        .collect()
}
