//! Whom to ask for one question, in which order: the operator's chain, less those that cannot or may not.

use std::sync::Arc;

use llm_client::{Continuation, ErrorClass, ProviderError};

use crate::ask::{Ask, CANNOT_CONTINUE, Needs};
use crate::catalogue::{self, Abilities, Kind, ModelEntry};
use crate::estimate;
use crate::images;
use crate::registry::Registry;
use crate::settings::RouteStep;
use crate::source::Source;
use crate::state::ModelState;

pub struct Step {
    pub source: Arc<Source>,
    pub entry: ModelEntry,
    pub state: Arc<ModelState>,
    /// How it takes up an unfinished answer.
    pub continuation: Continuation,
    /// Its place in the operator's chain.
    pub place: usize,
}

pub struct Chain {
    pub steps: Vec<Step>,
    pub route: Option<String>,
    pub after_moderation: bool,
    /// The operator's chain has one model only.
    pub alone: bool,
    /// Some were left out because the question is too long for them.
    pub too_small: bool,
    /// Estimated tokens of question and answer; 0 where nobody's window is known.
    pub needed: u64,
}

pub async fn plan(registry: &Registry, ask: &Ask, kind: Kind) -> Result<Chain, ProviderError> {
    let route = registry.route(&ask.model);
    let alone = [RouteStep { model: ask.model.clone(), may_continue: false }];
    let wanted = route.map_or(alone.as_slice(), |route| route.models.as_slice());
    let found =
        futures_util::future::join_all(wanted.iter().map(|step| catalogue::find_for(registry, &step.model, kind)))
            .await;
    let steps = wanted.iter().zip(found).enumerate().filter_map(|(place, (wanted, found))| {
        let (source, entry) = found?;
        let state = source.state.model(&entry.model);
        let continuation = continuation(&source, &entry);
        Some((Step { source, entry, state, continuation, place }, wanted.may_continue))
    });
    let (mut steps, may): (Vec<_>, Vec<_>) = steps.unzip();
    if steps.is_empty() {
        return Err(refused("model_not_found", "nobody offers this model"));
    }
    let known = steps.iter().any(|step| step.entry.context_window.is_some());
    let needed = if known { tokens(ask) } else { 0 };
    let addressed = images::by_address(&ask.messages);
    let facts = steps.iter().zip(may).map(|(step, may_continue)| Facts {
        window: step.entry.context_window.map(u64::from),
        can: if addressed && step.source.stands_inside() { Some(false) } else { can(step.entry.known, ask.wants) },
        continues: continues(step, may_continue, ask),
        failed: ask.avoid.iter().any(|id| id.eq_ignore_ascii_case(&step.entry.id)),
    });
    let order = order(&facts.collect::<Vec<_>>(), needed, ask.continue_from.is_some())?;
    let mut slots: Vec<_> = steps.drain(..).map(Some).collect();
    let steps: Vec<_> = order.kept.iter().filter_map(|at| slots.get_mut(*at)?.take()).collect();
    Ok(Chain {
        alone: steps.len() == 1,
        steps,
        route: route.map(|route| route.name.clone()),
        after_moderation: route.is_some_and(|route| route.after_moderation),
        too_small: order.too_small,
        needed,
    })
}

fn refused(code: &str, detail: &str) -> ProviderError {
    ProviderError::new(ErrorClass::InvalidRequest, detail).with_code(code)
}

fn tokens(ask: &Ask) -> u64 {
    let tools = |tool: &llm_client::ToolSpec| {
        estimate::tokens(&tool.name)
            + estimate::tokens(&tool.description)
            + estimate::tokens(&tool.parameters.to_string())
    };
    let so_far = ask.continue_from.as_deref().map_or(0, estimate::tokens);
    let answer = ask.max_output_tokens.map_or(0, u64::from);
    estimate::messages(&ask.messages) + ask.tools.iter().map(tools).sum::<u64>() + so_far + answer
}

/// What the provider says, overruled by the operator.
fn continuation(source: &Source, entry: &ModelEntry) -> Continuation {
    takes_up(source.provider.continuation(), entry.known.continues)
}

/// What a provider can, and what the operator says of the model.
pub fn takes_up(own: Continuation, said: Option<bool>) -> Continuation {
    match (own, said) {
        (Continuation::Replay, _) => Continuation::Replay,
        (_, Some(false)) | (Continuation::None, None) => Continuation::None,
        (_, Some(true)) | (Continuation::Prefill, None) => Continuation::Prefill,
    }
}

