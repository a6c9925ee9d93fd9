//! A query as it is asked, read into words and phrases. Anything is a query that holds a word: there is no syntax to get
//! wrong. Must not build a database's expression.

use super::stopword::is_stop_word;
use super::word::{Tongue, Word, english_stem, forms, french_stem, singular, words};
use crate::domain::text::composed;

/// Most words and phrases that count.
const MOST: usize = 20;
/// Fewest characters of a last word that also stands for longer ones.
const PREFIX_CHARS: usize = 3;

/// Why a text is no query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryFault {
    /// No letter or digit.
    #[error("holds no word to look for")]
    Empty,
    /// Longer than allowed.
    #[error("has {found} characters, more than the maximum of {maximum}")]
    TooLong {
        /// Characters found.
        found: usize,
        /// Characters allowed.
        maximum: usize,
    },
}

/// A word that is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// The word, folded.
    pub word: String,
    /// Its stems in English and in French.
    pub stems: Vec<String>,
    /// Whether it also stands for words that begin with it.
    pub is_prefix: bool,
}

/// Words in quotation marks: as they are, one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phrase(pub Vec<String>);

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words.
    pub terms: Vec<Term>,
    /// Phrases.
    pub phrases: Vec<Phrase>,
    /// All words in their order, folded.
    pub whole: Vec<String>,
}

impl Query {
    /// Reads a query of at most so many characters.
    pub fn parse(text: &str, maximum: usize) -> Result<Self, QueryFault> {
        let found = text.chars().count();
        if found > maximum {
            return Err(QueryFault::TooLong { found, maximum });
        }
        let text: String = composed(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut query = Self { terms: Vec::new(), phrases: Vec::new(), whole: Vec::new() };
        let mut loose: Vec<Word<'_>> = Vec::new();
        let mut last_is_loose = false;
        for (part, is_quoted) in quoted(&text) {
            let found: Vec<Word<'_>> = words(part).collect();
            query.whole.extend(found.iter().map(|word| word.folded.clone()));
            if found.is_empty() {
                continue;
            }
            last_is_loose = !is_quoted;
            if is_quoted {
                let phrase = Phrase(found.into_iter().map(|word| word.folded).collect());
                if query.phrases.len() < MOST && !query.phrases.contains(&phrase) {
                    query.phrases.push(phrase);
                }
            } else {
                loose.extend(found);
            }
        }
        if query.whole.is_empty() {
            return Err(QueryFault::Empty);
        }
        let says_something = |position: usize, word: &Word<'_>| {
            let is_elided = word.folded.len() == 1 && loose.get(position + 1).is_some_and(|next| next.is_joined);
            !is_elided && !is_stop_word(&word.folded)
        };
        let mut kept: Vec<(usize, &Word<'_>)> =
            loose.iter().enumerate().filter(|(position, word)| says_something(*position, word)).collect();
        if kept.is_empty() && query.phrases.is_empty() {
            kept = loose.iter().enumerate().collect();
        }
        let last = loose.len().saturating_sub(1);
        for (position, word) in kept {
            let is_prefix = last_is_loose && position == last && word.folded.chars().count() >= PREFIX_CHARS;
            query.add(Term { stems: stems(word), word: word.folded.clone(), is_prefix });
        }
        Ok(query)
    }

    fn add(&mut self, term: Term) {
        if let Some(known) = self.terms.iter_mut().find(|known| known.word == term.word) {
            known.is_prefix |= term.is_prefix;
        } else if self.terms.len() < MOST {
            self.terms.push(term);
        }
    }

    /// How many words and phrases there are.
    pub fn parts(&self) -> usize {
        self.terms.len() + self.phrases.len()
    }
}

impl Term {
    /// Whether a word of a text is meant, in the language of the text.
    pub(super) fn means(&self, word: &Word<'_>, tongue: Tongue) -> bool {
        let is_form = |form: &String| *form == self.word || self.stems.contains(form);
        word.folded == self.word
            || (self.is_prefix && word.folded.starts_with(&self.word))
            || self.stems.contains(&word.folded)
            || forms(word, tongue).iter().any(is_form)
    }
}

/// The stems of a word in a language that is not known.
fn stems(word: &Word<'_>) -> Vec<String> {
    let mut stems: Vec<String> = english_stem(&word.folded).into_iter().collect();
    stems.extend(french_stem(word.written));
    stems.extend(french_stem(&word.folded));
    stems.extend(singular(&word.folded));
    if word.written.is_ascii() {
        // The accents that tell French endings are the first to be left out.
        let restored = [("ees", "ées"), ("ee", "ée"), ("es", "és"), ("e", "é"), ("eres", "ères"), ("ere", "ère")];
        let with_accent = restored.iter().filter_map(|(bare, accented)| {
            let stem = word.folded.strip_suffix(bare)?;
            french_stem(&format!("{stem}{accented}"))
        });
        stems.extend(with_accent.filter(|stem| stem.chars().count() > 2));
    }
    let mut seen: Vec<String> = Vec::with_capacity(stems.len());
    for stem in stems {
        if stem != word.folded && !stem.is_empty() && !seen.contains(&stem) {
            seen.push(stem);
        }
    }
    seen
}

/// The parts of a text outside and inside quotation marks; a mark that is not closed is none.
fn quoted(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, mark)) = rest.char_indices().find(|(_, c)| closing(*c).is_some()) {
        let behind = rest.get(before + mark.len_utf8()..).unwrap_or_default();
        let closing = closing(mark).unwrap_or(mark);
        let Some(end) = behind.find(closing) else {
            parts.push((rest.get(..before).unwrap_or_default(), false));
            rest = behind;
            continue;
        };
        parts.push((rest.get(..before).unwrap_or_default(), false));
        parts.push((behind.get(..end).unwrap_or_default(), true));
        rest = behind.get(end + closing.len_utf8()..).unwrap_or_default();
    }
    parts.push((rest, false));
    parts
}

