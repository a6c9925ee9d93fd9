//! A rule as a sentence, in English or French, written by hand. It says all that the rule says, and nothing that is not
//! so; exceptions, additions and overrides are not the rule's. Must not read a rule's text or expand it.

mod english;
mod french;
mod numbers;
mod plan;
#[cfg(test)]
mod tests;

use jiff::civil::DateTime;

use super::rule::Rule;
use crate::domain::locale::Tongue;
use plan::Plan;

/// The sentence of a rule whose series starts at a civil time; `until` is the rule's own end in the same civil time.
pub(super) fn sentence(rule: &Rule, start: DateTime, until: Option<DateTime>, tongue: Tongue) -> String {
    let plan = Plan::of(rule, start, until);
    match tongue {
        Tongue::English => english::sentence(&plan),
        Tongue::French => french::sentence(&plan),
    }
}

/// A list in words, with a word before its last entry: `a, b and c`.
fn join_map<T>(items: &[T], word: &str, say: impl FnMut(&T) -> String) -> String {
    let mut parts: Vec<String> = items.iter().map(say).collect();
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} {word} {last}", parts.join(", ")) }
}
