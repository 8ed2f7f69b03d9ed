//! Lists of models and vectors of every dialect.

use llm_client::{EmbedPurpose, EmbedRequest, ErrorClass};
use serde_json::{Value, json};

use crate::fakes::{Dialect, Fake, Fault, Plan};
use crate::{provider, secret};

async fn document(dialect: Dialect, body: Value) -> Fake {
    Fake::one(dialect, Plan { fault: Some(Fault::json(200, &body)), ..Plan::default() }).await
}

#[tokio::test]
async fn the_models_of_each_dialect() {
    for dialect in Dialect::ALL {
        let (path, body) = match dialect {
            Dialect::Gemini => (
                "/v1beta/models?pageSize=1000",
                json!({"models": [
                {"name": "models/chat", "displayName": "Chat", "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent", "countTokens"], "thinking": true},
                {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]}]}),
            ),
            Dialect::Anthropic => (
                "/v1/models?limit=1000",
                json!({"data": [{"type": "model", "id": "chat", "display_name": "Chat",
                "max_input_tokens": 1_048_576, "max_tokens": 65_536, "capabilities": null}], "has_more": false, "last_id": "chat"}),
            ),
            Dialect::Ollama => (
                "/api/tags",
                json!({"models": [
                {"name": "chat", "model": "chat", "details": {"families": null, "context_length": 1_048_576}, "capabilities": ["completion", "tools", "thinking", "vision"]},
                {"name": "embed", "capabilities": ["embedding"]}, {"name": "old-embed"}]}),
            ),
            Dialect::OpenAi | Dialect::OpenRouter | Dialect::Groq | Dialect::Vercel | Dialect::Compatible => (
                "/models",
                json!({"object": "list", "data": [{"id": "chat", "name": "Chat",
                "context_window": 1_048_576, "max_completion_tokens": 65_536, "active": true}, {"id": "embed"}]}),
            ),
        };
        let fake = document(dialect, body).await;
        let models = provider(&fake).models(secret()).await.unwrap();
        assert!(fake.asked()[0].path.ends_with(path), "{dialect:?} {}", fake.asked()[0].path);
        assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["chat"], "{dialect:?}");
        assert_eq!(models[0].context_window, Some(1_048_576), "{dialect:?}");
        if dialect != Dialect::Ollama {
            assert_eq!((models[0].max_output, models[0].name.as_str()), (Some(65_536), "Chat"), "{dialect:?}");
        }
        let embedders = provider(&fake).embedders(secret()).await.unwrap();
        let expected: &[&str] = match dialect {
            Dialect::Anthropic => &[],
            Dialect::Ollama => &["embed", "old-embed"],
            _ => &["embed"],
        };
        assert_eq!(embedders.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), expected, "{dialect:?}");
    }
}

#[tokio::test]
async fn lists_in_pages_are_read_to_the_end_and_never_for_ever() {
    let fake = Fake::start(Dialect::Anthropic, |asked| {
        let (id, more) = if asked.path.contains("after_id=one") { ("two", false) } else { ("one", true) };
        let body = json!({"data": [{"id": id}], "has_more": more, "last_id": id});
        Plan { fault: Some(Fault::json(200, &body)), ..Plan::default() }
    })
    .await;
    let models = provider(&fake).models(secret()).await.unwrap();
    assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);

    let endless = json!({"models": [{"name": "models/m", "supportedGenerationMethods": ["generateContent"]}], "nextPageToken": "a/b?c"});
    let fake = document(Dialect::Gemini, endless).await;
    assert_eq!(provider(&fake).models(secret()).await.unwrap().len(), 20);
    assert!(fake.asked()[1].path.ends_with("&pageToken=a%2Fb%3Fc"));
}

#[tokio::test]
async fn a_list_that_is_none_is_an_error() {
    for dialect in Dialect::ALL {
        for body in [json!({"hello": 1}), json!({"error": {"message": "no", "code": 402}}), Value::Null] {
            let fake = document(dialect, body.clone()).await;
            let class = provider(&fake).models(secret()).await.unwrap_err().class;
            let told = body["error"].is_object();
            assert_eq!(class, if told { ErrorClass::Payment } else { ErrorClass::Unknown }, "{dialect:?} {body}");
        }
    }
}

