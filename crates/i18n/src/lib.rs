//! Everything that the server says to people, in English, Indonesian and Japanese: Fluent files compiled into the binary.

mod problems;
mod texts;

pub use problems::{fault_message, problem_detail, problem_title, status_title};
pub use texts::{Text, text};

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid};

/// Public arguments of a text: a name and a value; numbers take part in plural rules.
pub type Args<'a> = &'a [(&'static str, String)];

const EN: LanguageIdentifier = langid!("en");
const ID: LanguageIdentifier = langid!("id");
const JA: LanguageIdentifier = langid!("ja");

mod embedded {
    fluent_templates::static_loader! {
        pub(crate) static LOCALES = {
            locales: "./locales",
            fallback_language: "en",
            // Isolation marks around arguments would end up in JSON and logs, where nobody expects them.
            customise: |bundle| bundle.set_use_isolating(false),
        };
    }
}

/// One message (or `message.attribute`) in a language; English where the language lacks it, `None` where English does too.
fn look_up(language: &str, id: &str, args: Args<'_>) -> Option<String> {
    let identifier = match language {
        "id" => &ID,
        "ja" => &JA,
        _ => &EN,
    };
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::try_number(value))).collect();
    let args = (!args.is_empty()).then_some(&args);
    let loader = &*embedded::LOCALES;
    loader.lookup_single_language(identifier, id, args).or_else(|_| loader.lookup_single_language(&EN, id, args)).ok()
}

/// Message names of Fluent have no dots: `auth.required` is `auth-required`.
fn id_of(code: &str) -> String {
    code.replace('.', "-")
}

#[cfg(test)]
mod tests;
