//! Tells from the words around a phrase that it is no wording of the author's: part of an organization's or a law's
//! name, or a word that is talked about (`the word "addict"`). Must not know the phrases themselves.

use super::lexicon::Hit;
use super::words::{Gap, Words};

/// How many words a name may be long, and how far a talked-about word may be from the word that says so.
const REACH: usize = 12;

/// What a name in English has in it.
const NAME_WORDS: [&str; 52] = [
    "act",
    "administration",
    "agency",
    "alliance",
    "anonymous",
    "assembly",
    "association",
    "board",
    "center",
    "centre",
    "clinic",
    "coalition",
    "collective",
    "college",
    "commission",
    "committee",
    "council",
    "department",
    "fellowship",
    "federation",
    "forum",
    "foundation",
    "front",
    "group",
    "groups",
    "hub",
    "initiative",
    "institute",
    "journal",
    "lab",
    "league",
    "liberation",
    "ministry",
    "movement",
    "museum",
    "network",
    "office",
    "organisation",
    "organization",
    "program",
    "programme",
    "project",
    "registry",
    "review",
    "school",
    "service",
    "services",
    "society",
    "task",
    "union",
    "unit",
    "university",
];

/// What a name in French begins with.
const NAME_HEADS: [&str; 27] = [
    "alliance",
    "association",
    "autorite",
    "bureau",
    "centre",
    "clinique",
    "coalition",
    "collectif",
    "comite",
    "commission",
    "confederation",
    "conseil",
    "federation",
    "fondation",
    "front",
    "institut",
    "loi",
    "ministere",
    "mouvement",
    "nuit",
    "observatoire",
    "regroupement",
    "reseau",
    "societe",
    "syndicat",
    "union",
    "revue",
];

/// Small words inside names, English then French.
const LINKS_EN: [&str; 6] = ["and", "for", "of", "on", "who", "s"];
const LINKS_FR: [&str; 17] =
    ["a", "au", "aux", "contre", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "par", "pour", "sur"];

/// Endings of the French adjectives that follow the first word of a name.
const ADJECTIVES_FR: [&str; 19] = [
    "ais", "aise", "ois", "oise", "ien", "ienne", "al", "ale", "aux", "ique", "iques", "ain", "aine", "aire", "if",
    "ive", "nel", "nelle", "manent",
];

/// Words that say that a word is talked about.
const MENTIONS: [&str; 44] = [
    "word",
    "words",
    "term",
    "terms",
    "label",
    "labels",
    "labelled",
    "labeled",
    "labeling",
    "labelling",
    "slur",
    "slurs",
    "language",
    "say",
    "saying",
    "avoid",
    "instead",
    "rather",
    "not",
    "phrase",
    "phrases",
    "stigmatizing",
    "stigmatising",
    "mot",
    "mots",
    "terme",
    "termes",
    "etiquette",
    "etiquettes",
    "expression",
    "expressions",
    "dire",
    "dites",
    "eviter",
    "evitez",
    "plutot",
    "pas",
    "lieu",
    "insulte",
    "insultes",
    "stigmatisant",
    "stigmatisants",
    "stigmatisante",
    "stigmatisantes",
];

/// Nouns that need no quotation marks: `the word addict`.
const NOUNS: [&str; 16] = [
    "word",
    "words",
    "term",
    "terms",
    "label",
    "labels",
    "phrase",
    "slur",
    "mot",
    "mots",
    "terme",
    "termes",
    "etiquette",
    "etiquettes",
    "expression",
    "expressions",
];

/// Words before `term` that make it no word about words: `long-term`, `in terms of`, `à court terme`.
const SPANS: [&str; 9] = ["long", "longer", "short", "medium", "mid", "in", "en", "court", "moyen"];

/// Words that may stand between such a noun and the word it is about.
const FILLERS: [&str; 18] = [
    "like", "such", "as", "a", "an", "the", "and", "or", "of", "comme", "tel", "tels", "telle", "que", "de", "d", "et",
    "ou",
];

