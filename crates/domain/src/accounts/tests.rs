//! The rules of accounts, tabled.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::Timestamp;

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn fault(text: &str) -> &'static str {
    Password::chosen(text, &email("sri.wahyuni@kopi-nusantara.example"), "Sri Wahyuni").unwrap_err().code
}

#[test]
fn one_mailbox_has_one_key() {
    for (written, key) in [
        ("  Ada@Example.COM ", "ada@example.com"),
        ("STRAẞE@example.com", "straße@example.com"),
        ("佐藤@例え.jp", "佐藤@xn--r8jz45g.jp"),
        ("ａｄａ@example.com", "ada@example.com"),
        ("e\u{301}@example.com", "é@example.com"),
        ("root@localhost", "root@localhost"),
        ("o'brien+tag@sub.example.co.id", "o'brien+tag@sub.example.co.id"),
    ] {
        assert_eq!(email(written).key(), key, "{written}");
    }
    assert_eq!(email(" Ada@Example.com").as_written(), "Ada@Example.com");
}

#[test]
fn what_is_no_address_is_refused() {
    let long = format!("{}@example.com", "a".repeat(65));
    let longer = format!("a@{}.com", "b.".repeat(200));
    for text in [
        "",
        " ",
        "ada",
        "@example.com",
        "ada@",
        "ada@@example.com",
        "a b@example.com",
        "ada@exa mple.com",
        ".ada@example.com",
        "ada.@example.com",
        "a..b@example.com",
        "<ada>@example.com",
        "ada\n@example.com",
        "ada\u{202e}@example.com",
        "ada\0@example.com",
        "ada@127.0.0.1",
        "ada@[::1]",
        "ada@-x.com",
        "ada@.com",
        "a,b@example.com",
        &long,
        &longer,
    ] {
        assert!(Email::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn display_names_are_one_visible_line() {
    assert_eq!(DisplayName::parse("  Siti \n Nur  Haliza ").unwrap().as_str(), "Siti Nur Haliza");
    assert_eq!(DisplayName::parse("👩\u{200d}💻 田中").unwrap().as_str(), "👩\u{200d}💻 田中");
    for (text, code) in [("", "empty"), ("\u{200d}", "empty"), ("a\u{202e}b", "name_invalid"), ("a\0b", "name_invalid")]
    {
        assert_eq!(DisplayName::parse(text).unwrap_err().code, code, "{text:?}");
    }
    assert!(DisplayName::parse(&"名".repeat(100)).is_ok());
    assert_eq!(DisplayName::parse(&"名".repeat(101)).unwrap_err().code, "too_long");
}

#[test]
fn passwords_are_long_and_nothing_else() {
    let mine = email("ada@example.com");
    let full: String = ('あ'..='ん').cycle().step_by(7).take(341).collect();
    for good in [
        "kuda lari di bukit",
        "correct horse battery staple",
        "bench-password-123456",
        "ふるいけやかわずとびこむみずのおと",
        "x7#Qp9!vLm2@Zr4",
        "              z",
        &full,
    ] {
        assert!(Password::chosen(good, &mine, "Ada").is_ok(), "{good:?}");
    }
    assert_eq!(fault("fourteen chars"), "too_short");
    assert_eq!(fault(&"あ".repeat(14)), "too_short");
    assert_eq!(fault(&"x".repeat(1025)), "password_too_long");
    assert!(Password::tried(&"x".repeat(1025)).is_none());
}

#[test]
fn common_passwords_are_refused_however_they_are_stretched() {
    for bad in [
        "passwordpassword",
        "PasswordPassword",
        "P@ssw0rdP@ssw0rd",
        "password1234567",
        "password!!!!!!!",
        "123456789012345",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "1q2w3e4r5t6y7u8i",
        "iloveyou12345678",
        "obrolobrolobrol",
        "obrol1234567890",
        "00000000000000000",
        "sri.wahyuni12345",
        "wahyuni-wahyuni-1",
        "kopi-nusantara.example",
        "sri.wahyuni@kopi-nusantara.example",
        "Sri Wahyuni 2026!",
        "abcdefghijklmnop",
        "zyxwvutsrqponml",
        "dragondragondragon",
        "letmein.letmein.",
        "!!!!!!!!!!!!!!!!",
        "correcthorsebatterystaple",
    ] {
        assert_eq!(fault(bad), "password_common", "{bad}");
    }
}

#[test]
fn the_list_is_long_sorted_and_lower_case() {
    let list = super::blocklist::list();
    assert!(list.len() >= 3000, "{}", list.len());
    assert!(list.is_sorted());
    assert!(list.iter().all(|word| word.chars().count() >= 4 && *word == word.to_lowercase()));
}

#[test]
fn two_spellings_of_one_password_are_one() {
    let composed = Password::tried("pässword for mé").unwrap();
    let decomposed = Password::tried("pa\u{308}ssword for me\u{301}").unwrap();
    assert!(composed == decomposed);
    assert_eq!(format!("{composed:?}"), "Password(…)");
}

#[test]
fn delays_grow_and_end() {
    let rule = Throttle::ACCOUNT;
    let seconds: Vec<u64> = (0..16).map(|n| rule.delay(n).as_secs()).collect();
    assert_eq!(seconds, [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
    assert_eq!(rule.delay(u32::MAX), rule.most);
    let start = Timestamp(1_000_000);
    let mut known = None;
    for _ in 0..7 {
        known = Some(rule.after_failure(known, start));
    }
    assert_eq!(Throttle::wait(known, start), Some(Duration::from_secs(2)));
    assert_eq!(Throttle::wait(known, start.plus(Duration::from_secs(2))), None);
    assert_eq!(rule.after_failure(known, start.plus(rule.forget)).count, 1);
}

#[test]
fn a_presented_token_is_judged() {
    let (grace, now) = (Duration::from_secs(30), Timestamp(1_000_000));
    let token = |used: Option<i64>, successor_used| RefreshToken {
        expires_at: Timestamp(2_000_000),
        used_at: used.map(Timestamp),
        successor_used,
    };
    for (state, verdict) in [
        (token(None, None), Verdict::Rotate),
        (RefreshToken { expires_at: now, ..token(None, None) }, Verdict::Expired),
        (token(Some(970_000), Some(false)), Verdict::Reissue),
        (token(Some(969_999), Some(false)), Verdict::Reused),
        (token(Some(999_999), Some(true)), Verdict::Reused),
        (token(Some(999_999), None), Verdict::Reused),
        (RefreshToken { expires_at: now, ..token(Some(1), Some(true)) }, Verdict::Reused),
    ] {
        assert_eq!(state.judge(now, grace), verdict, "{state:?}");
    }
}

#[test]
fn a_refresh_token_never_outlives_its_session() {
    let rule = Lifetimes::default();
    let start = Timestamp(0);
    let end = rule.session_end(start);
    assert_eq!(end.millis(), 7 * 86_400_000);
    assert_eq!(rule.refresh_end(start, end).millis(), 3 * 86_400_000);
    assert_eq!(rule.refresh_end(Timestamp(6 * 86_400_000), end), end);
}

proptest! {
    #[test]
    fn keys_are_stable(text in "\\PC{0,40}@[a-z]{1,8}\\.[a-z]{2,4}") {
        if let Ok(email) = Email::parse(&text) {
            let again = Email::parse(email.key()).unwrap();
            prop_assert_eq!(again.key(), email.key());
        }
    }

    #[test]
    fn nothing_makes_the_password_rule_panic(text in "\\PC{0,200}") {
        let _ = Password::chosen(&text, &email("ada@example.com"), "Ada");
    }
}