// Vectors.

fn vectors(dialect: Dialect, list: &[[f64; 2]]) -> Value {
    match dialect {
        Dialect::Gemini => json!({"embeddings": list.iter().map(|one| json!({"values": one})).collect::<Vec<_>>()}),
        Dialect::Ollama => json!({"model": "m", "embeddings": list, "prompt_eval_count": 8}),
        _ => {
            // In the wrong order: the index counts.
            let entry =
                |(index, one): (usize, &[f64; 2])| json!({"object": "embedding", "index": index, "embedding": one});
            let data: Vec<_> = list.iter().enumerate().map(entry).rev().collect();
            json!({"object": "list", "data": data, "usage": {"prompt_tokens": 8, "total_tokens": 8}})
        }
    }
}

fn texts(purpose: EmbedPurpose) -> EmbedRequest {
    let texts = vec!["a".to_owned(), "b".to_owned()];
    EmbedRequest { model: "m".to_owned(), texts, dimensions: Some(2), purpose, user: Some("u".into()) }
}

#[tokio::test]
async fn texts_become_vectors_in_their_order() {
    for dialect in Dialect::ALL {
        let fake = document(dialect, vectors(dialect, &[[0.5, -0.25], [1.0, 0.0]])).await;
        let found = provider(&fake).embed(texts(EmbedPurpose::Query), secret()).await;
        if dialect == Dialect::Anthropic {
            assert_eq!(found.unwrap_err().code.as_deref(), Some("unsupported"));
            continue;
        }
        let found = found.unwrap();
        assert_eq!(found.vectors, [[0.5, -0.25], [1.0, 0.0]], "{dialect:?}");
        let asked = fake.asked()[0].clone();
        let (path, body, counted) = match dialect {
            Dialect::Gemini => {
                let one = |text: &str| json!({"model": "models/m", "content": {"role": "user", "parts": [{"text": text}]}, "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2});
                ("/models/m:batchEmbedContents", json!({"requests": [one("a"), one("b")]}), None)
            }
            Dialect::Ollama => {
                let body = json!({"model": "m", "input": ["a", "b"], "truncate": false, "dimensions": 2});
                ("/api/embed", body, Some(8))
            }
            _ => {
                let mut body = json!({"model": "m", "input": ["a", "b"], "encoding_format": "float", "dimensions": 2});
                if dialect == Dialect::OpenAi {
                    body["user"] = json!("u");
                }
                ("/embeddings", body, Some(8))
            }
        };
        assert!(asked.path.ends_with(path), "{dialect:?}");
        assert_eq!((&asked.body, found.usage.map(|usage| usage.input_total)), (&body, counted), "{dialect:?}");
    }
}

#[tokio::test]
async fn too_few_uneven_or_no_vectors_are_an_error() {
    for dialect in Dialect::ALL {
        if dialect == Dialect::Anthropic {
            continue;
        }
        for body in
            [vectors(dialect, &[[1.0, 2.0]]), json!({}), json!({"embeddings": "x", "data": [{"embedding": ["x"]}]})]
        {
            let fake = document(dialect, body.clone()).await;
            let error = provider(&fake).embed(texts(EmbedPurpose::Document), secret()).await.unwrap_err();
            assert_eq!(error.class, ErrorClass::Unknown, "{dialect:?} {body}");
        }
    }
}

#[tokio::test]
async fn gemini_takes_a_hundred_texts_at_a_time() {
    let fake = Fake::start(Dialect::Gemini, |asked| {
        let count = asked.body["requests"].as_array().map_or(0, Vec::len);
        let list: Vec<_> = (0..count).map(|_| json!({"values": [1.0]})).collect();
        Plan { fault: Some(Fault::json(200, &json!({ "embeddings": list }))), ..Plan::default() }
    })
    .await;
    let request = EmbedRequest { model: "m".into(), texts: vec!["t".into(); 205], ..EmbedRequest::default() };
    assert_eq!(provider(&fake).embed(request, secret()).await.unwrap().vectors.len(), 205);
    let sizes: Vec<_> = fake.asked().iter().map(|asked| asked.body["requests"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [100, 100, 5]);
}
