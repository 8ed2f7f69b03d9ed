//! Alerts on each database: what they are about may be longer than a column.

use domain::ids::AlertId;
use domain::llm::alert::{AlertKind, Level};
use domain::{Chance, Timestamp};
use persistence::llm::alerts::{self, Alert};

use crate::databases::all;

const NOON: Timestamp = Timestamp(1_795_262_400_000);

#[tokio::test]
async fn what_is_too_long_for_its_column_is_told_all_the_same() {
    for test in all().await {
        // 189 bytes, then one character of three: cut before it, not inside.
        let long = format!("{}予測{}\0\u{7}", "m".repeat(189), "x".repeat(400));
        for (number, subject) in [long.as_str(), "near/\0m"].into_iter().enumerate() {
            let alert = Alert {
                id: AlertId::from(Chance::System.uuid(NOON)),
                at: NOON,
                level: Level::Warning,
                kind: AlertKind::BreakerOpen,
                provider: Some(subject.to_owned()),
                subject: Some(subject.to_owned()),
                details: "{}".to_owned(),
                resolved_at: None,
            };
            let tx = test.db.begin().await.unwrap();
            let raised = alerts::raise(&*tx, &alert, Some([number as u8; 32])).await;
            assert!(raised.unwrap_or_else(|fault| panic!("{}: {fault}", test.name())), "{}", test.name());
            tx.commit().await.unwrap();
        }
        let found = alerts::page(test.db.read(), true, None, 10).await.unwrap();
        let mut subjects: Vec<_> = found.iter().filter_map(|alert| alert.subject.as_deref()).collect();
        subjects.sort_unstable();
        assert_eq!(subjects, ["m".repeat(189).as_str(), "near/m"], "{}", test.name());
        test.finish().await;
    }
}
