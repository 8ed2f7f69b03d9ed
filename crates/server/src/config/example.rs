//! The keys as documents, from the same declaration that reads them: `.env.example`, a TOML file, a table for the manual.

use std::fmt::Write as _;

use super::section::Key;
use super::sections;

/// `.env.example`: everything commented out, for everything has a default.
pub fn env() -> String {
    let mut text = String::from(
        "# Obrol's configuration. Nothing here is needed to start: without it there is SQLite and generated secrets in a data directory.\n\
         # Made by `obrol config example`; `obrol config check` checks what is set, all faults at once.\n",
    );
    for (title, keys) in sections() {
        let _ = write!(text, "\n# ---{title} ---\n");
        for key in keys {
            text.push('\n');
            for line in key.doc {
                let _ = writeln!(text, "#{line}");
            }
            let _ = writeln!(text, "#   {}", facts(key));
            let _ = writeln!(text, "#{}={}", key.env, if key.default.is_empty() { key.example } else { key.default });
        }
    }
    text.push_str(PROVIDERS_ENV);
    text
}

/// The same as a file for `OBROL_CONFIG`.
pub fn toml() -> String {
    let mut text = String::from(
        "# Obrol's configuration as a file: `obrol.toml` in the data directory, or where OBROL_CONFIG points.\n# The environment wins over this file.\n",
    );
    for (title, keys) in sections() {
        let section = keys.first().map_or("", |key| key.section);
        let _ = write!(text, "\n#{title}\n[{section}]\n");
        for key in keys {
            for line in key.doc {
                let _ = writeln!(text, "#{line}");
            }
            let value = if key.default.is_empty() { key.example } else { key.default };
            let _ = writeln!(text, "# {} = \"{value}\"", key.field);
        }
    }
    text.push_str(PROVIDERS_TOML);
    text
}

/// Tables for the manual (Markdown).
pub fn markdown() -> String {
    let mut text = String::new();
    for (title, keys) in sections() {
        let _ = write!(text, "###{title}\n\n| key | in the file | default | meaning |\n| --- | --- | --- | --- |\n");
        for key in keys {
            let default = if key.default.is_empty() { "not set".to_owned() } else { format!("`{}`", key.default) };
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {default} | {} |",
                key.env,
                key.path(),
                key.sentence().replace('|', "\\|")
            );
        }
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn facts(key: &Key) -> String {
    let default = if key.default.is_empty() { "not set".to_owned() } else { key.default.to_owned() };
    let secret = if key.secret { ", never shown" } else { "" };
    format!("{}{secret}; default: {default}", key.expects)
}

const PROVIDERS_ENV: &str = "
# --- Providers of models ---

# Any number of them: OBROL_PROVIDER_<NAME>_…; the models are then called <name>/<model>.
# KIND is openai, openrouter, groq, vercel, gemini, anthropic, ollama, or compatible: any server that speaks OpenAI's API
# (vLLM, llama.cpp, LM Studio …). BASE_URL may be left out but for compatible. API_KEY may hold several keys, separated by
# commas: they are used in turn; compatible and ollama need none. MODELS may be left out: the provider is asked.
#OBROL_PROVIDER_OPENAI_KIND=openai
#OBROL_PROVIDER_OPENAI_BASE_URL=https://api.openai.com/v1
#OBROL_PROVIDER_OPENAI_API_KEY=sk-…
#OBROL_PROVIDER_OPENAI_MODELS=gpt-5,gpt-5-mini

# Routes: OBROL_ROUTE_<NAME>, models that are asked in this order until one answers. People choose it as route/<name>.
#OBROL_ROUTE_CAREFUL=openai/gpt-5,anthropic/claude-sonnet-4-5,ollama/qwen3:4b
";

const PROVIDERS_TOML: &str = "
# Providers of models, any number of them; the models are then called <name>/<model>.
# [providers.openai]
# kind = \"openai\"
# base_url = \"https://api.openai.com/v1\"
# api_key = \"sk-…\"
# models = [\"gpt-5\", \"gpt-5-mini\"]

# Chains of models that are asked in this order until one answers, offered as route/<name>.
# [routes]
# careful = [\"openai/gpt-5\", \"ollama/qwen3:4b\"]
";
