//! When content rules met something: who, when, and the text only for whoever asks for it, which is written down.

use std::time::{Duration, Instant};

use obrol_tests::api::{Api, id};
use obrol_tests::fakes::Dialect;
use serde_json::{Value, json};

use super::{PROVIDERS, SECRET, draft, house, keeper};

const RULES: &str = "/api/v1/admin/llm/rules";
const HITS: &str = "/api/v1/admin/llm/rule-hits";
const QUESTION: &str = "#a tell me of the RAHASIA please";

async fn hits(admin: &Api, wanted: usize) -> Vec<Value> {
    let since = Instant::now();
    loop {
        let found = admin.get(HITS).await.expect(200)["items"].as_array().unwrap().clone();
        if found.len() >= wanted {
            return found;
        }
        assert!(since.elapsed() < Duration::from_secs(10), "{found:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_hit_names_person_and_rule_and_shows_its_text_to_whoever_answers_for_it() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let rule = json!({"pattern": "rahasia", "action": "flag", "direction": "in"});
    let rule = admin.post(RULES, rule).await.expect(201);
    let conversation = ani.conversation("own/m").await;
    let run = id(&ani.ask(&conversation, QUESTION).await["run"]);
    assert_eq!(ani.ended(&run, Duration::from_secs(20)).await["status"], "succeeded", "flagged, not blocked");
    let hit = hits(&admin, 1).await.remove(0);
    assert_eq!((&hit["pattern"], &hit["direction"], &hit["rule_id"]), (&json!("rahasia"), &json!("in"), &rule["id"]));
    assert_eq!(hit["user"], json!({"id": ani.user["id"], "display_name": "ani"}));
    assert_eq!(hit["run_id"], json!(run));
    assert!(!admin.get(HITS).await.text.contains("please"), "no text of it unasked");
    let reveal = format!("{HITS}/{}/reveal", id(&hit));
    assert_eq!(ani.post(&reveal, Value::Null).await.problem(403), "auth.admin_required");
    assert!(!server.log().contains("admin.rule_hit_revealed"));
    assert_eq!(admin.post(&reveal, Value::Null).await.expect(200), json!({"text": QUESTION}));
    assert!(server.log().contains("admin.rule_hit_revealed"), "{}", server.log_tail());
    let alerts = admin.get("/api/v1/admin/llm/alerts").await.expect(200);
    let record =
        alerts["items"].as_array().unwrap().iter().find(|one| one["kind"] == "rule_hit_revealed").expect("a record");
    assert_eq!(
        (&record["level"], &record["subject"], &record["details"]["rule"]),
        (&json!("info"), &hit["id"], &rule["id"])
    );
    assert!(record["resolved_at"].is_string(), "nobody has to do anything");
    assert!(!alerts.to_string().contains("please"), "the record has no text");

    // Without its rule the hit stays; without its conversation the text is gone.
    assert_eq!(admin.delete(&format!("{RULES}/{}", id(&rule))).await.status, 204);
    assert_eq!(hits(&admin, 1).await[0]["pattern"], Value::Null);
    assert_eq!(ani.delete(&format!("/api/v1/conversations/{conversation}")).await.status, 204);
    assert_eq!(admin.post(&reveal, Value::Null).await.problem(410), "llm.rule_hit_text_gone");
    let nobody = format!("{HITS}/00000000-0000-7000-8000-000000000001/reveal");
    assert_eq!(admin.post(&nobody, Value::Null).await.problem(404), "llm.rule_hit_not_found");
}

#[tokio::test]
async fn hits_come_page_by_page_and_by_rule() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let make = async |pattern: &str| {
        let rule = json!({"pattern": pattern, "action": "flag", "direction": "in"});
        id(&admin.post(RULES, rule).await.expect(201))
    };
    let (rahasia, tell) = (make("rahasia").await, make("tell").await);
    for _ in 0..2 {
        let conversation = ani.conversation("own/m").await;
        let run = id(&ani.ask(&conversation, QUESTION).await["run"]);
        ani.ended(&run, Duration::from_secs(20)).await;
    }
    let all = hits(&admin, 4).await;
    assert_eq!(all.len(), 4);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("{HITS}?limit=3{cursor}")).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, all);
    for rule in [rahasia, tell] {
        let own = admin.get(&format!("{HITS}?rule={rule}")).await.expect(200);
        assert_eq!(own["items"].as_array().unwrap().len(), 2);
        assert!(own["items"].as_array().unwrap().iter().all(|hit| hit["rule_id"] == json!(rule)));
    }
}

#[tokio::test]
async fn a_phrase_in_two_questions_is_met() {
    let (server, _store, admin) = house().await;
    let ani = server.person("ani").await;
    let fake = keeper(Dialect::Compatible, SECRET).await;
    admin.post(PROVIDERS, draft("own", &fake)).await.expect(201);
    let rule = json!({"pattern": "red onion", "action": "block", "direction": "in"});
    admin.post(RULES, rule).await.expect(201);
    let conversation = ani.conversation("own/m").await;
    for (question, status) in [
        ("#a what is red", "succeeded"),
        ("onion soup", "failed"),
        // What was blocked stands there still; that is no reason to block what comes after it.
        ("never mind", "succeeded"),
        ("and red", "succeeded"),
        ("wine?", "succeeded"),
        // That the phrase was met before is no way around it.
        ("red", "succeeded"),
        ("onion", "failed"),
        ("red", "succeeded"),
        ("onion", "failed"),
    ] {
        let run = id(&ani.ask(&conversation, question).await["run"]);
        let run = ani.ended(&run, Duration::from_secs(20)).await;
        assert_eq!(run["status"], status, "{question}: {run}");
    }
    assert_eq!(hits(&admin, 3).await.len(), 3, "each told once");
    let asked = fake.asked().into_iter().filter(|asked| asked.body.to_string().contains("onion")).count();
    assert_eq!(asked, 0, "not with a later question either");
}
