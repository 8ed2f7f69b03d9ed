//! The declaration of configuration keys: one struct a section, from which reading, `.env.example` and the manual's table come.

use std::fmt::Write as _;

/// One key as it is declared.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// First part of its place in the TOML file.
    pub section: &'static str,
    /// Second part of its place in the TOML file.
    pub field: &'static str,
    pub env: &'static str,
    /// As a person would write it; empty: not set.
    pub default: &'static str,
    pub example: &'static str,
    /// Lines of its documentation.
    pub doc: &'static [&'static str],
    /// Never shown, neither in faults nor in logs.
    pub secret: bool,
    /// What may be written, in a few words.
    pub expects: &'static str,
}

impl Key {
    /// Its place in the TOML file.
    pub fn path(&self) -> String {
        format!("{}.{}", self.section, self.field)
    }

    pub fn sentence(&self) -> String {
        self.doc.iter().fold(String::new(), |mut text, line| {
            let _ = write!(text, "{}{}", if text.is_empty() { "" } else { " " }, line.trim());
            text
        })
    }
}

/// A type that a key can have.
pub trait Setting: Sized {
    /// What may be written, in a few words.
    const EXPECTS: &'static str;
    const SECRET: bool = false;

    /// From text; the fault never repeats the text.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value when nothing is written and nothing is the default.
    fn unset() -> Option<Self> {
        None
    }
}

/// A section of the configuration.
pub trait Section: Sized {
    const TITLE: &'static str;
    const KEYS: &'static [Key];

    /// Reads all its keys; faults are collected, so that one start tells them all.
    fn read(reader: &mut super::sources::Reader<'_>) -> Option<Self>;
}

/// Declares a section:
/// `field: Type = "default", "ENVIRONMENT_NAME", "example";`
macro_rules! section {
    (
        $(#[doc = $title:literal])+
        $name:ident $section:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:literal, $env:literal, $example:literal;)+
        }
    ) => {
        $(#[doc = $title])+
        #[derive(Clone, Debug)]
        pub struct $name { $($(#[doc = $doc])+ pub $field: $type),+ }

        impl $crate::config::section::Section for $name {
            const TITLE: &'static str = concat!($($title),+);
            const KEYS: &'static [$crate::config::section::Key] = &[$($crate::config::section::Key {
                section: $section,
                field: stringify!($field),
                env: $env,
                default: $default,
                example: $example,
                doc: &[$($doc),+],
                secret: <$type as $crate::config::section::Setting>::SECRET,
                expects: <$type as $crate::config::section::Setting>::EXPECTS,
            }),+];

            fn read(reader: &mut $crate::config::sources::Reader<'_>) -> Option<Self> {
                let mut keys = Self::KEYS.iter();
                $(let $field = keys.next().and_then(|key| reader.value::<$type>(key));)+
                Some(Self { $($field: $field?),+ })
            }
        }
    };
}
pub(crate) use section;
