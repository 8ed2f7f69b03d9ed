//! Refresh tokens: one line, a short grace, and what reuse does.

use futures_util::future::join_all;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_good_once_and_reuse_ends_the_family() {
    let house = House::new().await;
    let first = house.register("ada@example.com").await.unwrap();
    house.wait(60 * SECOND);
    let second = house.refresh(&first.refresh_token).await.unwrap();
    assert_ne!(first.refresh_token, second.refresh_token);
    assert_eq!(first.session, second.session);
    let third = house.refresh(&second.refresh_token).await.unwrap();
    assert_eq!(code(house.refresh(&first.refresh_token).await), "auth.refresh_reused");
    assert_eq!(code(house.refresh(&third.refresh_token).await), "auth.refresh_reused", "the person is told why");
    assert_eq!(code(house.holder(&third).await), "auth.refresh_reused");
    assert!(still_valid(&house.app, &[(first.session, 0)]).await.unwrap().is_empty());
    assert_eq!(code(house.refresh("obr_rt_unknown").await), "auth.refresh_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_for_again() {
    let house = House::new().await;
    let first = house.register("ada@example.com").await.unwrap();
    let lost = house.refresh(&first.refresh_token).await.unwrap();
    house.wait(30 * SECOND);
    let again = house.refresh(&first.refresh_token).await.unwrap();
    assert_ne!(again.refresh_token, lost.refresh_token);
    // The answer that was lost turns up after all, in another's hands: it is void from the next use on.
    let next = house.refresh(&again.refresh_token).await.unwrap();
    assert_eq!(code(house.refresh(&lost.refresh_token).await), "auth.refresh_reused");
    assert_eq!(code(house.refresh(&next.refresh_token).await), "auth.refresh_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grace_ends_after_thirty_seconds() {
    let house = House::new().await;
    let first = house.register("ada@example.com").await.unwrap();
    house.refresh(&first.refresh_token).await.unwrap();
    house.wait(30 * SECOND + Duration::from_millis(1));
    assert_eq!(code(house.refresh(&first.refresh_token).await), "auth.refresh_reused");
}

/// S20: two tabs wake up with one cookie. Both go on, whichever answer the browser keeps; the other one is void.
#[tokio::test(flavor = "multi_thread")]
async fn racing_tabs_both_go_on() {
    let house = House::new().await;
    for round in 0..40 {
        let signed_in = house.register(&format!("user{round}@example.com")).await.unwrap();
        let tabs = join_all((0..4).map(|_| house.refresh(&signed_in.refresh_token))).await;
        let tabs: Vec<_> = tabs.into_iter().map(Result::unwrap).collect();
        let kept = &tabs[round % 4];
        let next = house.refresh(&kept.refresh_token).await.unwrap();
        assert!(house.holder(&next).await.is_ok());
        for other in tabs.iter().filter(|tab| tab.refresh_token != kept.refresh_token) {
            assert_eq!(code(house.refresh(&other.refresh_token).await), "auth.refresh_reused");
        }
    }
}

/// Successors of one token that race each other: one use counts, the family ends, nobody is left with a good token.
#[tokio::test(flavor = "multi_thread")]
async fn racing_siblings_are_found_out() {
    let house = House::new().await;
    let signed_in = house.register("ada@example.com").await.unwrap();
    let left = house.refresh(&signed_in.refresh_token).await.unwrap();
    let right = house.refresh(&signed_in.refresh_token).await.unwrap();
    let (a, b) = tokio::join!(house.refresh(&left.refresh_token), house.refresh(&right.refresh_token));
    let codes = [code(a), code(b)];
    assert!(codes.contains(&"ok") && codes.contains(&"auth.refresh_reused"), "{codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_by_idleness_and_by_age() {
    let house = House::new().await;
    const HOUR: u64 = 3600;
    let idle = house.register("ada@example.com").await.unwrap();
    house.wait(Duration::from_secs(72 * HOUR));
    assert_eq!(code(house.refresh(&idle.refresh_token).await), "auth.session_expired");

    let mut busy = house.login("ada@example.com", PASSWORD).await.unwrap();
    for _ in 0..3 {
        house.wait(Duration::from_secs(48 * HOUR));
        busy = house.refresh(&busy.refresh_token).await.unwrap();
    }
    house.wait(Duration::from_secs(24 * HOUR - 1));
    assert!(busy.refresh_expires_at > house.app.clock.now(), "an hour of the seventh day is left");
    house.wait(SECOND);
    assert_eq!(code(house.refresh(&busy.refresh_token).await), "auth.session_expired");
    assert_eq!(code(house.holder(&busy).await), "auth.token_expired");
    house.wait(Duration::from_secs(15 * 24 * HOUR));
    sweep(&house.app, &house.stranger()).await.unwrap();
    assert_eq!(code(house.refresh(&busy.refresh_token).await), "auth.refresh_invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_signs_its_device_out() {
    let house = House::new().await;
    let signed_in = house.register("ada@example.com").await.unwrap();
    logout_by_token(&house.app, &house.stranger(), &signed_in.refresh_token).await.unwrap();
    assert_eq!(code(house.refresh(&signed_in.refresh_token).await), "auth.session_ended");
    logout_by_token(&house.app, &house.stranger(), "obr_rt_nobody").await.unwrap();
}
