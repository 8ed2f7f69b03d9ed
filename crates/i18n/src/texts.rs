//! Texts that are not problems, with typed keys: a key without a text fails the tests of this crate.

use crate::{Args, look_up};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $id:literal),+ $(,)?) => {
        /// A text that the server says by itself.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text { $($(#[$doc])* $name),+ }

        impl Text {
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The name of the message in the locale files.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }
    };
}

texts! {
    /// Heading of the page that stands in for the missing web application.
    PagesMissingTitle = "pages-missing-title",
    /// How to build the web application (`command`).
    PagesMissingBody = "pages-missing-body",
    /// Heading of the manual's list of pages.
    ManualTitle = "manual-title",
    /// Link from a page of the manual back to the list.
    ManualContents = "manual-contents",
    /// Link from the manual to the application.
    ManualToApp = "manual-to-app",
}

/// The text in a language (`en`, `id`, `ja`; anything else is English).
pub fn text(language: &str, key: Text, args: Args<'_>) -> String {
    look_up(language, key.id(), args).unwrap_or_else(|| key.id().to_owned())
}
