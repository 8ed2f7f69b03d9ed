//! The journal: calls that no limit concerns, and those that are drawn from a wallet, are noted in a file before they are made,
//! so that the database need not be waited for. Whoever starts after a crash counts what was begun and has no account.
//!
//! A line is written by one `write` and not forced to the disk: it survives the process, not the machine's power. What is lost
//! with the power is the account of calls that nobody had an answer of yet; what was set aside for them is then counted whole.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use domain::ids::{ApiKeyId, AssistantId, CallId, EntryId, NodeId, RoomId, UserId};
use domain::llm::{Amount, Asker, CallKind};
use serde::{Deserialize, Serialize};

use super::{Call, Estimate};

/// A file that has grown to this is followed by another.
const LARGE: u64 = 1 << 20;
const ENDING: &str = "calls";

/// A call as a line has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    id: EntryId,
    call: CallId,
    at: i64,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    user: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    key: Option<ApiKeyId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    assistant: Option<AssistantId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    room: Option<RoomId>,
    provider: String,
    model: String,
    request: String,
    node: NodeId,
    input: u64,
    #[serde(default)]
    output: u64,
    cost: i64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    wallet: Option<CallId>,
}

/// Money that was set aside for calls to come; `boot` tells one start of the machine from another.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct WalletLine {
    wallet: CallId,
    boot: String,
}

impl Line {
    fn of(call: &Call, estimate: &Estimate, wallet: Option<CallId>) -> Self {
        Self {
            id: call.id,
            call: call.call,
            at: call.at.millis(),
            kind: call.kind.as_str().to_owned(),
            user: call.asker.user,
            key: call.asker.api_key,
            assistant: call.asker.assistant,
            room: call.asker.room,
            provider: call.provider.clone(),
            model: call.model.clone(),
            request: call.request_id.clone(),
            node: call.node,
            input: estimate.input_tokens,
            output: estimate.output_tokens,
            cost: estimate.cost_micros,
            wallet,
        }
    }

    fn begun(self) -> Option<(Call, Estimate)> {
        let asker = Asker { user: self.user, api_key: self.key, assistant: self.assistant, room: self.room };
        let call = Call {
            id: self.id,
            call: self.call,
            at: Timestamp(self.at),
            kind: CallKind::parse(&self.kind)?,
            run: None,
            asker,
            provider: self.provider,
            model: self.model,
            request_id: self.request,
            node: self.node,
        };
        Some((call, Estimate { input_tokens: self.input, output_tokens: self.output, cost_micros: self.cost }))
    }
}

#[derive(Debug)]
struct Segment {
    path: PathBuf,
    file: File,
    bytes: u64,
    open: HashSet<CallId>,
}

/// The journal of one process, in a folder that is its own.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    /// Which start of the machine this is; nothing where nobody can say.
    boot: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The last one is written to.
    segments: Vec<Segment>,
    number: u64,
}

/// What another process of this folder left behind.
#[derive(Debug, Default)]
pub struct Left {
    pub calls: Vec<(Call, Estimate)>,
    /// All that was drawn from these is among the calls.
    pub wallets: Vec<CallId>,
    /// Of the calls, those that drew from a wallet: from which, and how much.
    pub drawn: HashMap<CallId, (CallId, Amount)>,
    files: Vec<PathBuf>,
    /// The highest number of a file.
    last: u64,
}

