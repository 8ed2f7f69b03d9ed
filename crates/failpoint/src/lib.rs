//! Named points where a test makes the process die, sleep or fail: `OBROL_FAILPOINT="name:abort@3;other:sleep=200"`.
//!
//! Without the feature `enabled` a hit compiles to nothing, so a release that was built for people has no such door.

mod names;

pub use names::ALL;

#[cfg(feature = "enabled")]
mod action;

/// What `name:error` gives back: the caller treats it as its own failure at that point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Injected(pub &'static str);

impl std::fmt::Display for Injected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failure injected at {}", self.0)
    }
}

impl std::error::Error for Injected {}

/// Passes the point `name`; `abort` and `sleep` act here, `error` needs [`check`].
///
/// # Panics
/// In debug builds when `name` is not in [`ALL`]: tests enumerate that list, so an unlisted point would never be tried.
#[inline(always)]
pub fn hit(name: &'static str) {
    let _ = check(name);
}

/// Passes the point `name`, where the test may also ask for a failure.
///
/// # Errors
/// [`Injected`] when the environment says `name:error`.
///
/// # Panics
/// As [`hit`].
#[inline(always)]
pub fn check(name: &'static str) -> Result<(), Injected> {
    debug_assert!(ALL.contains(&name), "failpoint {name} is not in failpoint::ALL (crates/failpoint/src/names.rs)");
    #[cfg(feature = "enabled")]
    return action::act(name);
    #[cfg(not(feature = "enabled"))]
    Ok(())
}

/// True when this build can be told to die: `obrol doctor` warns about it.
pub const fn enabled() -> bool {
    cfg!(feature = "enabled")
}