/// Whether this model may take up the answer: the one that began it, or one that the route allows to go on for others.
fn continues(step: &Step, may_continue: bool, ask: &Ask) -> bool {
    let own = ask.begun_by.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&step.entry.id));
    match step.continuation {
        Continuation::Replay => own,
        Continuation::Prefill => own || may_continue,
        Continuation::None => false,
    }
}

/// Whether it can all that is wanted; `None`: nobody says so.
fn can(known: Abilities, wants: Needs) -> Option<bool> {
    let wanted = [(wants.tools, known.tools), (wants.vision, known.vision), (wants.json, known.json)];
    let abilities: Vec<_> = wanted.into_iter().filter(|(wants, _)| *wants).map(|(_, known)| known).collect();
    if abilities.contains(&Some(false)) {
        Some(false)
    } else if abilities.contains(&None) {
        None
    } else {
        Some(true)
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    window: Option<u64>,
    can: Option<bool>,
    continues: bool,
    /// In this run.
    failed: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Order {
    kept: Vec<usize>,
    too_small: bool,
}

fn order(facts: &[Facts], needed: u64, unfinished: bool) -> Result<Order, ProviderError> {
    let mut kept: Vec<(usize, Facts)> = facts.iter().copied().enumerate().collect();
    kept.retain(|(_, one)| !unfinished || one.continues);
    if kept.is_empty() {
        return Err(refused(CANNOT_CONTINUE, "no model of the chain may take this answer up"));
    }
    kept.retain(|(_, one)| one.can != Some(false));
    if kept.is_empty() {
        return Err(refused("unsupported", "no model of the chain can do what is wanted"));
    }
    let fits = |one: &Facts| one.window.is_none_or(|window| needed <= window);
    let too_small = kept.iter().any(|(_, one)| fits(one)) && kept.iter().any(|(_, one)| !fits(one));
    // An estimate is one: where it would leave nobody, the providers decide.
    kept.retain(|(_, one)| !too_small || fits(one));
    // Those that surely can before those of which nobody says so, and what failed already in this run at the end.
    kept.sort_by_key(|(_, one)| (one.failed, one.can != Some(true)));
    Ok(Order { kept: kept.into_iter().map(|(at, _)| at).collect(), too_small })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const ANY: Facts = Facts { window: None, can: Some(true), continues: false, failed: false };

    fn window(tokens: u64) -> Facts {
        Facts { window: Some(tokens), ..ANY }
    }

    fn kept(facts: &[Facts], needed: u64) -> (Vec<usize>, bool) {
        let order = order(facts, needed, false).unwrap();
        (order.kept, order.too_small)
    }

    #[test]
    fn the_operators_order_stands_unless_there_is_a_reason() {
        assert_eq!(kept(&[ANY, ANY, ANY], 10), (vec![0, 1, 2], false));
        let failed = Facts { failed: true, ..ANY };
        assert_eq!(kept(&[failed, ANY, failed], 0), (vec![1, 0, 2], false), "last, not never");
        let (unsure, cannot) = (Facts { can: None, ..ANY }, Facts { can: Some(false), ..ANY });
        assert_eq!(kept(&[unsure, cannot, ANY], 0), (vec![2, 0], false));
        assert_eq!(order(&[cannot], 0, false).unwrap_err().code.as_deref(), Some("unsupported"));
    }

    #[test]
    fn a_long_question_goes_to_those_who_can_hold_it() {
        assert_eq!(kept(&[window(8), window(128), ANY], 50), (vec![1, 2], true));
        assert_eq!(kept(&[window(8), window(128)], 8), (vec![0, 1], false));
        assert_eq!(kept(&[window(8), window(4)], 50), (vec![0, 1], false), "an estimate alone refuses nobody");
    }

    #[test]
    fn only_those_who_may_take_an_answer_up() {
        let may = Facts { continues: true, ..ANY };
        assert_eq!(order(&[ANY, may, ANY], 0, true).unwrap().kept, [1]);
        let error = order(&[ANY, ANY], 0, true).unwrap_err();
        assert_eq!((error.class, error.code.as_deref()), (ErrorClass::InvalidRequest, Some(CANNOT_CONTINUE)));
    }

    #[test]
    fn abilities_count_only_when_they_are_wanted() {
        let known = Abilities { tools: Some(false), vision: Some(true), ..Abilities::default() };
        let wants = |tools, vision, json| can(known, Needs { tools, vision, json });
        assert_eq!(wants(false, false, false), Some(true));
        assert_eq!(wants(false, true, false), Some(true));
        assert_eq!(wants(false, true, true), None);
        assert_eq!(wants(true, true, true), Some(false));
    }
}
