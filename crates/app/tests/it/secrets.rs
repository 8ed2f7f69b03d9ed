//! Secrets at rest: nowhere in the clear, sealed anew by a rotation that may be cut off.

use app::keys::{self, NewKey};
use app::llm::headers::HeaderDraft;
use app::llm::providers::{self, ProviderDraft};
use app::secrets::{Rotated, Secrets, rotate};
use domain::accounts::Role;
use persistence::Dialect;
use persistence::llm::providers::HeaderValues;
use sea_orm::{ConnectionTrait, Statement};
use secrecy::ExposeSecret;

use crate::house::{House, PASSWORD, build, code, houses, key};
use crate::providers::{draft, secret};

const CANARY: &str = "sk-canary-5d1f9b7e";

/// Everything that the database holds, as bytes or as text.
async fn holds(house: &House, text: &str) -> bool {
    let read = house.test.db.read();
    if let Some(folder) = &house.test.folder {
        let found = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        return found.into_iter().any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()));
    }
    for (table, columns) in [
        ("llm_providers", "name,kind,base_url,headers,models,sealed_headers"),
        ("llm_credentials", "label,sealed,key_id,state"),
        ("api_keys", "name,prefix,scopes,hash"),
    ] {
        for column in columns.split(',') {
            let cast = match (house.test.db.dialect(), column) {
                (Dialect::Postgres, "hash") => "encode(hash, 'escape')".to_owned(),
                (Dialect::MySql, "hash") => "CAST(HEX(hash) AS CHAR)".to_owned(),
                (_, "sealed_headers") => "COALESCE(sealed_headers, '')".to_owned(),
                _ => column.to_owned(),
            };
            let sql = format!("SELECT {cast} AS value FROM {table}");
            let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), sql)).await.unwrap();
            if rows.iter().any(|row| row.try_get::<String>("", "value").unwrap().contains(text)) {
                return true;
            }
        }
    }
    false
}

#[tokio::test]
async fn no_secret_lies_in_the_database_in_the_clear() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let header = ("X-Portkey-Api-Key".to_owned(), HeaderDraft::Set(CANARY.into()));
        let draft = ProviderDraft { headers: vec![header], ..draft("openai") };
        let (made, _) =
            providers::create(app, &ctx, admin, draft, vec![secret("kunci", CANARY)], async |_| Ok(())).await.unwrap();
        assert!(!format!("{made:?}").contains(CANARY), "{}", house.name());
        let ada = house.person("ada@example.com", Role::Member).await;
        let new = NewKey { name: "skrip".into(), scopes: vec!["chat".into()], expires_at: None };
        let made = keys::create(app, &house.at_device(ada, Role::Member).await, new, PASSWORD).await.unwrap();
        assert!(
            holds(&house, "kunci").await && holds(&house, made.text.prefix()).await,
            "{}: the search works",
            house.name()
        );
        assert!(!holds(&house, CANARY).await, "{}", house.name());
        let tail = made.text.expose().rsplit('_').next().unwrap().to_owned();
        assert!(!holds(&house, &tail).await, "{}", house.name());
        assert!(!format!("{made:?}").contains(&tail));
        house.finish().await;
    }
}

#[tokio::test]
async fn a_rotation_goes_over_all_and_may_be_cut_off() {
    for house in houses().await {
        let (ctx, admin) = (house.system(), house.admin());
        for number in 0..3 {
            let secrets = (0..50).map(|n| secret(&format!("k{n}"), &format!("{CANARY}-{number}-{n}"))).collect();
            providers::create(&house.app, &ctx, admin, draft(&format!("p{number}")), secrets, async |_| Ok(()))
                .await
                .unwrap();
        }
        // A third of it was done when the process died.
        let after = build(&house.test, Secrets::new(key(2), vec![key(1)]), 7, &[]);
        let tx = house.test.db.begin().await.unwrap();
        let page = persistence::llm::credentials::under_other_keys(&*tx, key(2).id(), None, 50).await.unwrap();
        for one in &page {
            let provider = one.provider.to_string();
            let place = app::secrets::Place { table: "llm_credentials", row: one.id.uuid(), of: &provider };
            let opened = after.secrets.open(place, &one.sealed).unwrap();
            let new = after.secrets.seal(place, &opened, &ctx.chance).unwrap();
            assert!(
                persistence::llm::credentials::reseal(&*tx, one.id, &one.sealed, &new.text, &new.key_id).await.unwrap()
            );
        }
        tx.commit().await.unwrap();
        assert_eq!(
            rotate(&after, &ctx, admin).await.unwrap(),
            Rotated { resealed: 103, unreadable: 0 },
            "{}",
            house.name()
        );
        assert_eq!(rotate(&after, &ctx, admin).await.unwrap(), Rotated::default(), "{}", house.name());
        // The old key is not needed any more, and opens nothing.
        let without = build(&house.test, Secrets::new(key(2), vec![]), 7, &[]);
        let opened = providers::configured(&without).await.unwrap();
        let mut texts: Vec<_> = opened
            .iter()
            .flat_map(|one| one.credentials.iter().map(|one| one.secret.expose_secret().to_owned()))
            .collect();
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 150, "{}", house.name());
        assert!(
            providers::configured(&house.app)
                .await
                .unwrap()
                .iter()
                .all(|one| one.credentials.iter().all(|own| !own.enabled))
        );
        // With the key lost, everything is left as it is.
        let lost = build(&house.test, Secrets::new(key(3), vec![]), 7, &[]);
        assert_eq!(rotate(&lost, &ctx, admin).await.unwrap(), Rotated { resealed: 0, unreadable: 153 });
        for app in [after, without, lost] {
            drop(app);
        }
        house.finish().await;
    }
}

