//! Schedules: once for all workers, no pile.

use jobs::Schedule;
use sea_orm::ConnectionTrait;

use crate::databases::{TestDb, all};
use crate::over::{counts, job};

async fn fire(test: &TestDb, schedules: &[Schedule]) -> usize {
    let tx = test.db.begin().await.unwrap();
    let fired = jobs::fire(&tx, schedules).await.unwrap();
    tx.commit().await.unwrap();
    fired.len()
}

async fn make_due(test: &TestDb) {
    let tx = test.db.begin().await.unwrap();
    tx.execute_unprepared("UPDATE schedules SET next_at = 1").await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_workers_one_fires() {
    for test in all().await {
        let schedules = vec![Schedule { name: "nightly".into(), cron: "0 3 * * *".into(), job: job("a") }];
        assert_eq!(fire(&test, &schedules).await, 0, "it counts from now");
        make_due(&test).await;
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let (db, schedules) = (test.db.clone(), schedules.clone());
                tokio::spawn(async move {
                    let tx = db.begin().await.unwrap();
                    let fired = jobs::fire(&tx, &schedules).await.unwrap();
                    tx.commit().await.unwrap();
                    fired.len()
                })
            })
            .collect();
        let mut fired = 0;
        for worker in workers {
            fired += worker.await.unwrap();
        }
        assert_eq!((fired, counts(&test.db).await), (1, [1, 0, 0, 0]), "{}", test.name());
        // Its job still waits: due again, but no pile.
        make_due(&test).await;
        assert_eq!(fire(&test, &schedules).await, 0);
        // Another pattern begins to count anew.
        make_due(&test).await;
        let other = vec![Schedule { cron: "0 4 * * *".into(), ..schedules[0].clone() }];
        assert_eq!(fire(&test, &other).await, 0);
        assert_eq!(counts(&test.db).await, [1, 0, 0, 0], "{}", test.name());
        test.finish().await;
    }
}
