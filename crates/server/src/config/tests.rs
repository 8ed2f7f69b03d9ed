//! Faults are told all at once, with key and example, and never with the value; what is right is read from both sources.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use super::*;

const CANARY: &str = "canary-s3cr3t-value";

fn load(env: &[(&str, &str)]) -> Result<Config, Faults> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_env(env.chain([("HOME".to_owned(), "/home/somebody".to_owned())]), Faults::default())
}

fn faults(env: &[(&str, &str)]) -> Vec<String> {
    load(env).map(|_| Vec::new()).unwrap_or_else(|faults| faults.0.into_iter().map(|fault| fault.key).collect())
}

const PRODUCTION: [(&str, &str); 3] = [
    ("OBROL_ENV", "production"),
    ("OBROL_PUBLIC_URL", "https://chat.example.org"),
    ("OBROL_SECRET_KEY", "Wm7kq0Qx1rB9yT4vN2cL8dHs5fGj3aEp6uZoXiVbMwKt"),
];

#[test]
fn with_nothing_set_it_works() {
    let config = load(&[]).unwrap();
    assert_eq!(config.data_dir, PathBuf::from("/home/somebody/.local/share/obrol"));
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.metrics_listen.0.unwrap().to_string(), "127.0.0.1:9090");
    assert_eq!(config.registration(), Registration::Open, "on this machine only");
    assert_eq!(load(&[("OBROL_LISTEN", "0.0.0.0:80")]).unwrap().registration(), Registration::Closed);
    assert_eq!(config.address(), "http://127.0.0.1:8080/");
    assert_eq!(load(&[("OBROL_LISTEN", "")]).unwrap().http.listen.port(), 8080, "empty is not set");
}

