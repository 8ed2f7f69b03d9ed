//! The guide finds what people ask about in three languages, and the manual holds together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::HashSet;

use futures_util::StreamExt;

use super::language::{Language, detect};
use super::*;
use crate::{ChatMessage, ChatRole};

fn request(messages: &[(ChatRole, &str)], language: Option<&str>) -> ChatRequest {
    let messages = messages.iter().map(|(role, text)| ChatMessage::text(*role, *text)).collect();
    ChatRequest { model: MODEL.to_owned(), messages, language: language.map(str::to_owned), ..ChatRequest::default() }
}

fn ask(question: &str) -> String {
    answer::compose(&request(&[(ChatRole::User, question)], None))
}

/// The first section that an answer quotes.
fn found(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("\n— [")?;
    rest.split_once("](/docs/manual/")?.1.split_once(')').map(|(link, _)| link)
}

#[test]
fn questions_find_their_sections() {
    let cases = [
        // What the page offers as sample questions.
        ("What is Obrol?", "en/what-is-obrol"),
        ("How do I connect a model?", "en/connect-a-model"),
        (
            "What happens to an answer when I close the page?",
            "en/chat#close-the-tab-lose-the-network-restart-the-server",
        ),
        ("How do I back up my data?", "en/operating#backup"),
        ("Apa itu Obrol?", "id/what-is-obrol"),
        ("Bagaimana cara menghubungkan model?", "id/connect-a-model"),
        (
            "Apa yang terjadi pada jawaban kalau halaman ditutup?",
            "id/chat#close-the-tab-lose-the-network-restart-the-server",
        ),
        ("Bagaimana cara mencadangkan data saya?", "id/operating#backup"),
        ("Obrol とは何ですか？", "ja/what-is-obrol"),
        ("モデルはどうやって接続しますか？", "ja/connect-a-model"),
        ("ページを閉じると回答はどうなりますか？", "ja/chat#close-the-tab-lose-the-network-restart-the-server"),
        ("データをバックアップするには？", "ja/operating#backup"),
        ("How do I connect Ollama?", "en/connect-a-model#ollama"),
        ("how can i use an openai api key", "en/connect-a-model#with-an-api-key"),
        (
            "What happens when I close the tab while an answer streams?",
            "en/chat#close-the-tab-lose-the-network-restart-the-server",
        ),
        ("How do I use PostgreSQL?", "en/databases#postgresql"),
        ("mariadb url", "en/databases#mysql-and-mariadb"),
        ("How do I make a backup?", "en/operating#backup"),
        ("How do I edit a question?", "en/branches#edit-a-question"),
        ("I forgot my password", "en/accounts#passwords"),
        ("where is the setup token printed?", "en/first-start#the-setup-token"),
        ("how to create the first administrator", "en/first-start#make-the-first-administrator"),
        ("stop the answer", "en/chat#stop-an-answer"),
        ("which port does it listen on", "en/configuration#the-most-important-settings"),
        ("what does OBROL_DATA_DIR mean", "en/configuration#the-most-important-settings"),
        ("prometheus metrics", "en/operating#metrics"),
        ("can the admin read my chats?", "en/privacy#who-can-read-conversations"),
        ("does it send telemetry", "en/privacy#what-leaves-the-server"),
        ("curl example for streaming a message", "en/api#ask-in-one-call"),
        ("how do I replace a credential", "en/language-models#credentials"),
        ("does a limit reserve money before a call", "en/limits#how-a-limit-is-kept"),
        ("set a monthly budget for everyone", "en/limits#set-a-limit"),
        ("download usage as csv", "en/limits#usage-and-csv"),
        ("revoke an api key", "en/usage#keys-for-programs"),
        ("what is the license", "en/what-is-obrol#licence"),
        ("run several nodes behind a load balancer", "en/databases#several-nodes"),
        ("Bagaimana cara menghubungkan Ollama?", "id/connect-a-model#ollama"),
        (
            "Apa yang terjadi kalau tab ditutup saat jawaban mengalir?",
            "id/chat#close-the-tab-lose-the-network-restart-the-server",
        ),
        ("Bagaimana memakai PostgreSQL?", "id/databases#postgresql"),
        ("Bagaimana cara membuat cadangan?", "id/operating#backup"),
        ("Bagaimana cara menyunting pertanyaan?", "id/branches#edit-a-question"),
        ("saya lupa kata sandi", "id/accounts#passwords"),
        ("gimana cara ganti model di tengah percakapan?", "id/chat#switch-models"),
        ("siapa yang bisa membaca percakapan saya?", "id/privacy#who-can-read-conversations"),
        ("di mana token penyiapan?", "id/first-start#the-setup-token"),
        ("beberapa simpul di belakang penyeimbang beban", "id/databases#several-nodes"),
        ("bagaimana mengganti kredensial", "id/language-models#credentials"),
        ("unduh pemakaian sebagai csv", "id/limits#usage-and-csv"),
        ("Ollama を接続するには?", "ja/connect-a-model#ollama"),
        ("回答の途中でタブを閉じるとどうなりますか?", "ja/chat#close-the-tab-lose-the-network-restart-the-server"),
        ("PostgreSQL を使うには?", "ja/databases#postgresql"),
        ("バックアップの取り方は?", "ja/operating#backup"),
        ("質問を編集するには?", "ja/branches#edit-a-question"),
        ("パスワードを忘れました", "ja/accounts#passwords"),
        ("セットアップトークンはどこですか", "ja/first-start#the-setup-token"),
        ("管理者は会話を読めますか?", "ja/privacy#who-can-read-conversations"),
        ("下書きは保存されますか", "ja/chat#drafts"),
        ("回答を止める方法を教えてください", "ja/chat#stop-an-answer"),
        ("認証情報を差し替えるには?", "ja/language-models#credentials"),
        ("利用状況を CSV でダウンロードできますか", "ja/limits#usage-and-csv"),
    ];
    let wrong: Vec<_> = cases
        .iter()
        .filter_map(|(question, section)| {
            let answer = ask(question);
            (found(&answer) != Some(section)).then(|| format!("{question}: {:?}, not {section}", found(&answer)))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_it_gives_is_answered() {
    for language in Language::ALL {
        for example in phrases::of(language).examples {
            assert!(found(&ask(example)).is_some_and(|link| link.starts_with(language.code())), "{example}");
        }
    }
}

#[test]
fn an_answer_says_what_it_is_and_how_to_get_a_model() {
    for (question, says, connect) in [
        ("How do I use Redis?", "not a language model", "/docs/manual/en/connect-a-model"),
        ("Bagaimana memakai Redis?", "bukan model bahasa", "/docs/manual/id/connect-a-model"),
        ("Redis の使い方は?", "言語モデルではありません", "/docs/manual/ja/connect-a-model"),
        ("hello", "not a language model", "/docs/manual/en/connect-a-model"),
        ("what is the weather in Jakarta tomorrow", "not a language model", "/docs/manual/en/connect-a-model"),
    ] {
        let answer = ask(question);
        assert!(answer.contains(says) && answer.contains(connect), "{question}: {answer}");
    }
}

#[test]
fn greetings_and_questions_about_itself() {
    for (greeting, begins) in [
        ("hello", "Hello!"),
        ("Hi there!", "Hello!"),
        ("good morning :)", "Hello!"),
        ("who are you?", "Hello!"),
        ("What can you do for me?", "Hello!"),
        ("halo", "Halo!"),
        ("selamat pagi", "Halo!"),
        ("kamu siapa?", "Halo!"),
        ("こんにちは!", "こんにちは。"),
        ("あなたは誰ですか?", "こんにちは。"),
        ("thanks a lot", "You're welcome"),
        ("terima kasih", "Sama-sama"),
        ("ありがとうございます", "どういたしまして"),
    ] {
        let answer = ask(greeting);
        assert!(answer.starts_with(begins), "{greeting}: {answer}");
    }
}

#[test]
fn what_is_not_in_the_manual_is_not_made_up() {
    for (question, says) in [
        ("What is the capital of France?", "I found nothing"),
        ("write me a poem about cats", "I found nothing"),
        ("tulis puisi tentang kucing", "Saya tidak menemukan"),
        ("猫についての詩を書いて", "見つかりませんでした"),
        ("🙂🙂", "no words"),
        ("   ", "no words"),
        ("???", "no words"),
    ] {
        let answer = ask(question);
        assert!(answer.contains(says) && found(&answer).is_none(), "{question}: {answer}");
    }
    assert!(answer::compose(&request(&[], Some("ja"))).contains("見つかりませんでした"));
}

#[test]
fn a_terse_question_leans_on_the_one_before() {
    let messages = [
        (ChatRole::User, "How do I use PostgreSQL as a database?"),
        (ChatRole::Assistant, "…"),
        (ChatRole::User, "and mysql?"),
    ];
    let answer = answer::compose(&request(&messages, None));
    assert_eq!(found(&answer), Some("en/databases#mysql-and-mariadb"));
}

#[test]
fn the_language_of_a_question() {
    for (text, fallback, expected) in [
        ("How do I stop it?", None, Language::En),
        ("Bagaimana cara berhenti?", Some("en"), Language::Id),
        ("止めるには?", Some("id"), Language::Ja),
        ("設定", None, Language::Ja),
        ("PostgreSQL の設定", None, Language::Ja),
        ("postgresql", Some("id"), Language::Id),
        ("postgresql", Some("ja-JP"), Language::Ja),
        ("postgresql", Some("xx"), Language::En),
        ("docker compose", None, Language::En),
        ("lupa kata sandi", None, Language::Id),
        ("", None, Language::En),
    ] {
        assert_eq!(detect(text, fallback), expected, "{text}");
    }
}

#[tokio::test]
async fn it_streams_in_pieces_and_says_the_same_every_time() {
    let guide = Guide::paced(std::time::Duration::ZERO);
    let mut texts = HashSet::new();
    for _ in 0..5 {
        let question = request(&[(ChatRole::User, "回答の途中でタブを閉じるとどうなりますか?")], None);
        let events: Vec<_> = guide.chat(question, None).await.unwrap().collect().await;
        let pieces: Vec<String> = events
            .iter()
            .filter_map(|event| if let Ok(ChatEvent::Text(text)) = event { Some(text.clone()) } else { None })
            .collect();
        assert!(pieces.len() > 20, "{}", pieces.len());
        assert!(pieces.iter().all(|piece| piece.chars().count() < 80));
        let Some(Ok(ChatEvent::Finished { reason: FinishReason::Stop, usage: Some(usage), .. })) = events.last() else {
            panic!("{:?}", events.last())
        };
        assert!(usage.output_total > 50 && usage.input_total > 5 && usage.cost_micros == Some(0));
        texts.insert(pieces.concat());
    }
    assert_eq!(texts.len(), 1);
    assert_eq!(guide.continuation(), Continuation::Replay);
}

#[test]
fn a_piece_never_loses_a_character() {
    for text in ["", "a", "one two three four five", "日本語の文章はスペースがない。", "a\n\n> b  c\n", "🌼🌼🌼"]
    {
        assert_eq!(pieces(text).collect::<String>(), text);
    }
}

#[test]
fn the_manual_has_the_same_pages_and_sections_in_every_language() {
    let shape = |lang: &'static str| {
        let pages = pages().iter().filter(move |page| page.lang == lang);
        pages
            .map(|page| {
                (
                    page.page,
                    page.sections.iter().map(|section| (section.level, section.anchor.clone())).collect::<Vec<_>>(),
                )
            })
            .collect::<Vec<_>>()
    };
    let english = shape("en");
    assert_eq!(english.iter().map(|(page, _)| *page).collect::<Vec<_>>(), manual::ORDER);
    // A page that nobody put in order would be found by nobody.
    assert_eq!(manual::Files::iter().count(), pages().len());
    for lang in ["id", "ja"] {
        for (one, other) in english.iter().zip(shape(lang)) {
            assert_eq!(*one, other, "{lang}");
        }
        assert_eq!(shape(lang).len(), english.len());
    }
    for page in pages() {
        assert!(
            !page.title.is_empty() && page.markdown.starts_with("# ") && !page.markdown.contains("<!--"),
            "{} {}",
            page.lang,
            page.page
        );
        let anchors: HashSet<_> = page.sections.iter().map(|section| &section.anchor).collect();
        assert_eq!(anchors.len(), page.sections.len(), "anchors of {} {}", page.lang, page.page);
        for section in &page.sections {
            assert!(
                !section.markdown.is_empty() && !section.also.is_empty(),
                "{} {} {}",
                page.lang,
                page.page,
                section.title
            );
        }
    }
}

#[test]
fn links_and_code_of_the_manual_are_the_same_in_every_language() {
    let marks = |markdown: &str, lang: &str| {
        let links: Vec<String> = markdown
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(link, _)| link.replace(&format!("/{lang}/"), "/"))
            .collect();
        let names: HashSet<String> = markdown
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("OBROL_") || word.ends_with("_URL"))
            .map(str::to_owned)
            .collect();
        let fences = markdown.matches("```").count();
        (links, names, fences)
    };
    for page in pages() {
        let english = super::page("en", page.page).unwrap();
        let (links, names, fences) = marks(&page.markdown, page.lang);
        let (english_links, english_names, english_fences) = marks(&english.markdown, "en");
        let sorted = |mut links: Vec<String>| {
            links.sort();
            links
        };
        assert_eq!(
            (sorted(links.clone()), names, fences),
            (sorted(english_links), english_names, english_fences),
            "{} {}",
            page.lang,
            page.page
        );
        for link in links {
            let Some(target) = link.strip_prefix("/docs/manual/") else {
                assert!(link.starts_with("http"), "{link} in {}", page.page);
                continue;
            };
            let (name, anchor) = target.split_once('#').unwrap_or((target, ""));
            let target = super::page(page.lang, name).unwrap_or_else(|| panic!("{link} in {}", page.page));
            assert!(target.sections.iter().any(|section| section.anchor == anchor), "{link} in {}", page.page);
        }
    }
}
