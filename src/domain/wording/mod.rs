//! Finds, in texts that publishers hand in, words that stigmatize and what looks like personal information, so that the
//! author is warned. A warning never blocks. Must not change a text, nor repeat personal information.

mod context;
mod lexicon;
mod links;
mod personal;
#[cfg(test)]
mod tests;
mod words;

use std::sync::LazyLock;

use lexicon::{Hit, Lexicon, Source};
use words::Words;

/// Most findings told about one text.
pub const MOST_FINDINGS: usize = 20;

static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&Source::read(include_str!("lists/english.txt"))));
static FRENCH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(&Source::read(include_str!("lists/french.txt"))));

pub use super::vocabulary::WarningCode;

/// One thing found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub code: WarningCode,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The words as written, without emphasis; empty for personal information, which is not repeated.
    pub matched: String,
    /// What to say instead; none for personal information.
    pub alternative: Option<&'static str>,
    /// One sentence for the author.
    pub message: String,
}

/// Looks through a text in a language, given as a BCP 47 tag of which the first subtag counts. Stigmatizing words are
/// known in English (`en`) and French (`fr`); personal information is looked for in every language. Answers with at
/// most [`MOST_FINDINGS`], in the order of the text, without overlap. Linear in the text.
pub fn check(text: &str, language: &str) -> Vec<Finding> {
    let words = Words::of(text);
    let mut findings: Vec<Finding> = personal::find(&words).into_iter().map(Finding::personal).collect();
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let hits = if primary.eq_ignore_ascii_case("en") {
        ENGLISH.find(&words, MOST_FINDINGS, |hit| {
            context::is_in_english_name(&words, hit) || context::is_mention(&words, hit)
        })
    } else if primary.eq_ignore_ascii_case("fr") {
        FRENCH.find(&words, MOST_FINDINGS, |hit| {
            context::is_in_english_name(&words, hit)
                || context::is_in_french_name(&words, hit)
                || context::is_mention(&words, hit)
        })
    } else {
        Vec::new()
    };
    findings.extend(hits.iter().filter_map(|hit| Finding::stigmatizing(&words, hit)));
    findings.sort_by_key(|finding| (finding.start, finding.code));
    let mut reached = 0;
    findings.retain(|finding| {
        let is_free = finding.start >= reached;
        reached = if is_free { finding.end } else { reached };
        is_free
    });
    findings.truncate(MOST_FINDINGS);
    findings
}

impl Finding {
    fn stigmatizing(words: &Words<'_>, hit: &Hit) -> Option<Self> {
        let start = words.list.get(hit.from)?.start;
        let end = words.list.get(hit.to.checked_sub(1)?)?.end;
        let matched = plain(words, hit);
        let message = format!("\"{matched}\" can stigmatize; consider \"{}\"", hit.alternative);
        let code = WarningCode::StigmatizingLanguage;
        Some(Self { code, start, end, matched, alternative: Some(hit.alternative), message })
    }

    fn personal(suspect: personal::Suspect) -> Self {
        Self {
            code: WarningCode::PersonalInformationSuspected,
            start: suspect.bytes.start,
            end: suspect.bytes.end,
            matched: String::new(),
            alternative: None,
            message: format!("{}; publish it only if the person agreed", suspect.kind.sentence()),
        }
    }
}

/// The words of a phrase as written, joined by their hyphens and apostrophes or else by spaces, without emphasis.
fn plain(words: &Words<'_>, hit: &Hit) -> String {
    let mut plain = String::new();
    let mut reached = None;
    for word in words.list.iter().take(hit.to).skip(hit.from) {
        if let Some(reached) = reached {
            let between = words.text.get(reached..word.start).unwrap_or_default();
            plain.push_str(if matches!(between, "-" | "‐" | "‑" | "'" | "’") { between } else { " " });
        }
        plain.push_str(words.text.get(word.start..word.end).unwrap_or_default());
        reached = Some(word.end);
    }
    plain
}