impl Journal {
    /// Opens the folder, and reads what is in it; to be called before the first call, away from threads that serve.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path) -> io::Result<(Self, Left)> {
        fs::create_dir_all(folder)?;
        let boot = boot();
        let left = Left::read(folder)?;
        let state = State { segments: Vec::new(), number: left.last };
        Ok((Self { folder: folder.to_owned(), boot, state: Mutex::new(state) }, left))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call; when it returns without an error, a crash of this process does not lose it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&self, call: &Call, estimate: &Estimate) -> io::Result<()> {
        self.note(call.call, &Line::of(call, estimate, None))
    }

    /// Notes a call that has drawn from this wallet; as [`Journal::begin`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin_drawn(&self, call: &Call, estimate: &Estimate, wallet: CallId) -> io::Result<()> {
        self.note(call.call, &Line::of(call, estimate, Some(wallet)))
    }

    /// Notes that this was set aside; as [`Journal::begin`].
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin_wallet(&self, wallet: CallId) -> io::Result<()> {
        self.note(wallet, &WalletLine { wallet, boot: self.boot.clone() })
    }

    fn note(&self, call: CallId, line: &impl Serialize) -> io::Result<()> {
        // The border comes first: half a line that a full disk left behind does not swallow this one.
        let mut text = vec![b'\n'];
        serde_json::to_writer(&mut text, line)?;
        let mut state = self.lock();
        if state.segments.last().is_none_or(|segment| segment.bytes >= LARGE) {
            state.number += 1;
            let path = self.folder.join(format!("{}.{ENDING}", state.number));
            let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(&path)?;
            state.segments.push(Segment { path, file, bytes: 0, open: HashSet::new() });
        }
        let Some(segment) = state.segments.last_mut() else { return Err(io::ErrorKind::NotFound.into()) };
        // A page in memory: microseconds, whatever the disk does.
        segment.file.write_all(&text)?;
        segment.bytes += text.len() as u64;
        segment.open.insert(call);
        Ok(())
    }

    /// These have their account in the database, or were never made. Files that nobody needs any more go.
    pub fn settled<'a>(&self, calls: impl IntoIterator<Item = &'a CallId>) {
        let mut state = self.lock();
        for call in calls {
            // Mostly of the last file, and never in two.
            let _ = state.segments.iter_mut().rev().any(|segment| segment.open.remove(call));
        }
        let last = state.segments.len().saturating_sub(1);
        let mut at = 0;
        state.segments.retain(|segment| {
            let over = segment.open.is_empty() && (at < last || segment.bytes >= LARGE);
            at += 1;
            if over {
                remove(&segment.path);
            }
            !over
        });
    }

    /// Whether this call is noted here.
    pub fn knows(&self, call: &CallId) -> bool {
        self.lock().segments.iter().any(|segment| segment.open.contains(call))
    }

    /// At the end of the process, when everything has its account: nothing is left to read.
    pub fn close(&self) {
        let mut state = self.lock();
        state.segments.retain(|segment| {
            if segment.open.is_empty() {
                remove(&segment.path);
            }
            !segment.open.is_empty()
        });
    }
}

impl Left {
    /// What lies in a folder that nobody writes to.
    ///
    /// # Errors
    /// When it cannot be read; one that is not there is empty.
    pub fn read(folder: &Path) -> io::Result<Self> {
        // Lines that were written before the power went may be lost.
        let boot = boot();
        let mut left = Self::default();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(left),
            Err(fault) => return Err(fault),
        };
        for entry in entries {
            let path = entry?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let number = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.parse::<u64>().ok());
            left.last = left.last.max(number.unwrap_or(0));
            // The last line may be half a one: its call was not made.
            let lines = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            for line in lines.lines() {
                if let Ok(line) = serde_json::from_str::<Line>(line) {
                    let wallet = line.wallet;
                    let Some((call, estimate)) = line.begun() else { continue };
                    left.drawn.extend(wallet.map(|wallet| (call.call, (wallet, estimate.amount()))));
                    left.calls.push((call, estimate));
                } else if let Ok(line) = serde_json::from_str::<WalletLine>(line)
                    && line.boot == boot
                    && !boot.is_empty()
                {
                    left.wallets.push(line.wallet);
                }
            }
            left.files.push(path);
        }
        Ok(left)
    }

    /// All of it is in the database.
    pub fn forget(self) {
        self.files.iter().for_each(|path| remove(path));
    }
}

/// Which start of the machine this is.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

