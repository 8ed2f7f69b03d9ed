//! Memory of a process, as Linux tells it.

/// Resident bytes.
pub fn resident(pid: u32) -> u64 {
    of(pid, "VmRSS:")
}

/// The most that was resident at any time.
pub fn peak(pid: u32) -> u64 {
    of(pid, "VmHWM:")
}

fn of(pid: u32, what: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = status.lines().find_map(|line| line.strip_prefix(what)).expect(what);
    line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok()).expect("kB") * 1024
}

pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1_048_576.0)
}
