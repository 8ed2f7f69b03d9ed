//! Tool calls put together from their pieces.

use crate::ToolCall;

#[derive(Default)]
struct Draft {
    id: String,
    index: Option<u64>,
    name: String,
    arguments: String,
}

/// Collects pieces until the stream ends. A piece belongs to the call with its id; without an id to the latest one with
/// its index; without both to the latest call. Indices may start anywhere and ids may repeat on every piece.
#[derive(Default)]
pub(crate) struct ToolCalls {
    drafts: Vec<Draft>,
}

impl ToolCalls {
    pub fn add(&mut self, id: &str, index: Option<u64>, name: &str, arguments: &str) {
        let known = if !id.is_empty() {
            self.drafts.iter().rposition(|draft| draft.id == id).or_else(|| {
                // The id may come later than the first piece of its index.
                self.drafts.iter().rposition(|draft| draft.id.is_empty() && draft.index == index && index.is_some())
            })
        } else if index.is_some() {
            self.drafts.iter().rposition(|draft| draft.index == index)
        } else {
            self.drafts.len().checked_sub(1)
        };
        let at = known.unwrap_or_else(|| {
            self.drafts.push(Draft::default());
            self.drafts.len() - 1
        });
        let Some(draft) = self.drafts.get_mut(at) else { return };
        if draft.id.is_empty() {
            id.clone_into(&mut draft.id);
        }
        draft.index = draft.index.or(index);
        if draft.name.is_empty() {
            name.clone_into(&mut draft.name);
        }
        draft.arguments.push_str(arguments);
    }

    /// No call that could be made.
    pub fn is_empty(&self) -> bool {
        self.drafts.iter().all(|draft| draft.name.is_empty())
    }

    /// The calls in the order in which they began. One without a name cannot be made and is left out; one without an id
    /// gets its position as id; no arguments are `{}`.
    pub fn finish(self) -> Vec<ToolCall> {
        let named = self.drafts.into_iter().filter(|draft| !draft.name.is_empty());
        named
            .enumerate()
            .map(|(position, draft)| ToolCall {
                id: if draft.id.is_empty() { format!("call_{position}") } else { draft.id },
                name: draft.name,
                arguments: if draft.arguments.trim().is_empty() { "{}".to_owned() } else { draft.arguments },
            })
            .collect()
    }
}
