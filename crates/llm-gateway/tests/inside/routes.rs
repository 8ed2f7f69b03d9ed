//! Chains of models: who is asked next, and when nobody is.

use llm_client::{ChatMessage, ChatPart, ChatRole, Continuation, ErrorClass, ImageSource};
use llm_gateway::{
    Ask, CANNOT_CONTINUE, EntryKind, GatewaySettings, ModelSettings, Needs, Network, RetrySettings, Spoke, Timeouts,
};
use tokio::time::Instant;

use crate::fake::*;

#[tokio::test(start_paused = true)]
async fn each_class_takes_its_way_along_the_chain() {
    // Columns of the contracts: the same again, then another model, or the end. One key at each provider.
    for (error, expected) in [
        (failed(ErrorClass::Auth), "a b"),
        (failed(ErrorClass::Payment), "a b"),
        (failed(ErrorClass::RateLimited), "a a b"),
        (hinted(ErrorClass::RateLimited, MS(300_000)), "a b"),
        (failed(ErrorClass::Timeout), "a a b"),
        (failed(ErrorClass::Unavailable), "a a b"),
        (failed(ErrorClass::Unknown), "a a b"),
        (failed(ErrorClass::InvalidRequest).with_code("model_not_found"), "a b"),
        (failed(ErrorClass::InvalidRequest).with_code("unsupported_parameter"), "a b"),
        (failed(ErrorClass::InvalidRequest), "a"),
        (failed(ErrorClass::Moderation), "a"),
        (failed(ErrorClass::ContextLength), "a"),
    ] {
        for play in [Play::Refuse(error.clone()), Play::First(error.clone()), Play::Think(error.clone())] {
            let (a, b) = (Fake::always(play), Fake::always(OK));
            let asked = gateway(&[&a, &b]).ask(question("route/all")).await;
            match asked {
                Ok(answer) => {
                    assert_eq!(way(&answer.tries), expected, "{error:?}");
                    assert_eq!((answer.id.as_str(), answer.route.as_deref()), ("b/m", Some("all")));
                    let Spoke::Fallback { after } = &answer.why else { panic!("{:?}", answer.why) };
                    assert_eq!((after.len(), after[0].class), (answer.tries.len() - 1, Some(error.class)));
                    assert_eq!(text(answer).await, ("Halo".to_owned(), None));
                }
                Err(ended) => assert_eq!((way(&ended.tries).as_str(), ended.error.class), (expected, error.class)),
            }
            assert_eq!(b.count(), usize::from(expected.ends_with('b')));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_answer_and_a_second_attempt_say_so() {
    let a = Fake::new(|asked| if asked.number == 1 { Play::Refuse(failed(ErrorClass::Unavailable)) } else { OK });
    let gateway = gateway(&[&a]);
    let first = gateway.ask(question("A/M")).await.unwrap();
    assert!(matches!(first.why, Spoke::First) && first.route.is_none());
    let second = gateway.ask(question("route/ALL")).await.unwrap();
    assert!(matches!(second.why, Spoke::Retried), "{:?}", second.why);
}

#[tokio::test(start_paused = true)]
async fn a_long_hint_is_not_slept_for_where_another_model_is() {
    let a = Fake::always(Play::Refuse(hinted(ErrorClass::RateLimited, MS(15_000))));
    let b = Fake::always(OK);
    let begun = Instant::now();
    let answer = gateway(&[&a, &b]).ask(question("route/all")).await.unwrap();
    assert_eq!((way(&answer.tries).as_str(), begun.elapsed()), ("a b", MS(0)));
    // Alone it is waited for, up to the cap.
    let a = Fake::new(
        |asked| {
            if asked.number == 0 { Play::Refuse(hinted(ErrorClass::RateLimited, MS(15_000))) } else { OK }
        },
    );
    let begun = Instant::now();
    gateway(&[&a]).ask(question("a/m")).await.unwrap();
    assert_eq!((begun.elapsed(), a.count()), (MS(15_000), 2));
    // And when the whole chain is limited, the first to wake is.
    let limited = |hint| {
        Fake::new(
            move |asked| if asked.number == 0 { Play::Refuse(hinted(ErrorClass::RateLimited, MS(hint))) } else { OK },
        )
    };
    let (a, b) = (limited(15_000), limited(7_000));
    let begun = Instant::now();
    let answer = gateway(&[&a, &b]).ask(question("route/all")).await.unwrap();
    assert!(begun.elapsed() >= MS(7_000) && begun.elapsed() < MS(7_200), "{:?}", begun.elapsed());
    assert_eq!(way(&answer.tries), "a b b");
}

#[tokio::test(start_paused = true)]
async fn silence_goes_to_the_next_model_and_is_paid_for_in_time_only() {
    for play in [Play::Hang, Play::Silence, Play::Nothing] {
        let (a, b) = (Fake::always(play), Fake::always(OK));
        let answer = gateway(&[&a, &b]).ask(question("route/all")).await.unwrap();
        assert_eq!(way(&answer.tries), "a a b");
        assert_eq!(a.running.load(std::sync::atomic::Ordering::SeqCst), 0, "given up, not forgotten");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_called_after_a_visible_word() {
    for class in ErrorClass::ALL {
        let (a, b) = (Fake::always(Play::Cut(&["Par"], failed(class))), Fake::always(OK));
        let answer = gateway(&[&a, &b]).ask(question("route/all")).await.unwrap();
        let (heard, error) = text(answer).await;
        assert_eq!((heard.as_str(), error.unwrap().class, a.count(), b.count()), ("Par", class, 1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn calls_and_time_are_bounded() {
    let down = || Fake::always(Play::Refuse(failed(ErrorClass::Unavailable)));
    let (a, b, c) = (down(), down(), down());
    let gateway = gateway_with(&[&a, &b, &c], |settings| GatewaySettings {
        retry: RetrySettings { most_calls: 8, ..RetrySettings::default() },
        ..settings
    });
    let error = gateway.ask(question("route/all")).await.unwrap_err();
    assert_eq!((way(&error.tries).as_str(), error.error.class), ("a a b b c c a a", ErrorClass::Unavailable));
    let begun = Instant::now();
    let deadline = Some(begun + MS(700));
    let error = gateway.ask(Ask { deadline, ..question("route/all") }).await.unwrap_err();
    assert!(begun.elapsed() <= MS(700) && error.tries.len() <= 6, "{:?} {}", begun.elapsed(), way(&error.tries));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_too_long_goes_to_a_larger_window() {
    let small = Fake::always(Play::Refuse(failed(ErrorClass::ContextLength)));
    let (middle, large) = (Fake::always(OK), Fake::always(OK));
    let windows = |settings: GatewaySettings| GatewaySettings {
        models: vec![window("a/m", 8_000), window("b/m", 4_000), window("c/m", 128_000)],
        ..settings
    };
    let gateway = gateway_with(&[&small, &middle, &large], windows);
    let answer = gateway.ask(question("route/all")).await.unwrap();
    assert_eq!(way(&answer.tries), "a c", "not to a smaller one");
    // Known beforehand: not even asked.
    let long = "panjang ".repeat(10_000);
    let messages = vec![llm_gateway::ChatMessage::text(ChatRole::User, long)];
    let answer = gateway.ask(Ask { messages: messages.clone(), ..question("route/all") }).await.unwrap();
    assert_eq!(way(&answer.tries), "c");
    // Those who could hold it are down: whoever shortens it is answered.
    large.plays(|_| Play::Refuse(failed(ErrorClass::Unavailable)));
    let error = gateway.ask(Ask { messages, ..question("route/all") }).await.unwrap_err();
    assert_eq!(error.error.class, ErrorClass::ContextLength);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_is_not_asked_and_who_surely_can_comes_first() {
    let fakes = [Fake::always(OK), Fake::always(OK), Fake::always(OK)];
    let said = |id: &str, vision| ModelSettings { id: id.to_owned(), vision, ..ModelSettings::default() };
    let gateway = gateway_with(&[&fakes[0], &fakes[1], &fakes[2]], |settings| GatewaySettings {
        models: vec![said("a/m", Some(false)), said("C/M", Some(true))],
        ..settings
    });
    let wants = Needs { vision: true, ..Needs::default() };
    let asked = |model: &str, avoid: &[&str]| Ask {
        wants,
        avoid: avoid.iter().map(|one| (*one).to_owned()).collect(),
        ..question(model)
    };
    assert_eq!(gateway.ask(asked("route/all", &[])).await.unwrap().id, "c/m");
    assert_eq!(
        gateway.ask(asked("route/all", &["C/m"])).await.unwrap().id,
        "b/m",
        "what failed in this run comes last"
    );
    assert_eq!(
        gateway.ask(question("route/all")).await.unwrap().id,
        "a/m",
        "where it is not wanted it does not matter"
    );
    // An answer that is told anew, because the first could not go on: readers hear who speaks instead.
    let anew = gateway.ask(Ask { avoid: vec!["A/m".to_owned()], ..question("route/all") }).await.unwrap();
    assert!(anew.id == "b/m" && matches!(anew.why, Spoke::Fallback { .. }), "{anew:?}");
    let own = gateway.ask(Ask { avoid: vec!["b/m".to_owned()], ..question("route/all") }).await.unwrap();
    assert!(own.id == "a/m" && matches!(own.why, Spoke::First), "{own:?}");
    let error = gateway.ask(asked("a/m", &[])).await.unwrap_err();
    assert_eq!((error.error.code.as_deref(), error.tries.len()), (Some("unsupported"), 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_taken_up_only_by_who_can_and_may() {
    let prefill = || Fake::that_continues(Continuation::Prefill, |_| OK);
    let (a, b, c) = (Fake::always(OK), prefill(), prefill());
    let change = |settings: GatewaySettings| {
        let mut settings = settings;
        settings.routes[0].models[2].may_continue = true;
        settings
    };
    let gateway = gateway_with(&[&a, &b, &c], change);
    let cut = |by: &str| Ask {
        continue_from: Some("Selamat".to_owned()),
        begun_by: Some(by.to_owned()),
        ..question("route/all")
    };
    let answer = gateway.ask(cut("a/m")).await.unwrap();
    assert!(answer.id == "c/m" && matches!(answer.why, Spoke::Continued));
    let sent = c.asked.lock().unwrap()[0].request.messages.clone();
    assert_eq!((sent.len(), sent[1].role, sent[1].plain().as_str()), (2, ChatRole::Assistant, "Selamat"));
    assert_eq!(gateway.ask(cut("B/m")).await.unwrap().id, "b/m", "one's own words need no permission");
    let error = gateway.ask(Ask { model: "a/m".to_owned(), ..cut("a/m") }).await.unwrap_err();
    assert_eq!((error.error.code.as_deref(), a.count()), (Some(CANNOT_CONTINUE), 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_passed_on_only_where_the_operator_wants_it() {
    let (a, b) = (Fake::always(Play::First(failed(ErrorClass::Moderation))), Fake::always(OK));
    let gateway = gateway_with(&[&a, &b], |settings| {
        let mut settings = settings;
        settings.routes[0].after_moderation = true;
        settings
    });
    assert_eq!(way(&gateway.ask(question("route/all")).await.unwrap().tries), "a b");
}

#[tokio::test(start_paused = true)]
async fn routes_are_listed_and_resolved_like_models() {
    let (a, b) = (Fake::always(OK), Fake::always(OK));
    let gateway = gateway_with(&[&a, &b], |settings| GatewaySettings {
        models: vec![
            window("a/m", 8_000),
            ModelSettings { id: "b/m".to_owned(), tools: Some(true), ..ModelSettings::default() },
        ],
        routes: vec![settings.routes[0].clone(), route("empty", &["nobody/x", "route/all"])],
        ..settings
    });
    let ids: Vec<_> = gateway.models().await.into_iter().map(|entry| entry.id).collect();
    assert_eq!(ids, ["a/m", "b/m", "route/all"]);
    let entry = gateway.resolve("Route/ALL").await.unwrap();
    assert_eq!((entry.kind, entry.context_window, entry.tools), (EntryKind::Route, Some(8_000), true));
    assert!(gateway.resolve("route/empty").await.is_none() && !gateway.repeats("route/all"));
    let error = gateway.ask(question("route/empty")).await.unwrap_err();
    assert_eq!(error.error.code.as_deref(), Some("model_not_found"));
}

#[tokio::test(start_paused = true)]
async fn limits_of_time_are_each_providers_own() {
    let (a, b) = (Fake::always(Play::Hang), Fake::always(Play::Later(MS(900), Box::new(OK))));
    let gateway = gateway_with(&[&a, &b], |mut settings| {
        settings.providers[0].timeouts = Some(Timeouts { first_token: MS(500), ..Timeouts::default() });
        settings
    });
    let begun = Instant::now();
    let answer = gateway.ask(question("route/all")).await.unwrap();
    assert!(way(&answer.tries) == "a a b" && begun.elapsed() < MS(2_500), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn what_the_operator_says_of_a_model_reaches_its_provider() {
    let fake = Fake::always(OK);
    let said = |reasoning| ModelSettings {
        context_window: Some(8192),
        reasoning,
        ..ModelSettings { id: "a/m".to_owned(), ..ModelSettings::default() }
    };
    let gateway = gateway_with(&[&fake], |settings| GatewaySettings { models: vec![said(Some(false))], ..settings });
    let params = llm_gateway::ChatRequest { reasoning: Some(llm_gateway::Effort::High), ..Default::default() };
    let ask = || Ask { params: params.clone(), ..question("a/m") };
    drop(gateway.ask(ask()).await.unwrap());
    gateway.reload(GatewaySettings { models: vec![said(None)], ..settings(vec![provider("a", &["k1"])]) });
    drop(gateway.ask(ask()).await.unwrap());
    let asked = fake.asked.lock().unwrap();
    let sent: Vec<_> = asked.iter().map(|one| (one.request.context_window, one.request.reasoning)).collect();
    let window = Some(8192);
    assert_eq!(sent, [(window, None), (window, params.reasoning)], "some refuse what they cannot do");
}

#[tokio::test(start_paused = true)]
async fn nobody_inside_is_sent_for_an_image() {
    let (a, b) = (Fake::always(OK), Fake::always(OK));
    let gateway = gateway_with(&[&a, &b], |mut settings| {
        settings.providers[0].network = Network::Operator;
        settings.providers[1].network = Network::Public;
        settings
    });
    let image = |source| {
        let parts = vec![ChatPart::Text("what is it?".to_owned()), ChatPart::Image(source)];
        move |model: &str| Ask { messages: vec![ChatMessage::of(ChatRole::User, parts.clone())], ..question(model) }
    };
    let addressed = image(ImageSource::Url("https://x.example/a.png".to_owned()));
    assert_eq!(gateway.ask(addressed("route/all")).await.unwrap().id, "b/m");
    let refused = gateway.ask(addressed("a/m")).await.unwrap_err();
    assert_eq!((refused.error.code.as_deref(), a.count()), (Some("unsupported"), 0));
    let inline = image(ImageSource::Inline { media_type: "image/png".to_owned(), data: vec![1].into() });
    assert_eq!(gateway.ask(inline("a/m")).await.unwrap().id, "a/m");
}
