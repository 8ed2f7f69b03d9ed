//! The manual of `docs/manual`, compiled into the binary, as pages and sections.

use std::sync::LazyLock;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../docs/manual"]
pub(super) struct Files;

/// The languages of the manual; the first one names the anchors of all.
pub const LANGUAGES: [&str; 3] = ["en", "id", "ja"];

/// The pages in reading order; each is `docs/manual/<language>/<page>.md`.
pub(super) const ORDER: &[&str] = &[
    "what-is-obrol",
    "first-start",
    "chat",
    "branches",
    "connect-a-model",
    "language-models",
    "limits",
    "accounts",
    "usage",
    "configuration",
    "databases",
    "operating",
    "api",
    "programs",
    "troubleshooting",
    "privacy",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub lang: &'static str,
    /// The file name without its ending; the same in every language.
    pub page: &'static str,
    pub title: String,
    /// The whole page; links to other pages lead to `/docs/manual/…`.
    pub markdown: String,
    /// What stands before the first heading is the first section, with an empty anchor and the page's title.
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// From the English heading, so it is the same in every language.
    pub anchor: String,
    pub title: String,
    /// 1 for the page's beginning, 2 or 3 for a heading.
    pub level: u8,
    /// Without the heading.
    pub markdown: String,
    /// Other words for the same thing, from `<!-- also: … -->`; searched, not shown.
    pub(super) also: String,
}

impl Page {
    /// Where the server shows the page, or one of its sections.
    pub fn link(&self, section: &Section) -> String {
        let hash = if section.anchor.is_empty() { "" } else { "#" };
        format!("/docs/manual/{}/{}{hash}{}", self.lang, self.page, section.anchor)
    }
}

/// All pages, by language in the order of [`LANGUAGES`], then in reading order.
pub fn pages() -> &'static [Page] {
    static PAGES: LazyLock<Vec<Page>> = LazyLock::new(read);
    &PAGES
}

pub fn page(lang: &str, page: &str) -> Option<&'static Page> {
    pages().iter().find(|one| one.lang == lang && one.page == page)
}

fn read() -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    for lang in LANGUAGES {
        for &name in ORDER {
            let Some(file) = Files::get(&format!("{lang}/{name}.md")) else { continue };
            let mut page = parse(lang, name, &String::from_utf8_lossy(&file.data));
            // The n-th heading has the same anchor in every language.
            if let Some(english) = pages.iter().find(|one| one.lang == LANGUAGES[0] && one.page == name) {
                for (section, model) in page.sections.iter_mut().zip(&english.sections) {
                    section.anchor.clone_from(&model.anchor);
                }
            }
            pages.push(page);
        }
    }
    pages
}

fn parse(lang: &'static str, name: &'static str, source: &str) -> Page {
    let mut page = Page { lang, page: name, title: name.to_owned(), markdown: String::new(), sections: Vec::new() };
    let mut section =
        Section { anchor: String::new(), title: String::new(), level: 1, markdown: String::new(), also: String::new() };
    let mut fenced = false;
    for line in source.lines() {
        if let Some(also) = line.strip_prefix("<!-- also:").and_then(|rest| rest.strip_suffix("-->")) {
            section.also = also.trim().to_owned();
            continue;
        }
        let line = &link(line, lang);
        page.markdown.push_str(line);
        page.markdown.push('\n');
        fenced ^= line.trim_start().starts_with("```");
        match heading(line).filter(|_| !fenced) {
            Some((1, title)) => {
                title.clone_into(&mut page.title);
                title.clone_into(&mut section.title);
            }
            Some((level, title)) => {
                let next = Section {
                    anchor: slug(title),
                    title: title.to_owned(),
                    level,
                    markdown: String::new(),
                    also: String::new(),
                };
                page.sections.push(finish(std::mem::replace(&mut section, next)));
            }
            None => {
                section.markdown.push_str(line);
                section.markdown.push('\n');
            }
        }
    }
    page.sections.push(finish(section));
    page
}

fn finish(mut section: Section) -> Section {
    section.markdown = section.markdown.trim().to_owned();
    section
}

fn heading(line: &str) -> Option<(u8, &str)> {
    ["# ", "## ", "### "].iter().zip(1u8..).find_map(|(mark, level)| Some((level, line.strip_prefix(mark)?.trim())))
}

/// `chat.md#stop` becomes `/docs/manual/en/chat#stop`.
fn link(line: &str, lang: &str) -> String {
    ORDER.iter().fold(line.to_owned(), |line, name| {
        line.replace(&format!("]({name}.md"), &format!("](/docs/manual/{lang}/{name}"))
    })
}

/// Lower case, words joined with hyphens.
fn slug(title: &str) -> String {
    let words = title.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}
