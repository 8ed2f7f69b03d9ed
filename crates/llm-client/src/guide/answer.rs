//! From a question to the text of an answer: what it is about, what fits, and how it is quoted.

use super::index::{self, Hit};
use super::language::{Language, detect};
use super::manual;
use super::phrases::{self, Phrases};
use super::words::{is_wide, terms};
use crate::{ChatRequest, ChatRole};

/// The share of the question's meaning that an answer needs; less will do when the question names the subject.
const ENOUGH: f32 = 0.5;
const ENOUGH_WHEN_NAMED: f32 = 0.25;
/// A further section is quoted if it fits this well compared with the best.
const NEARLY: f32 = 0.75;
const QUOTED: usize = 3;
const MENTIONED: usize = 3;
/// Characters of the best quotation and of the further ones.
const LONG: usize = 1100;
const SHORT: usize = 500;
/// A question of at most this many terms leans on the question before it ("and on MySQL?").
const TERSE: usize = 2;

pub fn compose(request: &ChatRequest) -> String {
    let mut asked =
        request.messages.iter().rev().filter(|message| message.role == ChatRole::User).map(crate::ChatMessage::plain);
    let question = asked.next().unwrap_or_default();
    let before = asked.next().unwrap_or_default();
    let language = detect(&question, request.language.as_deref());
    let phrases = phrases::of(language);
    let words = terms(&question, language);

    if words_of(&question).is_empty() {
        return with_examples(phrases.empty, language, phrases);
    }
    if consists_of(&question, phrases.thanking) && !consists_of(&question, phrases.greetings) {
        return phrases.thanks.to_owned();
    }
    if is_smalltalk(&question, phrases) {
        return with_examples(phrases.greeting, language, phrases);
    }

    let index = index::of(language);
    let mut weighted: Vec<(String, f32)> = words.iter().map(|word| (word.clone(), 1.0)).collect();
    if words.len() <= TERSE {
        weighted.extend(terms(&before, language).into_iter().map(|word| (word, 0.15)));
    }
    let hits = if weighted.is_empty() { introduction(language) } else { index.search(&weighted) };
    match hits.first() {
        Some(best) if best.coverage >= if best.named { ENOUGH_WHEN_NAMED } else { ENOUGH } => {
            quote(&hits, &words, language, phrases)
        }
        Some(_) | None => with_examples(phrases.off_topic, language, phrases),
    }
}

/// "What is Obrol?" and "what is this?" hold no word that tells one section from another.
fn introduction(language: Language) -> Vec<Hit> {
    let page = manual::pages().iter().find(|page| page.lang == language.code());
    let sections = page.into_iter().flat_map(|page| page.sections.iter().map(move |section| (page, section)));
    sections.take(2).map(|(page, section)| Hit { page, section, score: 1.0, coverage: 1.0, named: true }).collect()
}

fn quote(hits: &[Hit], words: &[String], language: Language, phrases: &Phrases) -> String {
    let best = hits.first().map_or(0.0, |hit| hit.score);
    let mut text = format!("{}\n", phrases.i_am);
    let mut quoted = 0;
    for (position, hit) in hits.iter().take(QUOTED).enumerate() {
        if hit.score < best * NEARLY {
            break;
        }
        let passage = passage(&hit.section.markdown, words, language, if position == 0 { LONG } else { SHORT });
        if passage.is_empty() {
            continue;
        }
        text.push('\n');
        for line in passage.lines() {
            text.push_str(if line.is_empty() { ">" } else { "> " });
            text.push_str(line);
            text.push('\n');
        }
        text.push_str(&format!("\n— {}\n", reference(hit)));
        quoted += 1;
    }
    let more: Vec<&Hit> = hits.iter().skip(quoted).filter(|hit| hit.score >= best * 0.5).take(MENTIONED).collect();
    if !more.is_empty() {
        text.push_str(&format!("\n{}\n", phrases.see_also));
        for hit in more {
            text.push_str(&format!("- {}\n", reference(hit)));
        }
    }
    text.push_str(&format!("\n{}", connect(language, phrases)));
    text
}

