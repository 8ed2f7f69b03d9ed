//! Registering, signing in and out, the first administrator.

use domain::Kind;
use domain::accounts::{Registration, Role, Status};
use futures_util::future::join_all;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_registers_signs_in_and_out() {
    let house = House::new().await;
    let first = house.register("Ada@Example.com").await.unwrap();
    assert_eq!(
        (first.user.email.as_str(), first.user.role, first.user.display_name.as_str()),
        ("Ada@Example.com", Role::Member, "Ada")
    );
    let second = house.login("ada@example.COM", PASSWORD).await.unwrap();
    let ctx = house.holder(&second).await.unwrap();
    assert_eq!(me(&house.app, &ctx).await.unwrap().id, first.user.id);

    let listed = sessions(&house.app, &ctx, None, 10).await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed.iter().find(|session| session.id == first.session).unwrap().user_agent, "test");
    let rest = sessions(&house.app, &ctx, Some((listed[0].created_at, listed[0].id)), 10).await.unwrap();
    assert_eq!(rest, listed[1..]);

    revoke_session(&house.app, &ctx, first.session).await.unwrap();
    assert_eq!(code(revoke_session(&house.app, &ctx, first.session).await), "auth.session_not_found");
    assert_eq!(code(house.holder(&first).await), "auth.session_ended");
    assert_eq!(code(house.refresh(&first.refresh_token).await), "auth.session_ended");
    logout(&house.app, &ctx).await.unwrap();
    assert_eq!(code(house.holder(&second).await), "auth.session_ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_answer_for_a_wrong_password_and_no_account() {
    let house = House::new().await;
    house.register("ada@example.com").await.unwrap();
    let long = "x".repeat(2000);
    for (email, password) in
        [("ada@example.com", "not the right one"), ("bob@example.com", PASSWORD), ("ada@example.com", &long)]
    {
        let refused = house.login(email, password).await.unwrap_err();
        assert_eq!(
            (refused.kind(), refused.code(), refused.args()),
            (Kind::Unauthenticated, "auth.invalid_credentials", &[][..])
        );
    }
    let taken = house.register("ADA@example.com").await.unwrap_err();
    assert_eq!((taken.kind(), taken.code()), (Kind::Conflict, "auth.registration_refused"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_faults_of_a_form_are_told_at_once() {
    let house = House::new().await;
    let command = Register {
        email: "nobody".into(),
        password: "short".into(),
        display_name: Some("\u{202e}".into()),
        ..registration("", None)
    };
    let error = register(&house.app, &house.stranger(), command).await.unwrap_err();
    let faults: Vec<_> = error.fields().iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(faults, [("/email", "email_invalid"), ("/password", "too_short"), ("/display_name", "name_invalid")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_register_is_the_operators_choice() {
    for (registration, refusal) in
        [(Registration::Closed, "auth.registration_closed"), (Registration::Invite, "auth.invite_required")]
    {
        let house = House::with(AccountsSettings { registration, ..AccountsSettings::default() }).await;
        assert_eq!(code(house.register("ada@example.com").await), refusal);
        let token = ensure_setup_token(&house.app, &house.stranger()).await.unwrap().unwrap();
        let admin = register(&house.app, &house.stranger(), super::registration("ada@example.com", Some(&token)))
            .await
            .unwrap();
        assert_eq!(admin.user.role, Role::Admin);
        assert_eq!(code(house.register("ada@example.com").await), refusal, "said before the address is looked at");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_racing_registrations_make_no_administrator() {
    let house = House::new().await;
    let token = ensure_setup_token(&house.app, &house.stranger()).await.unwrap().unwrap();
    assert_eq!(
        ensure_setup_token(&house.app, &house.stranger()).await.unwrap(),
        Some(token),
        "a restart prints the same one"
    );
    let tries = (0..100).map(|n| {
        let house = &house;
        async move {
            let token = (n % 2 == 0).then_some("not-the-token");
            let from = house.from(&format!("198.51.{n}.1"));
            register(&house.app, &from, registration(&format!("user{n}@example.com"), token)).await
        }
    });
    for outcome in join_all(tries).await {
        match outcome {
            Ok(signed_in) => assert_eq!(signed_in.user.role, Role::Member),
            Err(error) => assert_eq!(error.code(), "auth.setup_token_invalid"),
        }
    }
    assert!(setup(&house.app, &house.stranger()).await.unwrap().needs_admin);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_race_with_the_token_one_wins() {
    let house = House::new().await;
    let token = ensure_setup_token(&house.app, &house.stranger()).await.unwrap().unwrap();
    let tries = (0..8).map(|n| {
        let (house, token) = (&house, &token);
        async move {
            register(&house.app, &house.stranger(), registration(&format!("admin{n}@example.com"), Some(token))).await
        }
    });
    let outcomes = join_all(tries).await;
    let admins = outcomes.iter().flatten().filter(|signed_in| signed_in.user.role == Role::Admin).count();
    assert_eq!(admins, 1);
    assert!(outcomes.into_iter().filter_map(Result::err).all(|error| error.code() == "auth.setup_token_invalid"));
    assert_eq!(ensure_setup_token(&house.app, &house.stranger()).await.unwrap(), None);
    assert!(!setup(&house.app, &house.stranger()).await.unwrap().needs_admin);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_ends_the_token() {
    let house = House::new().await;
    let ctx = house.app.system("test");
    let token = ensure_setup_token(&house.app, &ctx).await.unwrap().unwrap();
    let new =
        NewAdmin { email: "root@example.com".into(), password: PASSWORD.into(), display_name: Some("Root".into()) };
    assert_eq!(create_admin(&house.app, &ctx, new.clone()).await.unwrap().role, Role::Admin);
    assert_eq!(code(create_admin(&house.app, &ctx, new).await), "auth.email_taken");
    let late = register(&house.app, &house.stranger(), registration("late@example.com", Some(&token))).await;
    assert_eq!(code(late), "auth.setup_token_invalid");
    assert_eq!(house.login("root@example.com", PASSWORD).await.unwrap().user.display_name, "Root");
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_rights_are_noticed_everywhere() {
    let house = House::new().await;
    let root = NewAdmin { email: "root@example.com".into(), password: PASSWORD.into(), display_name: None };
    create_admin(&house.app, &house.app.system("test"), root).await.unwrap();
    let admin = house.login("root@example.com", PASSWORD).await.unwrap();
    let ada = house.register("ada@example.com").await.unwrap();
    let ctx = house.holder(&admin).await.unwrap();
    assert_eq!(code(Admin::of(&house.holder(&ada).await.unwrap())), "auth.admin_required");
    let mut heard = house.app.coordination.bus().subscribe(TOPIC);
    let open = [(ada.session, 0), (admin.session, 0), (ada.session, 9)];
    assert_eq!(still_valid(&house.app, &open).await.unwrap().len(), 2);

    let proof = Admin::of(&ctx).unwrap();
    set_rights(&house.app, &ctx, proof, ada.user.id, Role::Manager, Status::Active).await.unwrap();
    assert_eq!(still_valid(&house.app, &open).await.unwrap(), [admin.session].into());
    assert_eq!(code(house.holder(&ada).await), "auth.token_expired");
    let renewed = house.refresh(&ada.refresh_token).await.unwrap();
    assert_eq!(house.holder(&renewed).await.unwrap().principal().unwrap().role, Role::Manager);

    set_rights(&house.app, &ctx, proof, ada.user.id, Role::Member, Status::Suspended).await.unwrap();
    assert_eq!(code(house.holder(&renewed).await), "auth.session_ended");
    assert_eq!(code(house.refresh(&renewed.refresh_token).await), "auth.session_ended");
    assert_eq!(code(house.login("ada@example.com", PASSWORD).await), "auth.suspended");
    assert_eq!(code(house.login("ada@example.com", "something else").await), "auth.invalid_credentials");
    logout_all(&house.app, &ctx, false).await.unwrap();
    assert_eq!(code(house.holder(&admin).await), "auth.session_ended");

    let mut events = Vec::new();
    for _ in 0..3 {
        let coordination::Heard::Message(payload) = heard.next().await else { panic!("something was missed") };
        events.push(serde_json::from_slice::<AuthEvent>(&payload).unwrap().user);
    }
    assert_eq!(events, [ada.user.id, ada.user.id, admin.user.id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_changed_field_by_field() {
    let house = House::new().await;
    let ada = house.register("ada@example.com").await.unwrap();
    let ctx = house.holder(&ada).await.unwrap();
    let japanese = Profile { locale: Some(Some(Locale::Ja)), ..Profile::default() };
    assert_eq!(update_me(&house.app, &ctx, japanese).await.unwrap().locale, Some(Locale::Ja));
    let name = domain::accounts::DisplayName::parse("Ada L.").unwrap();
    let renamed = update_me(&house.app, &ctx, Profile { display_name: Some(name), locale: None }).await.unwrap();
    assert_eq!((renamed.display_name.as_str(), renamed.locale), ("Ada L.", Some(Locale::Ja)));
    assert_eq!(
        update_me(&house.app, &ctx, Profile { locale: Some(None), ..Profile::default() }).await.unwrap().locale,
        None
    );
}

/// One device cannot take all sockets of the server; what it closes it may open again.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_holds_so_many_streams_and_no_more() {
    let house = House::new().await;
    let ada = house.register("ada@example.com").await.unwrap();
    let ctx = house.holder(&ada).await.unwrap();
    let mut open = Vec::new();
    let refused = loop {
        match crate::events::watch(&house.app, ctx.principal().unwrap()) {
            Ok(watch) => open.push(watch),
            Err(refused) => break refused,
        }
        assert!(open.len() <= 10_000, "no end");
    };
    assert_eq!((refused.kind(), refused.code()), (Kind::TooMany, "events.too_many_streams"));
    assert!(refused.retry_after_hint().is_some());
    let other = house.login("ada@example.com", PASSWORD).await.unwrap();
    let elsewhere = house.holder(&other).await.unwrap();
    assert!(crate::events::watch(&house.app, elsewhere.principal().unwrap()).is_ok(), "another device has its own");
    open.pop();
    assert!(crate::events::watch(&house.app, ctx.principal().unwrap()).is_ok());
}
