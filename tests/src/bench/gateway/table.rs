//! Targets side by side as a Markdown table.

use std::fmt::Write;

use super::turn::{Found, Times};
use crate::bench::memory::mebibytes;

/// What is not known or was not measured.
const NOTHING: &str = "—";

pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(targets: impl IntoIterator<Item = String>) -> Self {
        let mut head = vec!["what".to_owned()];
        head.extend(targets);
        head.push("aim for Obrol".to_owned());
        Self { head, rows: Vec::new() }
    }

    /// A row with a cell for each target.
    pub fn row(&mut self, what: &str, cells: impl IntoIterator<Item = Option<String>>, aim: &str) {
        let mut row = vec![what.to_owned()];
        row.extend(cells.into_iter().map(|cell| cell.unwrap_or_else(|| NOTHING.to_owned())));
        row.resize(self.head.len() - 1, NOTHING.to_owned());
        row.push(aim.to_owned());
        self.rows.push(row);
    }

    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let rule = vec!["---".to_owned(); self.head.len()];
        for row in [&self.head, &rule].into_iter().chain(&self.rows) {
            // A line break or a bar of somebody's error would break the table.
            let cells: Vec<_> = row.iter().map(|cell| cell.replace(['\n', '\r'], " ").replace('|', "\\|")).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text
    }
}

/// The medians of each target of one measurement; none for a target that was not asked. The first is direct, the second the
/// bare proxy: what the others are compared with.
pub struct Side {
    pub found: Vec<Option<Found>>,
}

impl Side {
    fn cells(&self, cell: impl Fn(usize, &Found) -> Option<String>) -> Vec<Option<String>> {
        self.found.iter().enumerate().map(|(at, found)| found.as_ref().and_then(|found| cell(at, found))).collect()
    }

    /// Answers a second and the share of the bare proxy's.
    pub fn rates(&self) -> Vec<Option<String>> {
        let proxy = self.found.get(1).and_then(|found| found.as_ref()).map_or(0.0, |found| found.rate);
        self.cells(|at, found| {
            let share = 100.0 * found.rate / proxy.max(1.0);
            Some(if at < 2 { thousands(found.rate) } else { format!("{} ({share:.0} %)", thousands(found.rate)) })
        })
    }

    /// Times in milliseconds, with what is added to the direct ones.
    pub fn times(&self, of: fn(&Found) -> f64) -> Vec<Option<String>> {
        let direct = self.found.first().and_then(|found| found.as_ref()).map_or(0.0, of);
        self.cells(|at, found| {
            let time = of(found);
            Some(if at == 0 { format!("{time:.2}") } else { format!("{time:.2} ({:+.2})", time - direct) })
        })
    }

    /// Microseconds of processor time for each answer.
    pub fn cpu(&self) -> Vec<Option<String>> {
        self.cells(|_, found| found.cpu.map(|micros| format!("{micros:.0} µs")))
    }

    pub fn memory(&self) -> Vec<Option<String>> {
        self.cells(|_, found| found.memory.map(mebibytes))
    }

    /// Streams that spoke at one time, in the turn with the fewest.
    pub fn most(&self) -> Vec<Option<String>> {
        self.cells(|_, found| Some(found.most.to_string()))
    }

    pub fn both(&self, of: fn(&Found) -> Times) -> Vec<Option<String>> {
        self.cells(|_, found| Some(format!("{:.1} / {:.1}", of(found).p50, of(found).p99)))
    }

    /// One class of gaps among all of them.
    pub fn class(&self, class: usize) -> Vec<Option<String>> {
        self.cells(|_, found| {
            let all: u64 = found.classes.iter().sum();
            let share = 100.0 * found.classes[class] as f64 / all.max(1) as f64;
            Some(format!("{} ({share:.2} %)", found.classes[class]))
        })
    }

    /// Pieces with text that came, and tokens of them that did not.
    pub fn pieces(&self) -> Vec<Option<String>> {
        self.cells(|_, found| {
            Some(format!("{} of {}, {} lost", found.pieces, found.wanted, found.wanted.saturating_sub(found.tokens)))
        })
    }
}

/// `41800.3` → `41,800`.
pub fn thousands(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_stand_beside_each_other_with_what_they_add() {
        let found = |rate, p50| Some(Found { rate, whole: Times { p50, p99: p50 }, ..Found::default() });
        let side = Side { found: vec![found(2000.0, 0.5), found(1000.0, 1.0), found(600.4, 1.25), None] };
        let mut table = Table::new(["direct", "proxy", "Obrol", "other"].map(str::to_owned));
        table.row("rate", side.rates(), "≥ 60 %");
        table.row("p50", side.times(|found| found.whole.p50), "—");
        table.row("a | b", [Some("c\nd".to_owned())], "—");
        let wanted = "| what | direct | proxy | Obrol | other | aim for Obrol |\n\
            | --- | --- | --- | --- | --- | --- |\n\
            | rate | 2,000 | 1,000 | 600 (60 %) | — | ≥ 60 % |\n\
            | p50 | 0.50 | 1.00 (+0.50) | 1.25 (+0.75) | — | — |\n\
            | a \\| b | c d | — | — | — | — |\n";
        assert_eq!(table.markdown(), wanted);
        assert_eq!(
            (thousands(999.6), thousands(41_800.3), thousands(7.0)),
            ("1,000".into(), "41,800".into(), "7".into())
        );
    }
}