fn reference(hit: &Hit) -> String {
    let title = if hit.section.anchor.is_empty() {
        hit.page.title.clone()
    } else {
        format!("{} › {}", hit.page.title, hit.section.title)
    };
    format!("[{title}]({})", hit.page.link(hit.section))
}

fn connect(language: Language, phrases: &Phrases) -> String {
    phrases.connect.replace("{}", &format!("/docs/manual/{}/connect-a-model", language.code()))
}

fn with_examples(lead: &str, language: Language, phrases: &Phrases) -> String {
    let examples: Vec<String> = phrases.examples.iter().map(|example| format!("- {example}")).collect();
    let contents = manual::pages().iter().filter(|page| page.lang == language.code());
    let contents: Vec<String> =
        contents.map(|page| format!("[{}](/docs/manual/{}/{})", page.title, page.lang, page.page)).collect();
    let manual = if contents.is_empty() { String::new() } else { format!("\n\n{}", contents.join(" · ")) };
    format!("{lead}\n\n{}\n\n{}{manual}\n\n{}", phrases.examples_lead, examples.join("\n"), connect(language, phrases))
}

/// The part of a section that fits best: whole blocks (paragraphs, lists, code), in their order, up to `limit` characters.
fn passage(markdown: &str, words: &[String], language: Language, limit: usize) -> String {
    let blocks = blocks(markdown);
    let length = |block: &String| block.chars().count();
    let total: usize = blocks.iter().map(length).sum();
    if total <= limit {
        return blocks.join("\n\n");
    }
    let worth = |block: &String| {
        let known = terms(block, language);
        words.iter().filter(|word| known.contains(word)).count()
    };
    // Start at the block that knows most of the question (the earliest of equals), and read on as far as it fits.
    let start = (0..blocks.len()).rev().max_by_key(|&at| blocks.get(at).map_or(0, worth)).unwrap_or(0);
    // What introduces a list or a piece of code belongs to it.
    let start = match start.checked_sub(1).and_then(|before| blocks.get(before)) {
        Some(lead) if lead.ends_with([':', '：']) => start - 1,
        Some(_) | None => start,
    };
    let mut taken: Vec<&str> = Vec::new();
    let mut used = 0;
    for block in blocks.iter().skip(start) {
        if used > 0 && used + length(block) > limit {
            break;
        }
        used += length(block);
        taken.push(block);
    }
    let (head, tail) =
        (if start > 0 { "…\n\n" } else { "" }, if start + taken.len() < blocks.len() { "\n\n…" } else { "" });
    format!("{head}{}{tail}", taken.join("\n\n"))
}

/// Parted by empty lines outside of code fences.
fn blocks(markdown: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut block = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        fenced ^= line.trim_start().starts_with("```");
        if line.trim().is_empty() && !fenced {
            blocks.push(std::mem::take(&mut block));
            continue;
        }
        if !block.is_empty() {
            block.push('\n');
        }
        block.push_str(line);
    }
    blocks.push(block);
    blocks.retain(|block| !block.trim().is_empty());
    blocks
}

fn words_of(text: &str) -> Vec<String> {
    let parts = text.split(|character: char| !character.is_alphanumeric() && character != 'ー');
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

fn consists_of(question: &str, list: &[&str]) -> bool {
    words_of(question).iter().all(|word| list.contains(&word.as_str()))
}

fn is_smalltalk(question: &str, phrases: &Phrases) -> bool {
    if consists_of(question, phrases.greetings) {
        return true;
    }
    let said = words_of(question).join(" ");
    let about = |start: &&str| said.starts_with(*start) || (start.chars().any(is_wide) && said.contains(*start));
    // Only a short message is about the guide; "what can you do about a forgotten password" is about the password.
    said.chars().count() <= 40
        && phrases.about_me.iter().any(|start| about(start) && said.chars().count() <= start.chars().count() + 14)
}
