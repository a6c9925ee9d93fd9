//! Words: where they are in a text, how they are folded, and their other forms. Must not know queries.

use std::collections::HashSet;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::char::is_combining_mark;

use crate::domain::locale::Locale;
use crate::domain::text::{composed, fold};

/// Between the words of a stream and their other forms.
pub const BREAK: &str = "_";
/// Characters of a word that are kept.
const WORD_CHARS: usize = 64;
/// Longest word that is stemmed, in characters.
const STEM_CHARS: usize = 40;
/// Bytes of the words of one stream; PostgreSQL bounds what it indexes of one row.
const STREAM_BYTES: usize = 256 * 1024;
/// Bytes of the other forms of one stream.
const FORMS_BYTES: usize = 128 * 1024;

/// How the words of a language are stemmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tongue {
    /// English.
    English,
    /// French.
    French,
    /// Any other language: not at all.
    Other,
}

impl Tongue {
    /// That of a language tag.
    pub fn of(locale: &Locale) -> Self {
        match locale.language() {
            "en" => Self::English,
            "fr" => Self::French,
            _ => Self::Other,
        }
    }
}

/// A word where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    /// Its first byte in the text.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// As it is written.
    pub written: &'a str,
    /// Folded.
    pub folded: String,
    /// Whether it is joined to the word before it by an apostrophe, a hyphen or a point.
    pub is_joined: bool,
}

/// The words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut end_before: Option<usize> = None;
    spans(text).filter_map(move |(start, end)| {
        let written = text.get(start..end)?;
        let between = end_before.and_then(|before| text.get(before..start));
        end_before = Some(end);
        let is_joined = between.is_some_and(|between| {
            matches!(between, "'" | "\u{2019}" | "-" | "\u{2010}" | "\u{2011}" | "." | "\u{B7}")
        });
        let folded = fold_word(written);
        (!folded.is_empty()).then_some(Word { start, end, written, folded, is_joined })
    })
}

/// Where the words of a text begin and end.
fn spans(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|(_, c)| c.is_alphanumeric())?;
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = rest.next_if(|(_, c)| c.is_alphanumeric() || is_combining_mark(*c)) {
            end = at + c.len_utf8();
        }
        Some((start, end))
    })
}

/// A word in small letters, without accents, ligatures opened.
pub(super) fn fold_word(word: &str) -> String {
    let mut folded = fold(word);
    folded.retain(|c| c != ' ');
    if let Some((end, _)) = folded.char_indices().nth(WORD_CHARS) {
        folded.truncate(end);
    }
    folded
}

thread_local! {
    static ENGLISH: Stemmer = Stemmer::create(Algorithm::English);
    static FRENCH: Stemmer = Stemmer::create(Algorithm::French);
}

fn is_stemmed(word: &str) -> bool {
    let is_latin = |c: char| c.is_ascii_lowercase() || ('\u{E0}'..='\u{FF}').contains(&c) || c == '\u{153}';
    (3..=STEM_CHARS).contains(&word.chars().count()) && word.chars().all(is_latin)
}

/// The English stem of a folded word.
pub(super) fn english_stem(folded: &str) -> Option<String> {
    let is_ascii = is_stemmed(folded) && folded.is_ascii();
    is_ascii.then(|| ENGLISH.with(|stemmer| stemmer.stem(folded).into_owned()))
}

/// The French stem of a word as it is written, folded after that: its endings are told by their accents.
pub(super) fn french_stem(written: &str) -> Option<String> {
    let lower: String = composed(written).chars().flat_map(char::to_lowercase).collect();
    is_stemmed(&lower).then(|| fold_word(&FRENCH.with(|stemmer| stemmer.stem(&lower).into_owned())))
}

/// A folded French word without the ending of its plural: the stems of some words, such as `méfait` and `méfaits`, differ.
pub(super) fn singular(folded: &str) -> Option<String> {
    let singular = folded.strip_suffix(['s', 'x'])?;
    (is_stemmed(folded) && singular.len() > 3).then(|| singular.to_string())
}