#[test]
fn all_faults_come_at_once_with_key_and_example() {
    let bad = [
        ("OBROL_LISTEN", "somewhere"),
        ("OBROL_PUBLIC_URL", "chat.example.org"),
        ("OBROL_TRUSTED_PROXIES", "many"),
        ("OBROL_SHUTDOWN_GRACE", "30"),
        ("OBROL_REGISTRATION", "maybe"),
        ("OBROL_CORS_ORIGINS", "*"),
        ("OBROL_GUIDE", "perhaps"),
        ("OBROL_PROVIDER_FAKE_BASE_URL", "ftp://x"),
        ("OBROL_LISTN", "127.0.0.1:1"),
        ("DATABASE_URL", "oracle://x"),
    ];
    let told = load(&bad[..9]).unwrap_err();
    let mut keys: Vec<_> = told.0.iter().map(|fault| fault.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    for (key, _) in &bad[..9] {
        assert!(keys.contains(key), "{key} in {keys:?}");
    }
    let text = told.to_string();
    assert!(text.contains("did you mean OBROL_LISTEN?"), "{text}");
    assert!(text.contains("for example: OBROL_SHUTDOWN_GRACE=30s"), "{text}");
    assert_eq!(faults(&bad[9..]), ["DATABASE_URL"]);
}

#[test]
fn a_corpus_of_bad_values_is_refused_without_being_repeated() {
    let corpus: &[(&str, &[&str])] = &[
        ("OBROL_LISTEN", &["canary:80", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:80", ":80"]),
        ("OBROL_METRICS_LISTEN", &["canary", "0"]),
        (
            "OBROL_PUBLIC_URL",
            &["canary", "javascript:canary", "https://u:canary@x", "https://x/?canary", "https://", "file:///canary"],
        ),
        ("OBROL_CORS_ORIGINS", &["https://canary/path", "https://a, canary", "null", "*", "https://canary/"]),
        ("OBROL_TRUSTED_PROXIES", &["-1", "17", "1.5", "canary"]),
        ("OBROL_ENV", &["prod", "canary"]),
        ("OBROL_LOG_FORMAT", &["canary"]),
        ("OBROL_RUN_TIMEOUT", &["canary", "10", "-1s", "1y", "9999999d", "99999999999999999999s", "1.5h"]),
        ("OBROL_MAX_MESSAGE_CHARACTERS", &["0", "canary", "99999999999999999999"]),
        ("OBROL_ARGON2_MEMORY_MIB", &["1", "canary"]),
        ("OBROL_DATABASE_TLS", &["yes", "canary"]),
        ("OBROL_OLLAMA_PROBE", &["canary", "2"]),
        ("OBROL_SECRET_KEY", &["canary\nline"]),
        ("OBROL_PROVIDER_A_KIND", &["canary", "open ai"]),
        ("OBROL_ROUTE_A", &["canary", "canary/m", "guide/guide,canary", "guide/", ",", "guide/guide,GUIDE/guide"]),
        ("OBROL_NO_SUCH_KEY", &["canary"]),
        ("OBROL_PROVIDER_A_KEY", &["canary"]),
    ];
    for (key, values) in corpus {
        for value in *values {
            let told = load(&[(key, value)]).map(|_| ()).unwrap_err();
            let text = told.to_string();
            assert!(told.0.iter().any(|fault| fault.key == *key), "{key}={value}: {text}");
            assert!(!text.contains("canary"), "{key}={value} is repeated: {text}");
        }
    }
}

#[test]
fn secrets_never_show() {
    let config = load(&[
        ("OBROL_SECRET_KEY", CANARY),
        ("OBROL_SECRET_KEY_PREVIOUS", CANARY),
        ("DATABASE_URL", "postgres://obrol:canary-s3cr3t-value@db/obrol"),
        ("REDIS_URL", "redis://:canary-s3cr3t-value@cache/0"),
        ("OBROL_PROVIDER_FAKE_KIND", "anthropic"),
        ("OBROL_PROVIDER_FAKE_API_KEY", CANARY),
    ])
    .unwrap();
    let shown = format!("{config:?} {config:#?}");
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(shown.contains("REDACTED"));
}

#[test]
fn production_refuses_what_is_only_fit_for_trying_out() {
    assert_eq!(faults(&PRODUCTION), Vec::<String>::new());
    assert_eq!(faults(&PRODUCTION[..1]), ["OBROL_SECRET_KEY", "OBROL_PUBLIC_URL"]);
    let mut shared = PRODUCTION.to_vec();
    shared.push(("DATABASE_URL", "postgres://obrol:river-of-words@127.0.0.1:5432/obrol"));
    assert_eq!(faults(&shared), ["OBROL_ENCRYPTION_KEY"], "what one node seals another opens");
    shared.push(("OBROL_ENCRYPTION_KEY", "bm90IGEga2V5IGFueWJvZHkgdXNlcyBvdXRzaWRlICE="));
    assert_eq!(faults(&shared), Vec::<String>::new());
    let with = |key: &'static str, value: &'static str| {
        let mut env = PRODUCTION.to_vec();
        env.retain(|(name, _)| *name != key);
        env.push((key, value));
        faults(&env)
    };
    assert_eq!(with("OBROL_PUBLIC_URL", "http://chat.example.org"), ["OBROL_PUBLIC_URL"]);
    for known in [
        "t0p-s3cr3t",
        "changeme",
        "short",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "0123456789012345678901234567890123456789",
        "abababababababababababababababababababababab",
        "this-is-my-very-long-secret-for-the-server-x",
        "(the output of: openssl rand -base64 48)",
        "change-me-change-me-change-me-change-me-1234",
    ] {
        assert_eq!(with("OBROL_SECRET_KEY", known), ["OBROL_SECRET_KEY"], "{known}");
    }
    for weak in
        ["postgres://postgres:postgres@db/obrol", "postgres://obrol:obrol@db/obrol", "mysql://obrol:short@db/obrol"]
    {
        assert_eq!(with("DATABASE_URL", weak)[0], "DATABASE_URL", "{weak}");
    }
    assert_eq!(
        with("DATABASE_URL", "postgres://obrol:9fK2mQ7xLr@db/obrol"),
        ["OBROL_ENCRYPTION_KEY"],
        "and not the address"
    );
}

#[test]
fn providers_come_from_environment_and_file() {
    let folder = std::env::temp_dir().join(format!("obrol-config-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("obrol.toml");
    let text = "[http]\nlisten = \"127.0.0.1:7000\"\ntrusted_proxies = 2\ncors_origins = [\"https://a.example\", \"https://b.example\"]\n\
                [runs]\nqueue_age = \"2h\"\n[providers.local]\nkind = \"openai\"\nbase_url = \"http://127.0.0.1:8000/v1/\"\nmodels = [\"a\", \"b\"]\n[routes]\nboth = [\"local/c\", \"my_vllm/d\"]\n";
    std::fs::write(&file, text).unwrap();
    let config = load(&[
        ("OBROL_CONFIG", file.to_str().unwrap()),
        ("OBROL_LISTEN", "127.0.0.1:7001"),
        ("OBROL_PROVIDER_MY_VLLM_KIND", "openai"),
        ("OBROL_PROVIDER_MY_VLLM_API_KEY", "one, two"),
        ("OBROL_PROVIDER_LOCAL_MODELS", "c"),
    ])
    .unwrap();
    assert_eq!(config.http.listen.port(), 7001, "the environment wins");
    assert_eq!(config.http.trusted_proxies.0, 2);
    assert_eq!(config.http.cors_origins.0, ["https://a.example", "https://b.example"]);
    assert_eq!(config.runs.queue_age.0, Duration::from_secs(7200));
    let names: Vec<_> =
        config.providers.iter().map(|provider| (provider.name.as_str(), provider.base_url.as_str())).collect();
    assert_eq!(names, [("local", "http://127.0.0.1:8000/v1"), ("my_vllm", "https://api.openai.com/v1")]);
    assert_eq!(config.providers[0].models, ["c"]);
    assert_eq!((config.routes[0].name.as_str(), config.routes[0].models.len()), ("both", 2));
    assert_eq!(config.providers[1].credentials.len(), 2);

    for (bad, key) in [
        ("[http]\nlistenn = \"canary\"\n", "http.listenn (in the file)"),
        ("[providers.x]\nkind = \"openai\"\nkey = \"canary\"\n", "providers.x.key (in the file)"),
        ("listen = \n canary", file.to_str().unwrap()),
        ("[http]\nlisten = 7\n", "http.listen (in the file)"),
    ] {
        std::fs::write(&file, bad).unwrap();
        let told = load(&[("OBROL_CONFIG", file.to_str().unwrap())]).unwrap_err();
        assert!(told.0.iter().any(|fault| fault.key == key), "{bad}: {told}");
        assert!(!told.to_string().contains("canary"), "{told}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let missing = load(&[("OBROL_CONFIG", file.to_str().unwrap())]).unwrap_err();
    assert!(missing.to_string().contains("cannot be read"));
}

#[test]
fn each_kind_wants_what_it_cannot_do_without() {
    use llm_gateway::ProviderKind;
    let with = |kind: &str, more: &[(&str, &str)]| {
        let mut env = vec![("OBROL_PROVIDER_X_KIND", kind)];
        env.extend(more);
        load(&env).map(|config| (config.providers[0].kind, config.providers[0].base_url.clone()))
    };
    let (key, url) = (("OBROL_PROVIDER_X_API_KEY", "k"), ("OBROL_PROVIDER_X_BASE_URL", "http://127.0.0.1:8000/v1/"));
    for kind in ProviderKind::ALL {
        let told = with(kind.as_str(), &[]);
        let told: Result<_, Vec<String>> = told.map_err(|faults| faults.0.into_iter().map(|fault| fault.key).collect());
        let expected = match (kind.needs_key(), kind.default_base_url()) {
            (true, _) => Err(vec![key.0.to_owned()]),
            (false, None) => Err(vec![url.0.to_owned()]),
            (false, Some(usual)) => Ok((kind, usual.to_owned())),
        };
        assert_eq!(told, expected, "{kind:?}");
        let here = with(&kind.as_str().to_uppercase(), &[key, url]).unwrap();
        let meant = if kind == ProviderKind::OpenAi { ProviderKind::Compatible } else { kind };
        assert_eq!(here, (meant, "http://127.0.0.1:8000/v1".to_owned()));
    }
    assert_eq!(with("openai", &[url]).unwrap().0, ProviderKind::Compatible, "a local server may want no key");
    assert_eq!(with("openai", &[key]).unwrap().0, ProviderKind::OpenAi);
    let told = with("compatible", &[]).unwrap_err().to_string();
    assert!(told.contains("for example: OBROL_PROVIDER_X_BASE_URL=http://127.0.0.1:8000/v1"), "{told}");
    assert_eq!(faults(&[("OBROL_PROVIDER_ROUTE_KIND", "ollama")]), ["OBROL_PROVIDER_ROUTE_KIND"]);
}

#[test]
fn routes_name_models_that_can_be_there() {
    let base = [
        ("OBROL_PROVIDER_NEAR_KIND", "ollama"),
        ("OBROL_PROVIDER_FAR_KIND", "openrouter"),
        ("OBROL_PROVIDER_FAR_API_KEY", "k"),
        ("OBROL_PROVIDER_FAR_MODELS", "openai/gpt-5"),
    ];
    let with = |more: &[(&str, &str)]| {
        let mut env = base.to_vec();
        env.extend(more);
        load(&env)
    };
    let config = with(&[("OBROL_ROUTE_CAREFUL", "far/OpenAI/gpt-5, near/qwen3:4b,guide/guide")]).unwrap();
    let models: Vec<_> = config.routes[0].models.iter().map(|step| step.model.as_str()).collect();
    assert_eq!(
        (config.routes[0].name.as_str(), models),
        ("careful", vec!["far/OpenAI/gpt-5", "near/qwen3:4b", "guide/guide"])
    );
    let refused = |route: &str, more: &[(&str, &str)]| {
        let mut env = vec![("OBROL_ROUTE_A", route)];
        env.extend(more);
        with(&env).unwrap_err().0.remove(0).fault
    };
    assert_eq!(refused("near/a,nobody/b", &[]), "model 2 is of no known provider; known: far, near, ollama, guide");
    assert!(refused("guide/guide", &[("OBROL_GUIDE", "no")]).starts_with("model 1 is of no known provider"));
    assert!(refused("ollama/a", &[("OBROL_OLLAMA_PROBE", "no")]).starts_with("model 1 is of no known provider"));
    assert_eq!(refused("far/gpt-4", &[]), "model 1 is not among the models that are set for far");
    assert_eq!(refused("near/a,near/b,Near/A", &[]), "model 3 is in it twice");
}

#[test]
fn what_others_put_into_the_environment_is_let_be() {
    assert_eq!(
        faults(&[
            ("OBROL_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("OBROL_SERVICE_HOST", "10.0.0.1"),
            ("OBROL_TEST_DB", "x")
        ]),
        Vec::<String>::new()
    );
}

#[test]
fn every_default_and_every_example_is_a_right_value() {
    for (_, keys) in sections() {
        // `production` by itself asks for more, see above.
        for key in keys.iter().filter(|key| key.env != "OBROL_ENV") {
            for value in [key.default, key.example].into_iter().filter(|value| !value.is_empty()) {
                assert_eq!(faults(&[(key.env, value)]), Vec::<String>::new(), "{}={value}", key.env);
            }
        }
    }
}
