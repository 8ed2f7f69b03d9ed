//! S20: two tabs renew one session at once, over and over, and the server dies in between.
//!
//! `OBROL_REFRESH_PAIRS` is how many pairs in all (100 unless said); `OBROL_SEED` replays a run.

use std::time::Duration;

use obrol_tests::api::{Api, PASSWORD};
use obrol_tests::seed::{Chance, seed};
use obrol_tests::world::World;
use reqwest::Method;
use serde_json::{Value, json};

const DEVICES: usize = 20;
const SOON: Duration = Duration::from_secs(25);

fn renewal(token: &str) -> Value {
    json!({"refresh_token": token, "token_delivery": "body"})
}

fn token_of(body: &Value) -> String {
    body["refresh_token"].as_str().unwrap_or_else(|| panic!("no refresh token in {body}")).to_owned()
}

/// One tab: what it heard, if it heard anything.
async fn tab(api: Api, token: String) -> Option<String> {
    let request = api.request(Method::POST, "/api/v1/auth/refresh").json(&renewal(&token));
    let answer = api.try_send(request).await.ok()?;
    match answer.status.as_u16() {
        200 => Some(token_of(&answer.body)),
        503 => None,
        other => panic!("an honest tab heard {other}: {}", answer.text),
    }
}

async fn sign_in(api: &Api) -> String {
    let body = json!({"email": "ani@example.test", "password": PASSWORD, "token_delivery": "body"});
    token_of(&api.patiently(Method::POST, "/api/v1/auth/login", Some(&body), SOON).await.expect(200))
}

async fn renew(api: &Api, token: &str) -> obrol_tests::api::Answer {
    api.patiently(Method::POST, "/api/v1/auth/refresh", Some(&renewal(token)), SOON).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_tabs_over_a_server_that_is_killed_lose_no_session_and_share_none() {
    let pairs = std::env::var("OBROL_REFRESH_PAIRS").map_or(100, |text| text.parse().expect("a number of pairs"));
    let mut chance = Chance::new(seed());
    let mut world = World::with(&[], &[]).await;
    world.person("ani").await;
    let api = world.server.api();
    let mut devices = Vec::new();
    for _ in 0..DEVICES {
        devices.push(sign_in(&api).await);
    }
    let (mut lost, mut twice, mut found_out) = (0, 0, 0);
    let rounds = usize::div_ceil(pairs, DEVICES);
    for round in 0..rounds {
        let tabs: Vec<_> =
            devices.iter().map(|token| [(); 2].map(|()| tokio::spawn(tab(api.clone(), token.clone())))).collect();
        tokio::time::sleep(Duration::from_millis(chance.between(0, 120))).await;
        world.server.kill();
        let mut heard = Vec::new();
        for [left, right] in tabs {
            heard.push([left.await.unwrap(), right.await.unwrap()]);
        }
        world.server.up().await;
        for (device, heard) in devices.iter_mut().zip(heard) {
            let mut heard: Vec<String> = heard.into_iter().flatten().collect();
            lost += usize::from(heard.is_empty());
            twice += usize::from(heard.len() == 2);
            // The browser keeps the cookie that came last; without one, the one that it has.
            if chance.percent(50) {
                heard.reverse();
            }
            let kept = heard.pop().unwrap_or_else(|| device.clone());
            let next = renew(&api, &kept).await;
            assert_eq!(next.status, 200, "round {round}: a session was lost: {}", next.text);
            let mut next = token_of(&next.body);
            if let Some(sibling) = heard.pop()
                && (round + 1 == rounds || chance.percent(25))
            {
                let refused = renew(&api, &sibling).await;
                assert_eq!(refused.problem(401), "auth.refresh_reused", "round {round}: two live successors");
                assert_eq!(renew(&api, &next).await.problem(401), "auth.refresh_reused", "and nobody goes on");
                found_out += 1;
                next = sign_in(&api).await;
            } else if chance.percent(25) {
                // Its predecessor is two steps old now: the successor was used.
                assert_eq!(renew(&api, &kept).await.status, 200, "within the grace, while the successor is unused");
                let used = renew(&api, &next).await;
                assert_eq!(used.status, 200, "{}", used.text);
                assert_eq!(renew(&api, &kept).await.problem(401), "auth.refresh_reused", "the successor was used");
                next = sign_in(&api).await;
            }
            *device = next;
        }
    }
    let pairs = rounds * DEVICES;
    eprintln!(
        "{pairs} pairs, {rounds} kills; heard by both tabs: {twice}, by none: {lost}; siblings refused: {found_out}"
    );
}
