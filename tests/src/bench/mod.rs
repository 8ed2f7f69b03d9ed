//! What `make bench` measures: the durable chat path beside the bare upstream, in turn, in one run. The gateway's part is in
//! [`gateway`].

pub mod command;
pub mod cpu;
pub mod disk;
pub mod gateway;
pub mod load;
pub mod memory;
pub mod report;
pub mod timing;

use std::time::{Duration, Instant};

use serde_json::json;

use crate::api::Api;
use crate::database::Kind;
use crate::fake_llm::FakeLlm;
use crate::seed::Chance;
use crate::server::{Server, Store, binary};
use load::{accept, direct_once, through_once, whole_answers};
use report::{Row, median, millis, percentile};

const MODEL: &str = "fake-tok20";
const CLIENTS: usize = 16;
const STREAMS: usize = 2_000;
const PEOPLE: usize = 64;
/// Questions in one conversation of the measurement, as people have them.
const QUESTIONS: usize = 10;

/// Server, upstream and the client share this machine's cores, and the ratios say so honestly.
pub async fn run() -> Vec<Row> {
    let store = Store::of(Kind::Sqlite).await;
    let fake = FakeLlm::start(&[MODEL]).await;
    let mut server = Server::prepare(&store, "bench");
    server.provider("FAKE", &fake);
    server.set("OBROL_RUN_QUEUED_PER_USER", "100000");
    server.set("OBROL_RUN_QUEUE_DEPTH", "10000000");
    server.up().await;
    let mut rows = Vec::new();

    eprintln!("start to ready");
    let mut starts = Vec::new();
    for _ in 0..9 {
        starts.push(server.restart().await);
    }
    rows.push(Row::new("start to ready", millis(median(&mut starts)), "≤ 200 ms"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = memory::resident(server.pid());
    rows.push(Row::new("idle memory (resident)", memory::mebibytes(idle), "≤ 50 MB"));
    let size = std::fs::metadata(binary()).map_or(0, |file| file.len());
    rows.push(Row::new("binary", memory::mebibytes(size), "—"));

    let ani = server.person("ani").await;
    first_token(&ani, &fake, &store, &mut rows).await;
    answers(&ani, &fake, &mut rows).await;
    rows.push(accepting(&mut server).await);
    rows.push(idle_streams(&mut server).await);
    rows
}

/// The same question by turns: straight to the upstream, through Obrol, and a commit of this disk in between.
async fn first_token(ani: &Api, fake: &FakeLlm, store: &Store, rows: &mut Vec<Row>) {
    eprintln!("time to first token, by turns");
    let mut conversation = String::new();
    let (mut direct, mut through, mut commit) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..220 {
        if round % QUESTIONS == 0 {
            conversation = ani.conversation(&format!("fake/{MODEL}")).await;
        }
        let (one, two) = (direct_once(fake, MODEL).await, through_once(ani, &conversation).await);
        let three = disk::commit(store.folder());
        // The first rounds warm caches and connections up.
        if round >= 20 {
            direct.push(one);
            through.push(two);
            commit.push(three);
        }
    }
    let added = median(&mut through).saturating_sub(median(&mut direct));
    let disk = median(&mut commit);
    let show = |times: &mut Vec<Duration>| format!("{} (p99 {})", millis(median(times)), millis(percentile(times, 99)));
    rows.push(Row::new("one commit of this disk (write + fdatasync)", show(&mut commit), "the measure"));
    rows.push(Row::new("first token, direct to the upstream", show(&mut direct), "the measure"));
    rows.push(Row::new("first token, durable chat path", show(&mut through), "—"));
    let over = added.saturating_sub(disk);
    rows.push(Row::new(
        "added by Obrol",
        format!("{} = one commit + {}", millis(added), millis(over)),
        "one commit + 3 ms",
    ));
}

/// Whole answers by several clients: direct, through, direct, through.
async fn answers(ani: &Api, fake: &FakeLlm, rows: &mut Vec<Row>) {
    eprintln!("whole answers, by turns");
    let (mut direct, mut through) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        direct.push(whole_answers(CLIENTS, Duration::from_secs(3), || async { direct_once(fake, MODEL).await }).await);
        let conversations = std::sync::Mutex::new(Vec::new());
        let new = || async { ani.conversation(&format!("fake/{MODEL}")).await };
        for _ in 0..CLIENTS {
            let made = (new().await, 0);
            conversations.lock().unwrap().push(made);
        }
        let conversations = &conversations;
        let one = || async move {
            let conversation = conversations.lock().unwrap().pop().expect("one for each client");
            let took = load::whole_through(ani, &conversation.0).await;
            let used = conversation.1 + 1;
            let next = if used < QUESTIONS { (conversation.0, used) } else { (new().await, 0) };
            conversations.lock().unwrap().push(next);
            took
        };
        through.push(whole_answers(CLIENTS, Duration::from_secs(3), one).await);
    }
    direct.sort_by(f64::total_cmp);
    through.sort_by(f64::total_cmp);
    let (direct, through) = (direct[1], through[1]);
    rows.push(Row::new("answers of 20 tokens/s, direct, 16 clients", format!("{direct:.0}"), "the measure"));
    let share = 100.0 * through / direct.max(1.0);
    rows.push(Row::new(
        "answers of 20 tokens/s, durable, 16 clients",
        format!("{through:.0} ({share:.1} % of direct)"),
        "—",
    ));
}

/// Accepting alone (202 after a commit that survives power loss): nothing is answered meanwhile.
async fn accepting(server: &mut Server) -> Row {
    eprintln!("accepted messages");
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(server.person(&format!("asks{number}")).await);
    }
    server.kill();
    server.words(&["serve", "--no-workers"]);
    server.up().await;
    let mut rates = Vec::new();
    for _ in 0..3 {
        rates.push(accept(&people, Duration::from_secs(4)).await);
    }
    rates.sort_by(f64::total_cmp);
    Row::new("accepted messages/s, SQLite, 64 people at once", format!("{:.0}", rates[1]), "≥ 1,000")
}

async fn idle_streams(server: &mut Server) -> Row {
    eprintln!("{STREAMS} idle event streams");
    server.restart().await;
    let mut people = Vec::new();
    let mut chance = Chance::new(std::process::id().into());
    for _ in 0..20 {
        people.push(server.person(&format!("idle{}", chance.draw())).await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = memory::resident(server.pid());
    let mut open = Vec::new();
    let start = Instant::now();
    for number in 0..STREAMS {
        let mut stream = people[number % people.len()].events("/api/v1/events", None).await.unwrap_or_else(|status| {
            panic!("stream {number} is answered {status}");
        });
        assert_eq!(stream.soon(Duration::from_secs(10)).await.map(|event| event.name).as_deref(), Some("stream.ready"));
        open.push(stream);
    }
    eprintln!("opened in {:?}", start.elapsed());
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = memory::resident(server.pid());
    let each = after.saturating_sub(before) as f64 / 1024.0 / STREAMS as f64;
    drop(open);
    Row::new("memory of an idle event stream, of 2,000", format!("{each:.1} KB"), "≤ 30 KB")
}

/// A question as the API takes it.
pub(crate) fn question() -> serde_json::Value {
    json!({"content": [{"type": "text", "text": "#a hello"}]})
}
