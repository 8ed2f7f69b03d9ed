//! Many patterns in one walk over the text (Aho and Corasick, 1975), by characters.

use std::collections::VecDeque;

/// A place in the walk: the longest beginning of a pattern that the text ends with.
pub type Node = u32;
pub const ROOT: Node = 0;

#[derive(Clone, Debug)]
pub struct Automaton {
    nodes: Vec<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    /// Sorted by their characters.
    next: Vec<(char, Node)>,
    /// The longest shorter beginning.
    fail: Node,
    /// The nearest on the way of `fail` where a pattern ends.
    shorter: Option<Node>,
    depth: u32,
    /// Patterns that end here.
    ends: Vec<u32>,
    /// A pattern marked as `held` goes on from here.
    held: bool,
}

impl Automaton {
    /// Patterns as folded characters, each with whether its beginnings are to be held back. Empty ones never match.
    pub fn new<'a>(patterns: impl Iterator<Item = (&'a str, bool)>) -> Self {
        let mut nodes = vec![State::default()];
        for (number, (pattern, held)) in patterns.enumerate() {
            let (mut at, mut depth) = (ROOT, 0);
            let count = pattern.chars().count();
            for character in pattern.chars() {
                depth += 1;
                let fresh = Node::try_from(nodes.len()).unwrap_or(ROOT);
                let state = &mut nodes[at as usize];
                let next = match state.next.binary_search_by_key(&character, |one| one.0) {
                    Ok(place) => state.next[place].1,
                    Err(place) => {
                        state.next.insert(place, (character, fresh));
                        fresh
                    }
                };
                if next == fresh {
                    nodes.push(State { depth, ..State::default() });
                }
                at = next;
                nodes[at as usize].held |= held && (depth as usize) < count;
            }
            if at != ROOT {
                nodes[at as usize].ends.push(u32::try_from(number).unwrap_or(u32::MAX));
            }
        }
        let mut automaton = Self { nodes };
        automaton.link();
        automaton
    }

    fn link(&mut self) {
        let mut waiting: VecDeque<Node> = self.state(ROOT).next.iter().map(|one| one.1).collect();
        while let Some(node) = waiting.pop_front() {
            let children: Vec<_> =
                self.state(node).next.iter().map(|(character, child)| (*character, *child)).collect();
            for (character, child) in children {
                let fail = self.step(self.state(node).fail, character);
                let state = self.state(fail);
                let shorter = if state.ends.is_empty() { state.shorter } else { Some(fail) };
                if let Some(one) = self.nodes.get_mut(child as usize) {
                    (one.fail, one.shorter) = (fail, shorter);
                }
                waiting.push_back(child);
            }
        }
    }

    fn state(&self, node: Node) -> &State {
        &self.nodes[node as usize]
    }

    pub fn step(&self, mut at: Node, character: char) -> Node {
        loop {
            let state = self.state(at);
            if let Ok(place) = state.next.binary_search_by_key(&character, |one| one.0) {
                return state.next[place].1;
            }
            if at == ROOT {
                return ROOT;
            }
            at = state.fail;
        }
    }

    /// Patterns that end here, the longest first, with their lengths.
    pub fn matches(&self, at: Node) -> impl Iterator<Item = (u32, u32)> {
        let first = if self.state(at).ends.is_empty() { self.state(at).shorter } else { Some(at) };
        let places = std::iter::successors(first, |node| self.state(*node).shorter);
        places.flat_map(|node| {
            let state = self.state(node);
            state.ends.iter().map(|number| (*number, state.depth))
        })
    }

    /// Lengths of the unfinished held patterns that the text ends with, the longest first.
    pub fn pending(&self, at: Node) -> impl Iterator<Item = u32> {
        let places = std::iter::successors(Some(at), |node| (*node != ROOT).then(|| self.state(*node).fail));
        places.map(|node| self.state(node)).filter(|state| state.held && state.depth > 0).map(|state| state.depth)
    }
}
