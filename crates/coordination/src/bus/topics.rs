//! Who in this process hears which topic, and which of these topics Redis must be told about.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::mailbox::{Mailbox, Subscription};

pub(super) struct Topics {
    table: Mutex<Table>,
    changed: Notify,
    shared: bool,
}

#[derive(Default)]
struct Table {
    topics: HashMap<Arc<str>, Topic>,
    /// Topics whose first subscriber came or last one left since the listener looked. A set, so it cannot outgrow the topics.
    dirty: HashSet<Arc<str>>,
}

struct Topic {
    mailboxes: Vec<Arc<Mailbox>>,
    established: bool,
}

/// What the listener has to do to make Redis' subscriptions equal ours.
#[derive(Default)]
pub(super) struct Change {
    pub(super) subscribe: Vec<Arc<str>>,
    pub(super) unsubscribe: Vec<Arc<str>>,
}

impl Topics {
    pub(super) fn new(shared: bool) -> Self {
        Self { table: Mutex::default(), changed: Notify::new(), shared }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn join(this: &Arc<Self>, topic: &str) -> Subscription {
        let mut table = this.table();
        let (name, known) = match table.topics.get_key_value(topic) {
            Some((name, _)) => (name.clone(), true),
            None => (Arc::from(topic), false),
        };
        let entry = table
            .topics
            .entry(name.clone())
            .or_insert_with(|| Topic { mailboxes: Vec::with_capacity(1), established: !this.shared });
        let mailbox = Arc::new(if entry.established { Mailbox::established() } else { Mailbox::default() });
        entry.mailboxes.push(mailbox.clone());
        if this.shared && !known {
            table.dirty.insert(name.clone());
            this.changed.notify_one();
        }
        drop(table);
        Subscription::new(name, mailbox, this.clone())
    }

    pub(super) fn leave(&self, topic: &Arc<str>, mailbox: &Arc<Mailbox>) {
        let mut table = self.table();
        let Some(entry) = table.topics.get_mut(topic) else { return };
        entry.mailboxes.retain(|other| !Arc::ptr_eq(other, mailbox));
        if entry.mailboxes.is_empty() {
            table.topics.remove(topic);
            if self.shared {
                table.dirty.insert(topic.clone());
                self.changed.notify_one();
            }
        }
    }

    pub(super) fn deliver(&self, topic: &str, payload: &Bytes) {
        if let Some(entry) = self.table().topics.get(topic) {
            for mailbox in &entry.mailboxes {
                mailbox.put(payload);
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table().topics.len()
    }

    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// The difference between what Redis sends us (`held`) and what somebody hears, for the topics that changed.
    pub(super) fn change(&self, held: &HashSet<Arc<str>>) -> Change {
        let mut table = self.table();
        let mut change = Change::default();
        for topic in std::mem::take(&mut table.dirty) {
            match (table.topics.contains_key(&topic), held.contains(&topic)) {
                (true, false) => change.subscribe.push(topic),
                (false, true) => change.unsubscribe.push(topic),
                // Left and joined again while Redis went on sending: nothing was lost.
                (true, true) => establish(&mut table, &topic, Mailbox::resume),
                (false, false) => {}
            }
        }
        change
    }

    /// After a new connection Redis knows nothing of us: every topic is to be told again.
    pub(super) fn start_over(&self) {
        let mut table = self.table();
        table.dirty = table.topics.keys().cloned().collect();
        self.changed.notify_one();
    }

    pub(super) fn cut_off(&self) {
        for entry in self.table().topics.values_mut() {
            entry.established = false;
            entry.mailboxes.iter().for_each(|mailbox| mailbox.cut_off());
        }
    }

    pub(super) fn established(&self, topics: &[Arc<str>]) {
        let mut table = self.table();
        for topic in topics {
            establish(&mut table, topic, Mailbox::establish);
        }
    }

    pub(super) fn all_missed(&self) {
        for entry in self.table().topics.values() {
            entry.mailboxes.iter().for_each(|mailbox| mailbox.missed());
        }
    }
}

fn establish(table: &mut Table, topic: &Arc<str>, tell: fn(&Mailbox)) {
    if let Some(entry) = table.topics.get_mut(topic)
        && !entry.established
    {
        entry.established = true;
        entry.mailboxes.iter().for_each(|mailbox| tell(mailbox));
    }
}
