//! The manual as pages: Markdown of our own, rendered with raw HTML switched off and the anchors that the guide links to.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};
use app::manual;
use i18n::{Text, text};
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, html};

use super::{escape, html as whole};
use crate::extract::Path;
use crate::facts::Facts;
use crate::problem::{ApiResult, Problem};

/// To the contents in the caller's language.
pub(super) async fn nearest(request: HttpRequest) -> HttpResponse {
    let language = Facts::of(&request).locale().as_str();
    HttpResponse::SeeOther().insert_header((LOCATION, format!("/docs/manual/{language}"))).finish()
}

pub(super) async fn contents(language: Path<String>) -> ApiResult<HttpResponse> {
    let language = known(&language.0)?;
    let mut body = format!("<h1>{}</h1>\n<ul>\n", escape(&text(language, Text::ManualTitle, &[])));
    for page in manual::pages().iter().filter(|page| page.lang == language) {
        let first = page.sections.iter().filter(|section| !section.anchor.is_empty());
        let sections: String = first
            .map(|section| {
                format!("<li><a href=\"{}\">{}</a></li>", escape(&page.link(section)), escape(&section.title))
            })
            .collect();
        body += &format!(
            "<li><a href=\"/docs/manual/{language}/{}\">{}</a><ul>{sections}</ul></li>\n",
            page.page,
            escape(&page.title)
        );
    }
    body += "</ul>\n";
    Ok(whole(language, &text(language, Text::ManualTitle, &[]), &side(language, None), &body))
}

pub(super) async fn page(place: Path<(String, String)>) -> ApiResult<HttpResponse> {
    let Path((language, name)) = place;
    let language = known(&language)?;
    let page = manual::page(language, &name).ok_or_else(not_found)?;
    Ok(whole(language, &page.title, &side(language, Some(page.page)), &rendered(page)))
}

fn known(language: &str) -> ApiResult<&'static str> {
    manual::LANGUAGES.into_iter().find(|known| *known == language).ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "request.not_found")
}

fn side(language: &str, here: Option<&str>) -> String {
    let say = |key| escape(&text(language, key, &[]));
    let mut side = format!("<a href=\"/\">{}</a>\n<ul>\n", say(Text::ManualToApp));
    side += &format!("<li><a href=\"/docs/manual/{language}\">{}</a></li>\n", say(Text::ManualContents));
    for page in manual::pages().iter().filter(|page| page.lang == language) {
        let current = if here == Some(page.page) { " aria-current=\"page\"" } else { "" };
        side += &format!(
            "<li><a href=\"/docs/manual/{language}/{}\"{current}>{}</a></li>\n",
            page.page,
            escape(&page.title)
        );
    }
    side += "</ul>\n<p>";
    for other in manual::LANGUAGES {
        let name = match other {
            "id" => "Indonesia",
            "ja" => "日本語",
            _ => "English",
        };
        let rest = here.map_or_else(String::new, |page| format!("/{page}"));
        side += &format!("<a href=\"/docs/manual/{other}{rest}\" lang=\"{other}\" hreflang=\"{other}\">{name}</a> ");
    }
    side + "</p>\n"
}

fn rendered(page: &manual::Page) -> String {
    // The title is the first section, without an anchor; each further heading has its own, in order.
    let mut anchors = page.sections.iter().map(|section| section.anchor.clone());
    let events =
        Parser::new_ext(&page.markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(move |event| {
            match event {
                Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
                Event::Start(Tag::Heading { level, classes, attrs, .. }) if (level as usize) <= 3 => {
                    let id = anchors.next().filter(|anchor| !anchor.is_empty()).map(CowStr::from);
                    Event::Start(Tag::Heading { level, id, classes, attrs })
                }
                // A manual of ours has no such links; one that a translation brings in by mistake must not run anything.
                Event::Start(Tag::Link { link_type, dest_url, title, id }) if !harmless(&dest_url) => {
                    let _ = dest_url;
                    Event::Start(Tag::Link { link_type, dest_url: CowStr::from("#"), title, id })
                }
                other => other,
            }
        });
    let mut body = String::new();
    html::push_html(&mut body, events);
    body
}

fn harmless(url: &str) -> bool {
    ["https://", "http://", "mailto:", "/", "#"].iter().any(|start| url.starts_with(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn every_section_that_the_guide_links_to_is_on_its_page() {
        assert!(manual::pages().len() >= 3);
        for page in manual::pages() {
            let body = rendered(page);
            for section in page.sections.iter().filter(|section| !section.anchor.is_empty()) {
                assert!(body.contains(&format!("id=\"{}\"", section.anchor)), "{}", page.link(section));
            }
            assert!(!body.contains("<script") && !body.contains("javascript:"), "{}", page.page);
        }
    }
}
