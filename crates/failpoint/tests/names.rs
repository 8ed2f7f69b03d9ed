//! The list is what tests enumerate: no doubles, `column.what_happens`.

#[test]
fn names_are_unique_and_dotted() {
    for (at, name) in failpoint::ALL.iter().enumerate() {
        assert!(!failpoint::ALL[..at].contains(name), "{name} is listed twice");
        assert!(name.split_once('.').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()), "{name}");
    }
}

#[test]
fn without_a_wish_nothing_happens() {
    for name in failpoint::ALL {
        failpoint::hit(name);
        assert_eq!(failpoint::check(name), Ok(()));
    }
}