/// The values of a provider's headers, as they are sent.
async fn sent(app: &app::App) -> Vec<(String, String)> {
    let configured = providers::configured(app).await.unwrap();
    let headers = configured.iter().flat_map(|one| &one.headers);
    headers.map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
}

fn header(name: &str, value: &str) -> (String, HeaderDraft) {
    (name.into(), HeaderDraft::Set(value.into()))
}

#[tokio::test]
async fn headers_from_before_they_were_sealed_work_and_are_sealed() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let two =
            |name: &str| ProviderDraft { headers: vec![header("X-A", CANARY), header("X-B", "b")], ..draft(name) };
        let mut made = Vec::new();
        for name in ["one", "two"] {
            made.push(providers::create(app, &ctx, admin, two(name), vec![], async |_| Ok(())).await.unwrap().0);
        }
        let expected: Vec<(String, String)> = [("X-A", CANARY), ("X-B", "b"), ("X-A", CANARY), ("X-B", "b")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        assert_eq!(sent(app).await, expected, "{}", house.name());
        // As an earlier version wrote them.
        let tx = house.test.db.begin().await.unwrap();
        let clear = format!(
            "UPDATE llm_providers SET headers = '[[\"X-A\",\"{CANARY}\"],[\"X-B\",\"b\"]]', sealed_headers = NULL, headers_key_id = NULL"
        );
        tx.execute_unprepared(&clear).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sent(app).await, expected, "{}", house.name());
        // One is saved, without anything being said of its headers; the other one waits for the rotation.
        let kept = ["X-A", "X-B"].map(|name| (name.to_owned(), HeaderDraft::Kept)).to_vec();
        let change = ProviderDraft { headers: kept, max_concurrency: Some(9), ..draft("one") };
        providers::update(app, &ctx, admin, made[0].id, 1, change, async |_| Ok(())).await.unwrap();
        assert!(matches!(stored(&house, made[0].id).await, HeaderValues::Sealed { .. }), "{}", house.name());
        assert!(matches!(stored(&house, made[1].id).await, HeaderValues::Clear(_)), "{}", house.name());
        assert_eq!(rotate(app, &ctx, admin).await.unwrap(), Rotated { resealed: 1, unreadable: 0 }, "{}", house.name());
        assert!(matches!(stored(&house, made[1].id).await, HeaderValues::Sealed { .. }), "{}", house.name());
        if house.test.folder.is_none() {
            // A file of SQLite keeps what a row said before until its page is used again.
            assert!(!holds(&house, CANARY).await, "{}", house.name());
        }
        assert_eq!(sent(app).await, expected, "{}", house.name());
        assert_eq!(providers::get(app, admin, made[1].id).await.unwrap().version, 1, "a rotation is no change");
        // Another key, and the old one gone: the provider is there, switched off, and asks for its headers anew.
        let lost = build(&house.test, Secrets::new(key(3), vec![]), 7, &[]);
        assert!(providers::configured(&lost).await.unwrap().iter().all(|one| !one.provider.enabled));
        let kept = ProviderDraft { headers: vec![("X-A".into(), HeaderDraft::Kept)], ..draft("one") };
        let refused = providers::update(&lost, &ctx, admin, made[0].id, 2, kept, async |_| Ok(())).await;
        assert_eq!(code(refused), "llm.headers_unreadable", "{}", house.name());
        let anew = ProviderDraft { headers: vec![header("X-A", "new")], ..draft("one") };
        providers::update(&lost, &ctx, admin, made[0].id, 2, anew, async |_| Ok(())).await.unwrap();
        assert!(providers::configured(&lost).await.unwrap().iter().any(|one| one.provider.enabled));
        drop(lost);
        house.finish().await;
    }
}

async fn stored(house: &House, id: domain::ids::ProviderId) -> HeaderValues {
    persistence::llm::providers::by_id(house.test.db.read(), id).await.unwrap().unwrap().headers.values
}

/// A seal of one provider's headers opens at no other.
#[tokio::test]
async fn headers_belong_to_their_row() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        for name in ["one", "two"] {
            providers::create(app, &ctx, admin, draft(name), vec![], async |_| Ok(())).await.unwrap();
        }
        let all = persistence::llm::providers::all(house.test.db.read()).await.unwrap();
        let tx = house.test.db.begin().await.unwrap();
        assert!(persistence::llm::providers::reseal(&*tx, &all[0], all[1].headers.clone()).await.unwrap());
        tx.commit().await.unwrap();
        let after = providers::configured(app).await.unwrap();
        assert_eq!(after.iter().map(|one| one.provider.enabled).collect::<Vec<_>>(), [false, true], "{}", house.name());
        house.finish().await;
    }
}
