//! Everything that can happen to a ledger, in any order, doubled and late: the budgets always hold what the entries hold, and
//! no cap is passed.

use proptest::prelude::*;

use super::*;

/// Shared by all, and two persons'.
const BUDGETS: usize = 3;
const CAPS: [Cap; BUDGETS] = [
    Cap { tokens: Some(1000), micros: Some(500) },
    Cap { tokens: Some(400), micros: None },
    Cap { tokens: None, micros: Some(300) },
];

#[derive(Clone, Debug)]
enum Step {
    Reserve { person: usize, amount: Amount },
    Settle { entry: usize, part: (u8, u8), outcome: Outcome },
    Release { entry: usize },
    Orphan { entry: usize },
}

fn steps() -> impl Strategy<Value = Step> {
    let outcome =
        prop_oneof![Just(Outcome::Succeeded), Just(Outcome::Failed), Just(Outcome::Cut), Just(Outcome::Cancelled)];
    prop_oneof![
        4 => (0..2usize, -5i64..200, -5i64..120).prop_map(|(person, tokens, micros)| {
            Step::Reserve { person, amount: Amount::new(tokens, micros) }
        }),
        3 => (any::<prop::sample::Index>(), any::<(u8, u8)>(), outcome)
            .prop_map(|(entry, part, outcome)| Step::Settle { entry: entry.index(40), part, outcome }),
        1 => any::<prop::sample::Index>().prop_map(|entry| Step::Release { entry: entry.index(40) }),
        1 => any::<prop::sample::Index>().prop_map(|entry| Step::Orphan { entry: entry.index(40) }),
    ]
}

#[derive(Default)]
struct World {
    entries: Vec<(usize, Entry)>,
    budgets: [Budget; BUDGETS],
    /// Accounts that were given and taken.
    accounted: Vec<usize>,
}

impl World {
    fn of(person: usize) -> [usize; 2] {
        [0, person + 1]
    }

    fn apply(&mut self, person: usize, delta: &Delta) {
        for budget in Self::of(person) {
            self.budgets[budget].apply(delta);
        }
    }

    fn take(&mut self, step: &Step) {
        let (number, input) = match step {
            Step::Reserve { person, amount } => {
                let (entry, delta) = Entry::reserve(*amount);
                if Self::of(*person).iter().all(|at| self.budgets[*at].fits(entry.reserved, &CAPS[*at]).is_ok()) {
                    self.entries.push((*person, entry));
                    self.apply(*person, &delta);
                }
                return;
            }
            Step::Settle { entry, part, outcome } => {
                let Some((_, known)) = self.entries.get(*entry) else { return };
                // At most what was reserved: that is the promise of whoever reserves.
                let share = |most: i64, part: u8| most * i64::from(part) / 255;
                let spent = Amount::new(share(known.reserved.tokens, part.0), share(known.reserved.micros, part.1));
                (*entry, Input::Settle { spent, outcome: *outcome })
            }
            Step::Release { entry } => (*entry, Input::Release),
            Step::Orphan { entry } => (*entry, ORPHAN),
        };
        let Some((person, before)) = self.entries.get(number).copied() else { return };
        let Some((after, delta)) = before.step(input) else { return };
        if let Input::Settle { .. } = input {
            assert!(!self.accounted.contains(&number), "no account is taken twice");
            self.accounted.push(number);
        } else {
            assert!(!self.accounted.contains(&number), "no assumption replaces an account");
        }
        assert_eq!(after.step(input), None, "said twice, done once");
        self.entries[number].1 = after;
        self.apply(person, &delta);
    }

    fn check(&self) {
        for (at, budget) in self.budgets.iter().enumerate() {
            let mine = self.entries.iter().filter(|(person, _)| Self::of(*person).contains(&at));
            let mut sum = Delta::default();
            mine.for_each(|(_, entry)| sum += entry.weight());
            assert_eq!((budget.spent, budget.reserved, budget.requests), (sum.spent, sum.reserved, sum.requests));
            assert!(budget.reserved.tokens >= 0 && budget.reserved.micros >= 0);
        }
    }
}

/// A dead call of which nothing is known.
const ORPHAN: Input = Input::Orphan { heard: Amount::new(0, 0) };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn budgets_hold_what_entries_hold(steps in prop::collection::vec(steps(), 0..120)) {
        let mut world = World::default();
        for step in &steps {
            world.take(step);
            world.check();
        }
        // A crash at any moment: whatever is left hanging is swept.
        for (entry, _) in world.entries.clone().iter().enumerate() {
            world.take(&Step::Orphan { entry });
        }
        world.check();
        for budget in &world.budgets {
            prop_assert_eq!(budget.reserved, Amount::default());
        }
    }

    /// A late account after a release is the only way past a cap: then money was spent that nobody had reserved.
    #[test]
    fn no_cap_is_passed(steps in prop::collection::vec(steps(), 0..120)) {
        let mut world = World::default();
        for step in steps.iter().filter(|step| !matches!(step, Step::Release { .. })) {
            world.take(step);
            for (budget, cap) in world.budgets.iter().zip(&CAPS) {
                prop_assert!(budget.fits(Amount::default(), cap).is_ok(), "{budget:?} {cap:?}");
            }
        }
    }
}

#[test]
fn what_is_known_of_a_dead_call_is_counted() {
    let heard = |tokens, micros| Input::Orphan { heard: Amount::new(tokens, micros) };
    let (reserved, _) = Entry::reserve(Amount::new(100, 50));
    let (orphan, delta) = reserved.step(heard(170, 20)).unwrap();
    assert_eq!(
        (orphan.spent, delta.spent, delta.reserved),
        (Amount::new(170, 50), Amount::new(170, 50), Amount::new(-100, -50))
    );
    assert_eq!(orphan.step(heard(200, 200)), None, "once");
    assert_eq!(reserved.step(heard(-5, -5)).unwrap().0.spent, Amount::new(100, 50));
}

#[test]
fn an_account_replaces_an_assumption_and_never_the_other_way_round() {
    let (reserved, _) = Entry::reserve(Amount::new(100, 50));
    let settle = Input::Settle { spent: Amount::new(30, 10), outcome: Outcome::Cut };
    let (orphan, delta) = reserved.step(ORPHAN).unwrap();
    assert_eq!((orphan.state, orphan.outcome, orphan.spent), (State::Settled, Outcome::Orphaned, Amount::new(100, 50)));
    assert_eq!((delta.spent, delta.reserved), (Amount::new(100, 50), Amount::new(-100, -50)));
    // Its maker was not dead, only slow.
    let (settled, delta) = orphan.step(settle).unwrap();
    assert_eq!(
        (settled.outcome, settled.spent, delta.spent),
        (Outcome::Cut, Amount::new(30, 10), Amount::new(-70, -40))
    );
    for late in [ORPHAN, Input::Release, settle] {
        assert_eq!(settled.step(late), None);
    }
    let (released, delta) = reserved.step(Input::Release).unwrap();
    assert_eq!((released.state, delta.requests), (State::Released, -1));
    assert_eq!(released.step(ORPHAN), None);
    assert_eq!(released.step(settle).unwrap().1.requests, 1, "it was sent after all, and is paid for");
}