/// Whether a phrase is part of a name in English: a run of capitals that holds a word such as `Network`.
pub(super) fn is_in_english_name(words: &Words<'_>, hit: &Hit) -> bool {
    let is_link = |at: usize| LINKS_EN.contains(&words.folded(at));
    let is_part = |at: usize| at < words.list.len() && (words.is_capital(at) || is_link(at));
    if !(hit.from..hit.to).all(is_part) || !words.is_capital(hit.from) {
        return false;
    }
    let is_name_word = |at: usize| words.is_capital(at) && NAME_WORDS.contains(&words.folded(at));
    let before = (hit.from.saturating_sub(REACH)..hit.from).rev();
    let mut before = before.take_while(|at| is_part(*at) && words.gap(at + 1) == Gap::Soft);
    let mut after =
        (hit.to..hit.to + REACH).take_while(|at| is_part(*at) && words.gap(*at) == Gap::Soft && *at < words.list.len());
    before.any(is_name_word) || after.any(is_name_word)
}

/// Whether a phrase is part of a name in French, which begins with a word such as `Association` and goes on in small
/// letters: `Centre de recherche et d'aide pour …`. A verb ends it.
pub(super) fn is_in_french_name(words: &Words<'_>, hit: &Hit) -> bool {
    let is_link = |at: usize| LINKS_FR.contains(&words.folded(at)) && words.written(at) != "a";
    for at in (hit.from.saturating_sub(REACH)..hit.from).rev() {
        if words.gap(at + 1) == Gap::Hard {
            return false;
        }
        if words.is_capital(at) && NAME_HEADS.contains(&words.folded(at)) {
            return true;
        }
        let is_adjective = ADJECTIVES_FR.iter().any(|ending| words.folded(at).ends_with(ending));
        let follows_link = at > 0 && is_link(at - 1) && words.gap(at) == Gap::Soft;
        if !(is_link(at) || is_adjective || follows_link || words.is_capital(at)) {
            return false;
        }
    }
    false
}

/// Whether a phrase is talked about and not used: after `the word`, or in quotation marks near such a word.
pub(super) fn is_mention(words: &Words<'_>, hit: &Hit) -> bool {
    let reach = hit.from.saturating_sub(REACH)..hit.from;
    let is_listed = |at: usize| matches!(words.folded(at + 1), "and" | "or" | "et" | "ou");
    let noun = reach.clone().rev().find(|at| !FILLERS.contains(&words.folded(*at)) && !is_listed(*at));
    let is_span = |at: usize| {
        matches!(words.folded(at), "term" | "terms" | "terme" | "termes")
            && at.checked_sub(1).is_some_and(|before| SPANS.contains(&words.folded(before)))
    };
    if noun.is_some_and(|at| NOUNS.contains(&words.folded(at)) && !is_span(at) && hit.from - at <= 6) {
        return true;
    }
    if !is_quoted(words, hit) {
        return false;
    }
    let after = (hit.to..hit.to + REACH / 2).take_while(|at| *at < words.list.len());
    reach.chain(after).any(|at| MENTIONS.contains(&words.folded(at)))
}

/// Whether quotation marks stand on both sides of a phrase.
fn is_quoted(words: &Words<'_>, hit: &Hit) -> bool {
    let (Some(first), Some(last)) = (words.list.get(hit.from), words.list.get(hit.to.saturating_sub(1))) else {
        return false;
    };
    let is_mark = |c: char| matches!(c, '"' | '“' | '”' | '«' | '»' | '‘' | '’' | '\'');
    let is_filler = |c: &char| c.is_whitespace() || matches!(c, '*' | '_' | ',' | '.');
    let before = words.text.get(..first.start).unwrap_or_default().chars().rev().find(|c| !is_filler(c));
    let after = words.text.get(last.end..).unwrap_or_default().chars().find(|c| !is_filler(c));
    before.is_some_and(is_mark) && after.is_some_and(is_mark)
}
