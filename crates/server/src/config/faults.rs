//! All that is wrong with a configuration, told at once: key, fault, example. Values are never repeated.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The name of the variable, or the place in the file.
    pub key: String,
    pub fault: String,
    /// A line that would be right.
    pub example: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    pub fn add(&mut self, key: impl Into<String>, fault: impl Into<String>, example: Option<String>) {
        self.0.push(Fault { key: key.into(), fault: fault.into(), example });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        writeln!(f, "The configuration has {count} {}:", if count == 1 { "fault" } else { "faults" })?;
        for Fault { key, fault, example } in &self.0 {
            writeln!(f, "\n  {key}\n      {fault}")?;
            if let Some(example) = example {
                writeln!(f, "      for example: {example}")?;
            }
        }
        write!(f, "\n`obrol config example` prints every key with its meaning.")
    }
}

impl std::error::Error for Faults {}