const fn closing(mark: char) -> Option<char> {
    match mark {
        '"' => Some('"'),
        '\u{201C}' => Some('\u{201D}'),
        '\u{AB}' => Some('\u{BB}'),
        _ => None,
    }
}

/// The folded words of a text, for tests of ranking.
#[cfg(test)]
pub(super) fn folded(text: &str) -> Vec<String> {
    words(text).map(|word| word.folded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Query {
        Query::parse(text, 200).unwrap()
    }

    fn terms(text: &str) -> Vec<String> {
        let shown = |term: Term| format!("{}{}", term.word, if term.is_prefix { "*" } else { "" });
        parsed(text).terms.into_iter().map(shown).collect()
    }

    #[test]
    fn words_that_say_nothing_are_dropped_beside_others() {
        assert_eq!(terms("How to get the naloxone kit"), ["get", "naloxone", "kit*"]);
        assert_eq!(terms("l'accès à la naloxone"), ["acces", "naloxone*"]);
        assert_eq!(terms("the"), ["the*"]);
        assert_eq!(terms("hepatitis C"), ["hepatitis", "c"]);
        assert_eq!(terms("naloxone NALOXONE"), ["naloxone*"]);
    }

    #[test]
    fn quotation_marks_make_phrases_and_a_lone_one_is_nothing() {
        let query = parsed("\"safer supply\" «réduction des méfaits» kit");
        let phrases: Vec<String> = query.phrases.iter().map(|phrase| phrase.0.join(" ")).collect();
        assert_eq!(phrases, ["safer supply", "reduction des mefaits"]);
        assert_eq!(terms("\"safer supply\" kit"), ["kit*"]);
        assert_eq!(terms("\"safer supply"), ["safer", "supply*"]);
        assert_eq!(terms("\"\" kits\""), ["kits*"]);
    }

    #[test]
    fn a_query_without_accents_has_the_stems_of_one_with_them() {
        for (bare, accented) in [("fermee", "fermé"), ("securite", "sécurité"), ("premiere", "première")] {
            let stem = french_stem(accented).unwrap();
            let query = parsed(bare);
            assert!(query.terms[0].stems.contains(&stem) || query.terms[0].word == stem, "{bare}: {query:?}, {stem}");
        }
    }

    #[test]
    fn what_holds_no_word_is_refused_and_so_is_what_is_too_long() {
        for text in ["", "  ", "\"\"", "?!*", "\u{301}", "\u{0}\u{7}", "🧡"] {
            assert_eq!(Query::parse(text, 200), Err(QueryFault::Empty), "{text:?}");
        }
        let long = "é".repeat(201);
        assert_eq!(Query::parse(&long, 200), Err(QueryFault::TooLong { found: 201, maximum: 200 }));
        assert!(Query::parse(&"a ".repeat(100), 200).is_ok());
    }
}
