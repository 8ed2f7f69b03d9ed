//! A full disk heals by itself; a failing one ends writing for good.

use std::process::Command;
use std::time::Duration;

use domain::Timestamp;
use persistence::{Class, Db, DbSettings, Error, settings};
use sea_orm::ConnectionTrait;
use tokio::time::timeout;

use crate::databases::sqlite;

const NOW: Timestamp = Timestamp(1);

#[tokio::test]
async fn a_full_disk_refuses_the_whole_group_and_heals() {
    let test = sqlite().await;
    // SQLite's own limit gives the very error of a full disk; it belongs to this connection only.
    let tx = test.db.begin().await.unwrap();
    tx.execute_unprepared("PRAGMA max_page_count = 60").await.unwrap();
    tx.commit().await.unwrap();
    let tx = test.db.begin().await.unwrap();
    settings::set(&tx, "small", "x", NOW).await.unwrap();
    let full = settings::set(&tx, "large", &"x".repeat(1 << 20), NOW).await.unwrap_err();
    assert_eq!(full.class(), Class::Unavailable, "{full}");
    // SQLite has rolled everything back by itself: what comes after must not be kept on its own, nor the commit pretend.
    assert!(settings::set(&tx, "after", "x", NOW).await.is_err());
    assert!(tx.commit().await.is_err());
    for key in ["small", "after"] {
        assert_eq!(settings::get(test.db.read(), key).await.unwrap(), None, "{key}");
    }
    test.db.ping().await.unwrap();
    let tx = timeout(Duration::from_secs(5), test.db.begin()).await.unwrap().unwrap();
    settings::set(&tx, "large", &"x".repeat(1 << 20), NOW).await.unwrap();
    tx.commit().await.unwrap();
    test.finish().await;
}

/// What the child of the next test does: a file that may not grow is a disk that does not take writes.
async fn write_until_the_disk_fails(url: String) {
    let db = Db::open(&DbSettings::new(url)).await.unwrap();
    let mut failed = None;
    for turn in 0..100 {
        let tx = match db.begin().await {
            Ok(tx) => tx,
            Err(error) => {
                failed = Some(error);
                break;
            }
        };
        let written = settings::set(&tx, &format!("{turn}"), &"x".repeat(8 * 1024), NOW).await;
        if let (Ok(()), Ok(())) = (written, tx.commit().await) {
            println!("acknowledged {turn}");
        }
    }
    assert!(matches!(failed, Some(Error::Stopped(_))), "{failed:?}");
    assert!(matches!(db.ping().await, Err(Error::Stopped(_))));
    let told = timeout(Duration::from_secs(1), db.failed()).await.unwrap();
    assert!(matches!(told, Error::Stopped(_)), "{told}");
    println!("stopped");
}

#[tokio::test]
async fn a_failing_disk_ends_writing() {
    // The test runs itself once more, in a process under the limit.
    if let Ok(url) = std::env::var("OBROL_TEST_DISK_URL") {
        return write_until_the_disk_fails(url).await;
    }
    let test = sqlite().await;
    test.db.clone().close().await;
    // 512 blocks of 1 KiB a file; the signal that would end the process is ignored, so writes fail with EFBIG.
    let limited = r#"trap '' XFSZ; ulimit -f 512; exec "$0" --exact disk::a_failing_disk_ends_writing --nocapture"#;
    let child = Command::new("bash")
        .args(["-c", limited])
        .arg(std::env::current_exe().unwrap())
        .env("OBROL_TEST_DISK_URL", &test.settings.url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success() && said.contains("stopped"), "{said}\n{}", String::from_utf8_lossy(&child.stderr));
    // What was acknowledged is there.
    let db = Db::open(&test.settings).await.unwrap();
    let acknowledged: Vec<_> = said.lines().filter_map(|line| line.split("acknowledged ").nth(1)).collect();
    assert!(!acknowledged.is_empty(), "{said}");
    for turn in acknowledged {
        assert!(settings::get(db.read(), turn).await.unwrap().is_some(), "{turn} was acknowledged and is lost");
    }
    db.close().await;
    std::fs::remove_dir_all(test.folder.unwrap()).unwrap();
}
