//! Secrets at rest: nowhere in the clear, sealed anew by a rotation that may be cut off.

use app::keys::{self, NewKey};
use app::llm::providers;
use app::secrets::{Rotated, Secrets, rotate};
use domain::accounts::Role;
use persistence::Dialect;
use sea_orm::{ConnectionTrait, Statement};
use secrecy::ExposeSecret;

use crate::house::{House, build, houses, key};
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
        ("llm_providers", "name,kind,base_url,headers,models"),
        ("llm_credentials", "label,sealed,key_id,state"),
        ("api_keys", "name,prefix,scopes,hash"),
    ] {
        for column in columns.split(',') {
            let cast = match (house.test.db.dialect(), column) {
                (Dialect::Postgres, "hash") => "encode(hash, 'escape')".to_owned(),
                (Dialect::MySql, "hash") => "CAST(HEX(hash) AS CHAR)".to_owned(),
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
        providers::create(app, &ctx, admin, draft("openai"), vec![secret("kunci", CANARY)], async |_| Ok(()))
            .await
            .unwrap();
        let ada = house.person("ada@example.com", Role::Member).await;
        let new = NewKey { name: "skrip".into(), scopes: vec!["chat".into()], expires_at: None };
        let made = keys::create(app, &house.as_person(ada, Role::Member, None), new).await.unwrap();
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
            Rotated { resealed: 100, unreadable: 0 },
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
        assert_eq!(rotate(&lost, &ctx, admin).await.unwrap(), Rotated { resealed: 0, unreadable: 150 });
        for app in [after, without, lost] {
            drop(app);
        }
        house.finish().await;
    }
}
