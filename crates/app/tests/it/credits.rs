//! The money monitor: what is left at providers and what a day has cost, told to operators once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use app::llm::alerts;
use app::llm::credits::{self, daily_spend, look};
use app::llm::ledger::till;
use app::llm::settings::{self, LlmSettings};
use domain::Kind;
use domain::llm::alert::{AlertKind, CreditLevel, Level};
use llm_gateway::{GatewaySettings, ProviderKind, ProviderSettings, Secret};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::house::{House, houses};
use crate::till::{account, call};

/// Somebody at whom so many cents are left, as Vercel's gateway says it.
async fn provider(cents: Arc<AtomicU64>) -> ProviderSettings {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let cents = cents.load(Ordering::SeqCst);
            let mut head = [0; 4096];
            let _ = socket.read(&mut head).await;
            let body = format!("{{\"balance\":\"{}.{:02}\",\"total_used\":\"1.50\"}}", cents / 100, cents % 100);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length";
            let _ = socket.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
        }
    });
    ProviderSettings::new("near", ProviderKind::Vercel, &url).with_keys([Secret::from("sk-1".to_owned())])
}

async fn open_alerts(house: &House) -> Vec<(AlertKind, Level)> {
    let found = alerts::list(&house.app, house.admin(), true, None, 10).await.unwrap();
    found.iter().map(|alert| (alert.kind, alert.level)).collect()
}

#[tokio::test]
async fn little_money_is_told_once_and_taken_back_when_there_is_more() {
    for house in houses().await {
        let cents = Arc::new(AtomicU64::new(1_000));
        let providers = vec![provider(cents.clone()).await];
        house.app.gateway.reload(GatewaySettings { providers, ollama_probe: false, ..GatewaySettings::default() });
        for (left, level, open) in [
            (1_000, CreditLevel::Ok, vec![]),
            (320, CreditLevel::Warning, vec![(AlertKind::CreditLow, Level::Warning)]),
            (310, CreditLevel::Warning, vec![(AlertKind::CreditLow, Level::Warning)]),
            (99, CreditLevel::Critical, vec![(AlertKind::CreditLow, Level::Critical)]),
            (5_000, CreditLevel::Ok, vec![]),
        ] {
            cents.store(left, Ordering::SeqCst);
            look(&house.app).await.unwrap();
            let found = credits::list(&house.app, house.admin()).await.unwrap();
            assert_eq!(found.len(), 1, "{}", house.name());
            let facts = (found[0].provider.as_str(), found[0].remaining, found[0].used, found[0].level);
            assert_eq!(facts, ("near", Some(left as i64 * 10_000), Some(1_500_000), level), "{}", house.name());
            assert_eq!(open_alerts(&house).await, open, "{} with {left} cents", house.name());
        }
        house.finish().await;
    }
}

#[tokio::test]
async fn a_dear_day_is_told_once_a_day() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        daily_spend(app).await.unwrap();
        let wanted = LlmSettings { daily_spend_alert_micros: Some(1_000), ..LlmSettings::default() };
        settings::set(app, &ctx, admin, wanted).await.unwrap();
        let spend = async |micros: i64| {
            let user = ctx.new_id();
            till(app).record(call(&house, user), account(1, 1, micros)).await;
            till(app).flush().await;
        };
        spend(1_000).await;
        daily_spend(app).await.unwrap();
        assert_eq!(open_alerts(&house).await, [], "{}: exactly what is expected", house.name());
        spend(1).await;
        daily_spend(app).await.unwrap();
        daily_spend(app).await.unwrap();
        let told = [(AlertKind::DailySpend, Level::Warning)];
        assert_eq!(open_alerts(&house).await, told, "{}", house.name());
        house.wait(24 * 3600);
        daily_spend(app).await.unwrap();
        assert_eq!(open_alerts(&house).await, told, "{}: nothing was spent today", house.name());
        house.finish().await;
    }
}

#[tokio::test]
async fn settings_out_of_their_bounds_are_refused() {
    for house in houses().await {
        let (app, ctx, admin) = (&house.app, house.system(), house.admin());
        let wrong = LlmSettings {
            daily_spend_alert_micros: Some(-1),
            credit_warning_micros: 5,
            credit_critical_micros: 6,
            ..LlmSettings::default()
        };
        let refused = settings::set(app, &ctx, admin, wrong).await.unwrap_err();
        let fields: Vec<&str> = refused.fields().iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(
            (refused.kind(), fields),
            (Kind::Invalid, vec!["/daily_spend_alert_micros", "/credit_critical_micros"])
        );
        assert_eq!(settings::get(app, admin).await.unwrap(), LlmSettings::default());
        house.finish().await;
    }
}