/// The other forms of a word of a text: its stems in the language of the text.
pub(super) fn forms(word: &Word<'_>, tongue: Tongue) -> Vec<String> {
    let mut forms = match tongue {
        Tongue::English => Vec::from_iter(english_stem(&word.folded)),
        // With the accents and without: they are often missing, in texts and in queries.
        Tongue::French => {
            let stems = [french_stem(word.written), french_stem(&word.folded), singular(&word.folded)];
            stems.into_iter().flatten().collect()
        }
        Tongue::Other => Vec::new(),
    };
    forms.retain(|form| !form.is_empty() && *form != word.folded);
    forms.dedup();
    forms
}

/// The stream of some texts of one language. What is beyond its bounds is not indexed: 256 KiB of words.
pub fn stream<'a>(texts: impl IntoIterator<Item = &'a str>, tongue: Tongue) -> String {
    let mut stream = String::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut others: Vec<String> = Vec::new();
    let mut others_bytes = 0_usize;
    for text in texts {
        if !stream.is_empty() {
            // No phrase goes from one text to the next.
            stream.push_str(BREAK);
            stream.push(' ');
        }
        let mut compound = String::new();
        for word in words(text) {
            if stream.len() + word.folded.len() > STREAM_BYTES {
                break;
            }
            stream.push_str(&word.folded);
            stream.push(' ');
            let mut found = if seen.insert(word.folded.clone()) { forms(&word, tongue) } else { Vec::new() };
            if word.is_joined {
                compound.push_str(&word.folded);
                found.push(fold_word(&compound));
            } else {
                compound.clone_from(&word.folded);
            }
            for form in found {
                if others_bytes + form.len() < FORMS_BYTES && seen.insert(format!("{BREAK}{form}")) {
                    others_bytes += form.len() + 1;
                    others.push(form);
                }
            }
        }
    }
    stream.push_str(BREAK);
    for form in others {
        stream.push(' ');
        stream.push_str(&form);
    }
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(words: &[&str], stem: impl Fn(&str) -> Option<String>) -> Vec<String> {
        words.iter().filter_map(|word| stem(word)).collect()
    }

    #[test]
    fn words_are_folded_and_found_where_they_stand() {
        let text = "L\u{2019}Œuvre d'Æsop: ÉTÉ ½ e\u{301}te\u{301}!";
        let found: Vec<(String, &str, bool)> =
            words(text).map(|word| (word.folded.clone(), &text[word.start..word.end], word.is_joined)).collect();
        let expected = [
            ("l", "L", false),
            ("oeuvre", "Œuvre", true),
            ("d", "d", false),
            ("aesop", "Æsop", true),
            ("ete", "ÉTÉ", false),
            ("12", "½", false),
            ("ete", "e\u{301}te\u{301}", false),
        ];
        assert_eq!(found, expected.map(|(folded, written, joined)| (folded.to_string(), written, joined)));
    }

    #[test]
    fn the_forms_of_a_word_have_one_stem() {
        let english = stems(&["overdose", "overdoses", "overdosed"], english_stem);
        assert!(english.iter().all(|stem| *stem == english[0]), "{english:?}");
        let french = stems(&["fermée", "fermés", "fermer", "ferme"], french_stem);
        assert!(french.iter().all(|stem| *stem == french[0]), "{french:?}");
        assert_eq!(french_stem("sécurité"), french_stem("sécurités"));
        let shared = |one: &str, other: &str| stream([other], Tongue::French).contains(&format!(" {one}"));
        assert!(shared("mefait", "méfaits") && shared("hopital", "hôpitaux"));
    }

    #[test]
    fn a_stream_holds_words_then_stems_and_compounds() {
        assert_eq!(stream(["Wet'suwet'en sites"], Tongue::English), "wet suwet en sites _ wetsuwet wetsuweten site");
        assert_eq!(stream(["Sites", "sites"], Tongue::Other), "sites _ sites _");
        assert_eq!(stream([], Tongue::French), "_");
    }

    #[test]
    fn odd_words_are_no_fault() {
        let hostile = ["\u{FDFA}".repeat(70_000), "é".repeat(500), "ﬀ".to_string(), "a\u{301}\u{302}b".repeat(99)];
        for text in hostile.iter().map(String::as_str).chain(["", "''''", "\u{301}", "aeiouyéèàùœ", "ýÿøß"]) {
            for tongue in [Tongue::English, Tongue::French, Tongue::Other] {
                assert!(stream([text], tongue).len() <= STREAM_BYTES + FORMS_BYTES + 16);
            }
        }
    }
}
