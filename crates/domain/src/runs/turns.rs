//! Whose run is next: within a lane, people take turns, whoever asked more often.

use std::collections::HashMap;

use crate::ids::{ConversationId, RunId, UserId};

/// A run that could be claimed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub run: RunId,
    pub user: UserId,
    pub conversation: ConversationId,
}

/// Remembers when each person was last served; forgets those who have nothing waiting.
#[derive(Debug, Default)]
pub struct Turns {
    served: HashMap<UserId, u64>,
    count: u64,
}

impl Turns {
    /// The ids of at most `want` runs of `waiting` (oldest first): those with the fewest running runs first, then those
    /// served longest ago, then the oldest. At most one run of a conversation.
    pub fn choose(&mut self, waiting: &[Waiting], running: &HashMap<UserId, u64>, want: usize) -> Vec<RunId> {
        self.served.retain(|user, _| waiting.iter().any(|w| w.user == *user));
        let mut load = running.clone();
        let mut left: Vec<&Waiting> = waiting.iter().collect();
        let mut chosen = Vec::with_capacity(want.min(left.len()));
        while chosen.len() < want {
            let next = left.iter().enumerate().min_by_key(|(age, w)| {
                (load.get(&w.user).copied().unwrap_or(0), self.served.get(&w.user).copied().unwrap_or(0), *age)
            });
            let Some((_, next)) = next else { break };
            let next = **next;
            self.count += 1;
            self.served.insert(next.user, self.count);
            *load.entry(next.user).or_default() += 1;
            left.retain(|w| w.conversation != next.conversation);
            chosen.push(next.run);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Timestamp};

    #[test]
    fn a_single_question_does_not_wait_behind_a_flood() {
        let chance = Chance::seeded(7);
        let id = || chance.uuid(Timestamp(1));
        let (flood, single) = (UserId::from(id()), UserId::from(id()));
        let of = |user| Waiting { run: id().into(), user, conversation: id().into() };
        let mut waiting: Vec<Waiting> = (0..20).map(|_| of(flood)).collect();
        waiting.push(of(single));
        let mut turns = Turns::default();
        let first = turns.choose(&waiting, &HashMap::new(), 1);
        assert_eq!(first, [waiting[0].run]);
        waiting.remove(0);
        // One slot: it is the other's turn, though nobody's run is running any more.
        assert_eq!(turns.choose(&waiting, &HashMap::new(), 1), [waiting[19].run]);
        waiting.pop();
        assert_eq!(turns.choose(&waiting, &HashMap::from([(flood, 3)]), 2).len(), 2);
    }

    #[test]
    fn one_run_of_a_conversation_at_a_time() {
        let chance = Chance::seeded(8);
        let id = || chance.uuid(Timestamp(1));
        let (user, conversation) = (id().into(), id().into());
        let waiting = [0; 3].map(|_| Waiting { run: id().into(), user, conversation });
        assert_eq!(Turns::default().choose(&waiting, &HashMap::new(), 8), [waiting[0].run]);
    }
}
