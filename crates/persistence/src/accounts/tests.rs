//! Finders of accounts against a real SQLite.
