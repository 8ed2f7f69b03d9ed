//! A queue in which askers take turns, pure: whoever waits with a hundred questions is served as often as whoever waits
//! with one. When it is full, the newest of the one with the most gives way.

use std::collections::{HashMap, VecDeque};

#[derive(Debug)]
pub struct FairQueue<T> {
    /// Each asker's own, oldest first; never empty.
    lines: HashMap<String, VecDeque<(u64, T)>>,
    /// Whose turn it is; each asker with a line once.
    turns: VecDeque<String>,
    len: usize,
    most: usize,
    next: u64,
}

/// What became of a newcomer.
#[derive(Debug, PartialEq, Eq)]
pub enum Joined<T> {
    /// It waits under this number.
    Waits(u64),
    /// It waits, and this one had to go for it.
    Instead(u64, T),
    /// No place.
    Full(T),
}

impl<T> FairQueue<T> {
    pub fn new(most: usize) -> Self {
        Self { lines: HashMap::new(), turns: VecDeque::new(), len: 0, most, next: 0 }
    }

    pub fn set_most(&mut self, most: usize) {
        self.most = most;
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn join(&mut self, asker: &str, item: T) -> Joined<T> {
        let mut gone = None;
        if self.len >= self.most {
            let own = self.lines.get(asker).map_or(0, VecDeque::len);
            let longest = self.lines.iter().max_by(|a, b| a.1.len().cmp(&b.1.len()).then_with(|| b.0.cmp(a.0)));
            let Some((greedy, number)) = longest
                .filter(|(_, line)| line.len() > own + 1)
                .and_then(|(name, line)| Some((name.clone(), line.back()?.0)))
            else {
                return Joined::Full(item);
            };
            gone = self.leave(&greedy, number);
        }
        let number = self.next;
        self.next += 1;
        self.len += 1;
        match self.lines.get_mut(asker) {
            Some(line) => line.push_back((number, item)),
            None => {
                self.lines.insert(asker.to_owned(), VecDeque::from([(number, item)]));
                self.turns.push_back(asker.to_owned());
            }
        }
        gone.map_or(Joined::Waits(number), |gone| Joined::Instead(number, gone))
    }

    /// The oldest of the first asker in turn who may have a place now. Whoever may not keeps the turn.
    pub fn next(&mut self, may: impl Fn(&str) -> bool) -> Option<(String, T)> {
        let at = self.turns.iter().position(|asker| may(asker))?;
        let asker = self.turns.remove(at)?;
        let line = self.lines.get_mut(&asker)?;
        let (_, item) = line.pop_front()?;
        self.len -= 1;
        if line.is_empty() {
            self.lines.remove(&asker);
        } else {
            self.turns.push_back(asker.clone());
        }
        Some((asker, item))
    }

    /// Whether somebody waits who may have a place now.
    pub fn is_wanted(&self, may: impl Fn(&str) -> bool) -> bool {
        self.turns.iter().any(|asker| may(asker))
    }

    /// Gives up a place; `None` if it was served or taken meanwhile.
    pub fn leave(&mut self, asker: &str, number: u64) -> Option<T> {
        let line = self.lines.get_mut(asker)?;
        let at = line.binary_search_by_key(&number, |one| one.0).ok()?;
        let (_, item) = line.remove(at)?;
        self.len -= 1;
        if line.is_empty() {
            self.lines.remove(asker);
            self.turns.retain(|one| one != asker);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn askers_take_turns() {
        let mut queue = FairQueue::new(100);
        for n in 0..5 {
            queue.join("greedy", ("greedy", n));
        }
        queue.join("modest", ("modest", 0));
        queue.join("other", ("other", 0));
        let order: Vec<_> = std::iter::from_fn(|| queue.next(|_| true)).map(|one| one.1).collect();
        let expected =
            [("greedy", 0), ("modest", 0), ("other", 0), ("greedy", 1), ("greedy", 2), ("greedy", 3), ("greedy", 4)];
        assert_eq!(order, expected);
    }

    #[test]
    fn whoever_may_not_is_passed_over_and_keeps_the_turn() {
        let mut queue = FairQueue::new(100);
        assert_eq!((queue.join("greedy", 0), queue.join("greedy", 1)), (Joined::Waits(0), Joined::Waits(1)));
        queue.join("modest", 9);
        assert!(!queue.is_wanted(|asker| asker == "nobody"));
        assert_eq!(queue.next(|asker| asker != "greedy"), Some(("modest".to_owned(), 9)));
        assert_eq!(queue.next(|asker| asker != "greedy"), None);
        assert_eq!(queue.next(|_| true), Some(("greedy".to_owned(), 0)));
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn the_greedy_one_gives_way_when_it_is_full() {
        let mut queue = FairQueue::new(3);
        (0..3).for_each(|n| assert_eq!(queue.join("greedy", n), Joined::Waits(n)));
        assert_eq!(queue.join("greedy", 9), Joined::Full(9));
        assert_eq!(queue.join("modest", 10), Joined::Instead(3, 2));
        assert_eq!(queue.join("modest", 11), Joined::Full(11), "two against one is as fair as it gets");
        assert_eq!(queue.len(), 3);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Join(u8),
        Next,
        Leave(usize),
    }

    proptest! {
        /// Against a list of everybody who waits and a list of whose turn it is, both searched from the start.
        #[test]
        fn does_what_the_slow_one_does(steps in proptest::collection::vec(
            prop_oneof![3 => (0u8..5).prop_map(Step::Join), 2 => Just(Step::Next), 1 => any::<usize>().prop_map(Step::Leave)],
            0..200,
        )) {
            let mut queue = FairQueue::new(8);
            let mut waiting: Vec<(u8, u64)> = Vec::new();
            let mut turns: Vec<u8> = Vec::new();
            for step in steps {
                match step {
                    Step::Join(asker) => {
                        let count = |asker: u8| waiting.iter().filter(|one| one.0 == asker).count();
                        let greedy = (0..5).rev().max_by_key(|asker| count(*asker)).unwrap();
                        let gone = (waiting.len() == 8).then_some(greedy);
                        let full = gone.is_some() && count(greedy) <= count(asker) + 1;
                        match queue.join(&asker.to_string(), asker) {
                            Joined::Full(_) => prop_assert!(full),
                            Joined::Waits(number) => {
                                prop_assert!(gone.is_none());
                                waiting.push((asker, number));
                            }
                            Joined::Instead(number, who) => {
                                prop_assert!(!full && gone == Some(who));
                                let at = waiting.iter().rposition(|one| one.0 == who).unwrap();
                                waiting.remove(at);
                                waiting.push((asker, number));
                            }
                        }
                        turns.retain(|one| waiting.iter().any(|other| other.0 == *one));
                        if waiting.iter().any(|one| one.0 == asker) && !turns.contains(&asker) {
                            turns.push(asker);
                        }
                    }
                    Step::Next => {
                        let expected = (!turns.is_empty()).then(|| turns.remove(0));
                        prop_assert_eq!(queue.next(|_| true).map(|one| one.1), expected);
                        if let Some(asker) = expected {
                            waiting.remove(waiting.iter().position(|one| one.0 == asker).unwrap());
                            if waiting.iter().any(|one| one.0 == asker) { turns.push(asker); }
                        }
                    }
                    Step::Leave(which) if !waiting.is_empty() => {
                        let (asker, number) = waiting.remove(which % waiting.len());
                        prop_assert_eq!(queue.leave(&asker.to_string(), number), Some(asker));
                        prop_assert_eq!(queue.leave(&asker.to_string(), number), None);
                        if !waiting.iter().any(|one| one.0 == asker) { turns.retain(|one| *one != asker); }
                    }
                    Step::Leave(_) => {}
                }
                prop_assert_eq!(queue.len(), waiting.len());
                prop_assert!(queue.len() <= 8);
            }
        }
    }
}
