//! Who pays: asked before each call of a provider, told after it how it ended, also when nobody waits for it any more.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use llm_client::{AnswerFormat, ChatMessage, ErrorClass, ProviderError, ToolSpec, Usage};

use crate::price::Price;

/// A call that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Planned<'a> {
    pub provider: &'a str,
    /// The model's id at the provider.
    pub model: &'a str,
    /// `provider/model` in lower case.
    pub id: &'a str,
    /// The label of the provider's key, and its id.
    pub credential: Option<&'a str>,
    pub credential_id: Option<&'a str>,
    pub price: Option<Price>,
    pub messages: &'a [ChatMessage],
    pub tools: &'a [ToolSpec],
    pub format: &'a AnswerFormat,
    /// It thinks, and what it thinks is not always told.
    pub reasons: bool,
    /// Nothing of the answer is heard before its end.
    pub whole: bool,
    /// What the asker set, and what the model can say at most, as far as that is known.
    pub asked_output: Option<u32>,
    pub model_output: Option<u32>,
    pub window: Option<u32>,
}

/// The leave to make one call.
pub struct Grant {
    pub account: Box<dyn Account>,
    /// The provider is told to answer with no more than this.
    pub most_output: Option<u32>,
}

/// Pays for the calls of one question. An error of it ends the question, and nobody is asked.
pub trait Purse: Send + Sync + std::fmt::Debug {
    fn reserve<'a>(&'a self, call: Planned<'a>) -> BoxFuture<'a, Result<Grant, ProviderError>>;
}

/// The account of one call, to be given once. Giving it does not wait.
pub trait Account: Send {
    fn close(self: Box<Self>, end: Ended);
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Finished,
    /// Before any content.
    Failed(ErrorClass),
    /// After content.
    Cut(ErrorClass),
    /// Whoever asked has gone, or has heard enough.
    Dropped,
}

#[derive(Clone, Debug)]
pub struct Ended {
    pub how: How,
    /// As the provider says; `None`: it did not.
    pub usage: Option<Usage>,
    /// All that was said, thoughts and tool calls included, for counting where the provider does not.
    pub said: String,
}

/// The open account of a call that is sent as soon as it is granted, without anything to wait for in between: closed by what happens to it, or by being dropped.
pub struct Tab {
    account: Option<Box<dyn Account>>,
    said: String,
}

impl Tab {
    /// Without a purse nobody counts.
    pub fn new(account: Option<Box<dyn Account>>) -> Self {
        Self { account, said: String::new() }
    }

    pub fn hear(&mut self, text: &str) {
        if self.account.is_some() {
            self.said.push_str(text);
        }
    }

    pub fn close(&mut self, how: How, usage: Option<&Usage>) {
        if let Some(account) = self.account.take() {
            account.close(Ended { how, usage: usage.copied(), said: std::mem::take(&mut self.said) });
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        self.close(How::Dropped, None);
    }
}

/// As it travels in a question.
pub type SharedPurse = Arc<dyn Purse>;
