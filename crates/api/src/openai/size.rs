//! What may be sent beside the messages: it goes with every try of a question, and is kept as long as the answer runs.

use std::io::{Result, Write};

use app::integration::{AnswerFormat, ToolSpec};
use domain::{Error, FieldFault};
use serde_json::Value;

/// Tools and the schema of the answer, as text.
const MOST: usize = 1024 * 1024;

/// # Errors
/// A fault at what is too long.
pub(super) fn check(tools: &[ToolSpec], format: &AnswerFormat) -> std::result::Result<(), Error> {
    let tool = |tool: &ToolSpec| tool.name.len() + tool.description.len() + written(&tool.parameters);
    let tools: usize = tools.iter().map(tool).sum();
    let format = match format {
        AnswerFormat::Schema { name, schema, .. } => name.len() + written(schema),
        AnswerFormat::Text | AnswerFormat::Json => 0,
    };
    let too_long = |place: &str| Error::invalid(vec![FieldFault::new(place, "too_long").arg("max", MOST)]);
    if tools > MOST {
        return Err(too_long("/tools"));
    }
    if tools + format > MOST {
        return Err(too_long("/response_format/json_schema"));
    }
    Ok(())
}

/// Bytes of a value as JSON, without writing it anywhere.
fn written(value: &Value) -> usize {
    let mut count = Count(0);
    // Counting cannot fail, and neither can writing a value that was read.
    if serde_json::to_writer(&mut count, value).is_err() {
        return usize::MAX / 4;
    }
    count.0
}

struct Count(usize);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tools_and_schema_share_one_limit() {
        let tool =
            |parameters| ToolSpec { name: "f".to_owned(), description: String::new(), parameters, strict: false };
        let schema = |schema| AnswerFormat::Schema { name: "s".to_owned(), schema, strict: false };
        let half = || json!("a".repeat(MOST / 2 - 10));
        let fits = |tools: &[ToolSpec], format: &AnswerFormat| check(tools, format).is_ok();
        assert!(fits(&[tool(half())], &schema(half())));
        assert!(fits(&[tool(half()), tool(half())], &AnswerFormat::Json));
        assert!(!fits(&[tool(half()), tool(half()), tool(json!("a".repeat(40)))], &AnswerFormat::Text));
        assert!(!fits(&[tool(half())], &schema(json!("a".repeat(MOST / 2 + 10)))));
        assert!(!fits(&[], &schema(json!("a".repeat(MOST)))));
        assert_eq!(written(&json!({"a": ["b", 1]})), r#"{"a":["b",1]}"#.len());
    }
}
