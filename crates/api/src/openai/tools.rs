//! Tools of a request: functions, and which of them must be called.

use app::integration::{ToolChoice, ToolSpec};
use domain::{Error, FieldFault};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::request::fault;

const MOST_TOOLS: usize = 128;
const LONGEST_NAME: usize = 64;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionTool)]
pub struct ToolBody {
    /// Only `function`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub function: Option<FunctionBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FunctionObject)]
pub struct FunctionBody {
    /// Letters, digits, `_` and `-`, at most 64.
    pub name: String,
    #[serde(default)]
    pub description: Option<String>,
    /// A JSON schema of the arguments.
    #[serde(default)]
    pub parameters: Option<Value>,
    #[serde(default)]
    pub strict: Option<bool>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ChatCompletionToolChoice)]
pub enum ToolChoiceBody {
    /// `none`, `auto` or `required`.
    Word(String),
    Named(NamedBody),
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionNamedToolChoice)]
pub struct NamedBody {
    /// Only `function`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub function: Option<NameBody>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChatCompletionNamedFunction)]
pub struct NameBody {
    pub name: String,
}

pub(super) fn specs(bodies: Vec<ToolBody>) -> Result<Vec<ToolSpec>, Error> {
    if bodies.len() > MOST_TOOLS {
        return Err(Error::invalid(vec![FieldFault::new("/tools", "too_many").arg("max", MOST_TOOLS)]));
    }
    bodies.into_iter().enumerate().map(|(at, body)| spec(&format!("/tools/{at}"), body)).collect()
}

fn spec(place: &str, body: ToolBody) -> Result<ToolSpec, Error> {
    if body.kind != "function" {
        return Err(fault(format!("{place}/type"), "wrong_value"));
    }
    let function = body.function.ok_or_else(|| fault(format!("{place}/function"), "missing"))?;
    let fits = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if function.name.is_empty() || function.name.len() > LONGEST_NAME || !fits(&function.name) {
        return Err(fault(format!("{place}/function/name"), "integration.tool_name"));
    }
    Ok(ToolSpec {
        name: function.name,
        description: function.description.unwrap_or_default(),
        parameters: function.parameters.unwrap_or_else(|| json!({"type": "object", "properties": {}})),
        strict: function.strict == Some(true),
    })
}

pub(super) fn choice(body: Option<ToolChoiceBody>, tools: &[ToolSpec]) -> Result<ToolChoice, Error> {
    let choice = match body {
        None => return Ok(ToolChoice::Auto),
        Some(ToolChoiceBody::Word(word)) => match word.as_str() {
            "auto" => return Ok(ToolChoice::Auto),
            "none" => return Ok(ToolChoice::Never),
            "required" => ToolChoice::Required,
            _ => return Err(fault("/tool_choice", "wrong_value")),
        },
        Some(ToolChoiceBody::Named(NamedBody { kind, function })) => match function {
            Some(NameBody { name }) if kind == "function" => ToolChoice::Named(name),
            Some(_) | None => return Err(fault("/tool_choice/type", "wrong_value")),
        },
    };
    let there = match &choice {
        ToolChoice::Named(name) => tools.iter().any(|tool| tool.name == *name),
        ToolChoice::Auto | ToolChoice::Never | ToolChoice::Required => !tools.is_empty(),
    };
    if there { Ok(choice) } else { Err(fault("/tool_choice", "integration.no_such_tool")) }
}