fn remove(path: &Path) {
    // A file too many is read again at the next start, and changes nothing.
    if let Err(fault) = fs::remove_file(path) {
        tracing::warn!(%fault, path = %path.display(), "a file of the journal of calls could not be removed");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use domain::Chance;
    use uuid::Uuid;

    use super::*;

    fn call(chance: &Chance) -> Call {
        let at = Timestamp(1_000);
        Call {
            id: chance.uuid(at).into(),
            call: chance.uuid(at).into(),
            at,
            kind: CallKind::Api,
            run: None,
            asker: Asker::person(chance.uuid(at).into()),
            provider: "near".to_owned(),
            model: "m".to_owned(),
            request_id: "r \"quoted\"\n".to_owned(),
            node: chance.uuid(at).into(),
        }
    }

    const ESTIMATE: Estimate = Estimate { input_tokens: 9, output_tokens: 4, cost_micros: 3 };

    struct Folder(PathBuf);

    impl Folder {
        fn new(chance: &Chance) -> Self {
            let name: Uuid = chance.uuid(Timestamp(2));
            Self(std::env::temp_dir().join(format!("obrol-journal-{}-{name}", std::process::id())))
        }

        fn files(&self) -> usize {
            fs::read_dir(&self.0).unwrap().count()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_begun_and_not_settled_is_found_again() {
        let chance = Chance::seeded(1);
        let folder = Folder::new(&chance);
        let (journal, left) = Journal::open(&folder.0).unwrap();
        assert!(left.calls.is_empty());
        let calls: Vec<Call> = (0..3).map(|_| call(&chance)).collect();
        calls.iter().for_each(|call| journal.begin(call, &ESTIMATE).unwrap());
        journal.settled([&calls[1].call]);
        let wallet = call(&chance).call;
        journal.begin_wallet(wallet).unwrap();
        assert!(journal.knows(&calls[0].call) && !journal.knows(&calls[1].call));
        // The process is killed within a line.
        fs::OpenOptions::new()
            .append(true)
            .open(folder.0.join("1.calls"))
            .unwrap()
            .write_all(b"\n{\"id\":\"01")
            .unwrap();
        drop(journal);
        let (journal, left) = Journal::open(&folder.0).unwrap();
        // The settled one is told, too: the database knows it, and it is not counted twice.
        let found: Vec<_> = left.calls.iter().map(|(call, estimate)| (call.clone(), *estimate)).collect();
        assert_eq!(found, calls.iter().map(|call| (call.clone(), ESTIMATE)).collect::<Vec<_>>());
        assert_eq!(left.wallets, [wallet]);
        left.forget();
        assert_eq!(folder.files(), 0);
        // After another start of the machine it is not known what was drawn.
        let other = WalletLine { wallet, boot: "another".to_owned() };
        fs::write(folder.0.join("1.calls"), serde_json::to_vec(&other).unwrap()).unwrap();
        let (_, left) = Journal::open(&folder.0).unwrap();
        assert!(left.wallets.is_empty() && left.calls.is_empty());
        left.forget();
        journal.begin(&calls[0], &ESTIMATE).unwrap();
        assert!(folder.0.join("2.calls").exists(), "a new name, never an old file");
        journal.settled([&calls[0].call]);
        journal.close();
        assert_eq!(folder.files(), 0);
    }

    #[test]
    fn files_go_when_nobody_needs_them_any_more() {
        let chance = Chance::seeded(2);
        let folder = Folder::new(&chance);
        let (journal, _) = Journal::open(&folder.0).unwrap();
        let stays = call(&chance);
        journal.begin(&stays, &ESTIMATE).unwrap();
        for _ in 0..20_000 {
            let one = call(&chance);
            journal.begin(&one, &ESTIMATE).unwrap();
            journal.settled([&one.call]);
        }
        assert_eq!(folder.files(), 2, "the first, for one call of it is open, and the last");
        journal.settled([&stays.call]);
        assert_eq!(folder.files(), 1);
    }
}
