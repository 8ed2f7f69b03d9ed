//! Processor time of a process, as Linux tells it.

use std::time::Duration;

/// `USER_HZ`: what `/proc` counts in, the same on every Linux that we know.
const TICKS: u64 = 100;

/// User and system time of all its threads until now.
pub fn used(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process is there");
    // pid (name) state …: the name may hold anything, so from the last bracket on; utime and stime are fields 14 and 15.
    let fields = stat.rsplit_once(')').expect("a name in brackets").1;
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|text| text.parse::<u64>().expect("ticks")).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen() {
        let (start, before) = (std::time::Instant::now(), used(std::process::id()));
        let mut sum = 0_u64;
        while start.elapsed() < Duration::from_millis(200) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(used(std::process::id()) > before);
    }
}
