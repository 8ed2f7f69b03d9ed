//! The command line of the binary, as an operator uses it.

use std::process::{Command, Output, Stdio};

use crate::api::PASSWORD;

pub const EMAIL: &str = "admin@example.test";

/// Runs `obrol` with these words and this environment, giving it `input`.
pub fn obrol(words: &[&str], env: &[(String, String)], input: &str) -> Output {
    use std::io::Write;
    let mut command = Command::new(crate::server::binary());
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    crate::server::clean(&mut command);
    command.envs(env.iter().map(|(key, value)| (key, value)));
    let mut child = command.spawn().expect("obrol starts");
    child.stdin.take().unwrap().write_all(input.as_bytes()).expect("obrol reads its input");
    child.wait_with_output().expect("obrol ends")
}

/// Makes the first administrator, [`EMAIL`] with [`PASSWORD`].
pub fn create(env: &[(String, String)]) {
    let done = obrol(&["admin", "create", "--email", EMAIL, "--password-stdin"], env, &format!("{PASSWORD}\n"));
    assert!(
        done.status.success(),
        "obrol admin create: {}\n{}{}",
        done.status,
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}
