//! A child process in a group of its own: signalled by id, and never left behind.

use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

pub struct Process {
    child: Option<Child>,
    pid: u32,
}

impl Process {
    pub fn spawn(command: &mut Command) -> std::io::Result<Self> {
        use std::os::unix::process::CommandExt;
        let child = command.process_group(0).spawn()?;
        let pid = child.id();
        Ok(Self { child: Some(child), pid })
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// STOP, CONT, TERM, KILL …
    pub fn signal(&self, name: &str) {
        if self.child.is_some() {
            let _ = Command::new("kill").args([format!("-{name}"), self.pid.to_string()]).status();
        }
    }

    /// The exit status, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.as_mut().and_then(|child| child.try_wait().ok().flatten())
    }

    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub async fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }

    /// Processes of the group that still live: a server that starts children must end them.
    pub fn leftover(&self) -> Vec<u32> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| *pid != self.pid && group(*pid) == Some(self.pid))
            .collect()
    }
}

fn group(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // pid (name) state parent group …: the name may hold anything, so from the last bracket on.
    stat.rsplit_once(')')?.1.split_whitespace().nth(2)?.parse().ok()
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let left = self.leftover();
        if !left.is_empty() && !std::thread::panicking() {
            panic!("the server left children behind: {left:?}");
        }
    }
}
