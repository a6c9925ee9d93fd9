//! Finds e-mail addresses of persons. Must not flag the shared mailboxes of organizations.

use super::{Kind, Suspect, is_in_link};
use crate::domain::wording::words::Words;

/// Longest part before the at sign, and longest host, in bytes (RFC 5321, 4.5.3.1).
const LONGEST: usize = 255;

/// Names of mailboxes that a role reads, not a person.
const ROLES: [&str; 96] = [
    "abuse",
    "accessibility",
    "accueil",
    "adhesion",
    "admin",
    "administration",
    "advocacy",
    "aide",
    "bienvenue",
    "benevolat",
    "benevoles",
    "board",
    "bonjour",
    "booking",
    "bureau",
    "campaigns",
    "careers",
    "centre",
    "clinic",
    "clinique",
    "comms",
    "communication",
    "communications",
    "community",
    "conference",
    "connect",
    "contact",
    "contactus",
    "coordination",
    "council",
    "direction",
    "distribution",
    "donate",
    "donations",
    "dons",
    "ecoute",
    "editor",
    "editors",
    "education",
    "emplois",
    "enquiries",
    "equipe",
    "evenements",
    "events",
    "feedback",
    "finance",
    "formation",
    "foundation",
    "general",
    "hello",
    "help",
    "hi",
    "hr",
    "hub",
    "info",
    "infos",
    "information",
    "inquiries",
    "intake",
    "intervention",
    "jobs",
    "join",
    "legal",
    "mail",
    "media",
    "medias",
    "membership",
    "members",
    "naloxone",
    "news",
    "newsletter",
    "noreply",
    "office",
    "outreach",
    "policy",
    "postmaster",
    "presse",
    "press",
    "privacy",
    "program",
    "programs",
    "projects",
    "questions",
    "reception",
    "referrals",
    "registration",
    "renseignements",
    "research",
    "secretariat",
    "security",
    "service",
    "services",
    "soutien",
    "support",
    "team",
    "training",
];

/// More of them.
const MORE_ROLES: [&str; 12] = [
    "volunteer",
    "volunteering",
    "volunteers",
    "web",
    "webmaster",
    "welcome",
    "workshops",
    "drugchecking",
    "supplies",
    "harmreduction",
    "orders",
    "safersupply",
];

/// The mailboxes of persons in a text.
pub(super) fn find(words: &Words<'_>) -> Vec<Suspect> {
    let text = words.text;
    let mut found: Vec<Suspect> = Vec::new();
    let mut reached = 0;
    for (at, _) in text.match_indices('@') {
        let Some((before, after)) = text.get(reached..at).zip(text.get(at + 1..)) else { continue };
        let local_bytes = before.bytes().rev().take(LONGEST).take_while(|byte| is_local(*byte)).count();
        let local = before.get(before.len() - local_bytes..).unwrap_or_default();
        let host_bytes = after.bytes().take(LONGEST).take_while(|byte| is_host(*byte)).count();
        let host = after.get(..host_bytes).unwrap_or_default().trim_end_matches(['.', '-']);
        let start = at - local_bytes;
        reached = at + 1;
        if local.is_empty() || !is_domain(host) || is_in_link(&words.links, start) {
            continue;
        }
        if !is_role(local, host) {
            found.push(Suspect { kind: Kind::Email, bytes: start..at + 1 + host.len() });
        }
    }
    found
}

fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'%') || !byte.is_ascii()
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

/// Whether a host has two labels or more, the last of letters.
fn is_domain(host: &str) -> bool {
    let Some((first, last)) = host.rsplit_once('.') else { return false };
    !first.is_empty() && last.len() > 1 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a mailbox is an organization's: `info@`, `media-relations@`, `press.fr@`, or its own name (`vandu@vandu.org`).
fn is_role(local: &str, host: &str) -> bool {
    let local = local.split('+').next().unwrap_or_default().to_ascii_lowercase();
    let local = local.trim_matches(['.', '_', '-', '%']);
    let is_known = |name: &str| ROLES.contains(&name) || MORE_ROLES.contains(&name);
    let mut parts = local.split(['.', '_', '-']);
    let joined: String = local.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_own_name = host.to_ascii_lowercase().split('.').any(|label| label == local);
    is_known(&joined) || is_own_name || parts.next().is_some_and(is_known) || parts.next_back().is_some_and(is_known)
}
