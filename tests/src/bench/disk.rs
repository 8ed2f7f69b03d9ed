//! What one durable commit costs on this disk, without any database: write a page, wait until it is down.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

pub fn commit(folder: &Path) -> Duration {
    let path = folder.join("commit.probe");
    let mut file = OpenOptions::new().create(true).append(true).open(path).expect("a file beside the database");
    let start = Instant::now();
    file.write_all(&[7_u8; 4096]).expect("a page is written");
    file.sync_data().expect("a page is down");
    start.elapsed()
}
