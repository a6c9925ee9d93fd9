//! Finds what looks like a person's own address, number or date of birth. An organization's shared mailbox, a toll-free
//! or crisis line and a venue's address are no such thing. Must not keep or repeat what it finds.

mod birth;
mod email;
mod home;
mod numbers;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::links::Link;
use super::words::Words;

/// What something looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A person's mailbox.
    Email,
    /// A telephone number with an area code.
    Telephone,
    /// A social insurance number.
    SocialInsurance,
    /// The number of a health card.
    HealthCard,
    /// The address of a home.
    Home,
    /// A date of birth.
    Birth,
    /// A licence plate.
    Plate,
}

impl Kind {
    /// A sentence for the author, without the full stop.
    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Email => "this looks like a person's e-mail address",
            Self::Telephone => "this looks like a person's telephone number",
            Self::SocialInsurance => "this looks like a social insurance number",
            Self::HealthCard => "this looks like a health card number",
            Self::Home => "this looks like the address of a person's home",
            Self::Birth => "this looks like a person's date of birth",
            Self::Plate => "this looks like a licence plate",
        }
    }
}

/// A stretch of the text that looks like personal information.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suspect {
    /// What it looks like.
    pub(super) kind: Kind,
    /// Where it is.
    pub(super) bytes: Range<usize>,
}

/// All that looks like personal information in a text, in no order; linear in the text.
pub(super) fn find(words: &Words<'_>) -> Vec<Suspect> {
    let mut found = email::find(words);
    found.extend(numbers::find(words));
    found.extend(birth::find(words));
    found.extend(home::find(words));
    found
}

/// Whether a byte is inside an address of the web, whose digits and at signs are nobody's.
fn is_in_link(links: &[Link], byte: usize) -> bool {
    let after = links.partition_point(|link| link.bytes.start <= byte);
    let link = after.checked_sub(1).and_then(|at| links.get(at));
    link.is_some_and(|link| byte < link.bytes.end && !link.is_contact)
}

/// Whether one of the words is among the `reach` words before a byte.
fn is_after(words: &Words<'_>, byte: usize, reach: usize, wanted: &[&str]) -> bool {
    let at = words.index_at(byte);
    (at.saturating_sub(reach)..at).any(|at| wanted.contains(&words.folded(at)))
}
