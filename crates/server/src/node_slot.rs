//! Which node this process is: the first free slot of the data directory, so that a restarted process is the same node
//! again and picks up at once what it had claimed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use domain::ids::NodeId;
use domain::{Chance, Clock};
use fs4::fs_std::FileExt;

/// More processes on one data directory than anyone runs.
const SLOTS: u32 = 64;

/// Held for the life of the process; the operating system gives the slot free, even after `kill -9`.
#[derive(Debug)]
pub struct NodeSlot {
    pub node: NodeId,
    #[cfg_attr(not(test), allow(dead_code, reason = "tells slots apart in the tests"))]
    pub number: u32,
    _lock: File,
}

pub fn take(data_dir: &Path, clock: &Clock, chance: &Chance) -> io::Result<NodeSlot> {
    for number in 0..SLOTS {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(data_dir.join(format!("node-{number}.lock")))?;
        if FileExt::try_lock_exclusive(&lock)? {
            let node = identity(&data_dir.join(format!("node-{number}.id")), clock, chance)?;
            return Ok(NodeSlot { node, number, _lock: lock });
        }
    }
    Err(io::Error::other(format!("all {SLOTS} node slots of the data directory are taken")))
}

/// The slots that a process left and no other has taken: locked as long as they are held here, so that nobody becomes that node
/// meanwhile. A process that starts in this moment takes the next free one.
pub fn abandoned(data_dir: &Path) -> io::Result<Vec<NodeSlot>> {
    let mut found = Vec::new();
    for number in 0..SLOTS {
        let Ok(lock) = OpenOptions::new().write(true).open(data_dir.join(format!("node-{number}.lock"))) else {
            continue;
        };
        // Held by who lives, this process among them.
        if !FileExt::try_lock_exclusive(&lock)? {
            continue;
        }
        if let Some(node) = read(&data_dir.join(format!("node-{number}.id"))) {
            found.push(NodeSlot { node, number, _lock: lock });
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Option<NodeId> {
    fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok())
}

fn identity(path: &Path, clock: &Clock, chance: &Chance) -> io::Result<NodeId> {
    if let Some(node) = read(path) {
        return Ok(node);
    }
    let node = NodeId::from_uuid(chance.uuid(clock.now()));
    let aside = path.with_extension("id.new");
    let mut out = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
    out.write_all(node.to_string().as_bytes())?;
    out.sync_all()?;
    fs::rename(&aside, path)?;
    Ok(node)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_slot_is_one_process_and_comes_back_as_the_same_node() {
        let folder = std::env::temp_dir().join(format!("obrol-node-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let take = || take(&folder, &Clock::System, &Chance::System).unwrap();
        let (first, second) = (take(), take());
        assert_eq!((first.number, second.number), (0, 1));
        assert_ne!(first.node, second.node);
        let node = first.node;
        drop(first);
        let found: Vec<NodeId> = abandoned(&folder).unwrap().iter().map(|slot| slot.node).collect();
        assert_eq!(found, [node], "the other one lives");
        // While somebody settles what it left, nobody becomes it.
        let held = abandoned(&folder).unwrap();
        assert_eq!(take().number, 2);
        drop(held);
        assert_eq!(take().node, node);
        fs::remove_dir_all(&folder).unwrap();
    }
}
