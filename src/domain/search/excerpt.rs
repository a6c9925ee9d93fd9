//! The passage of a text that shows best why it was found. Plain text; what is marked is told by places, so that there is
//! nothing to escape. Must not know markup.

use std::collections::HashMap;

use super::plain::spaced;
use super::query::Query;
use super::word::{Tongue, Word, words};

/// Bytes of text that a passage aims at.
const LENGTH: usize = 240;
/// Bytes before the first mark.
const LEAD: usize = 60;

/// A text that may be shown.
#[derive(Clone, Debug)]
pub struct Passage<'a> {
    /// The text, plain.
    pub text: &'a str,
    /// How its words are stemmed.
    pub tongue: Tongue,
}

/// A passage with its marks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The passage, on one line; an ellipsis where it was cut.
    pub text: String,
    /// What was found, in characters: the first, and the one behind the last. In order; none overlaps another.
    pub highlights: Vec<(usize, usize)>,
}

/// A part of the query in a text, in bytes.
#[derive(Clone, Copy, Debug)]
struct Mark {
    start: usize,
    end: usize,
    part: usize,
}

/// The best passage of some texts, earlier ones preferred; none if nothing of the query is in any of them.
pub fn excerpt(query: &Query, passages: &[Passage<'_>]) -> Option<Excerpt> {
    let mut best: Option<(u32, Excerpt)> = None;
    for passage in passages {
        let text = spaced(passage.text);
        let marks = marks(query, &text, passage.tongue);
        let Some((found, start)) = window(&marks) else { continue };
        if best.as_ref().is_none_or(|(most, _)| found > *most) {
            best = Some((found, cut(&text, start.saturating_sub(LEAD), &marks)));
        }
    }
    best.map(|(_, excerpt)| excerpt)
}

impl Excerpt {
    /// The beginning of a text in which nothing is marked.
    pub fn beginning(text: &str) -> Self {
        cut(&spaced(text), 0, &[])
    }
}

/// All that is found in a text, in order.
fn marks(query: &Query, text: &str, tongue: Tongue) -> Vec<Mark> {
    let words: Vec<Word<'_>> = words(text).collect();
    let mut marks: Vec<Mark> = Vec::new();
    let mut known: HashMap<&str, Option<usize>> = HashMap::new();
    for word in &words {
        let meant = || query.terms.iter().position(|term| term.means(word, tongue));
        if let Some(part) = *known.entry(word.written).or_insert_with(meant) {
            marks.push(Mark { start: word.start, end: word.end, part });
        }
    }
    for (position, phrase) in query.phrases.iter().enumerate() {
        let part = query.terms.len() + position;
        for row in words.windows(phrase.0.len().max(1)) {
            let is_phrase = row.iter().map(|word| &word.folded).eq(&phrase.0);
            if let (true, Some(first), Some(last)) = (is_phrase, row.first(), row.last()) {
                marks.push(Mark { start: first.start, end: last.end, part });
            }
        }
    }
    marks.sort_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
    marks
}

/// How many parts of the query stand close together at most, and where the first such place is.
fn window(marks: &[Mark]) -> Option<(u32, usize)> {
    let mut best: Option<(u32, usize)> = None;
    for (position, first) in marks.iter().enumerate() {
        let close = marks.iter().skip(position).take_while(|mark| mark.end <= first.start + LENGTH - LEAD).take(200);
        let found = close.fold(0_u64, |found, mark| found | 1 << mark.part.min(63)).count_ones().max(1);
        if best.is_none_or(|(most, _)| found > most) {
            best = Some((found, first.start));
        }
    }
    best
}

/// Cuts a passage at words from a byte on, and counts its marks in characters.
fn cut(text: &str, from: usize, marks: &[Mark]) -> Excerpt {
    let mut start = text.floor_char_boundary(from);
    if start > 0 {
        let rest = text.get(start..).unwrap_or_default();
        start += rest.find(' ').map_or(0, |space| space + 1);
    }
    // A mark before which there is no space is not cut off.
    if let Some(first) = marks.iter().find(|mark| mark.end > from) {
        start = start.min(first.start);
    }
    let mut end = text.len();
    if text.len() - start > LENGTH {
        let limit = text.floor_char_boundary(start + LENGTH);
        let space = text.get(start..limit).and_then(|passage| passage.rfind(' '));
        end = space.map_or(limit, |space| start + space);
    }
    let passage = text.get(start..end).unwrap_or_default();
    let lead = usize::from(start > 0);
    let mut highlights: Vec<(usize, usize)> = Vec::new();
    let (mut at, mut counted) = (start, lead);
    let mut place = |byte: usize| {
        counted += text.get(at..byte).map_or(0, |between| between.chars().count());
        at = byte;
        counted
    };
    let mut last_end = start;
    for mark in marks.iter().filter(|mark| mark.start >= start && mark.end <= end) {
        if mark.start < last_end {
            continue;
        }
        last_end = mark.end;
        highlights.push((place(mark.start), place(mark.end)));
    }
    let ellipsis = |is_cut: bool| if is_cut { "\u{2026}" } else { "" };
    Excerpt { text: format!("{}{passage}{}", ellipsis(start > 0), ellipsis(end < text.len())), highlights }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(query: &str, texts: &[&str], tongue: Tongue) -> Option<String> {
        let query = Query::parse(query, 200).unwrap();
        let passages: Vec<Passage<'_>> = texts.iter().map(|text| Passage { text, tongue }).collect();
        let found = excerpt(&query, &passages)?;
        let mut text = String::new();
        for (position, c) in found.text.chars().enumerate() {
            text.push_str(if found.highlights.iter().any(|(start, _)| *start == position) { "[" } else { "" });
            text.push_str(if found.highlights.iter().any(|(_, end)| *end == position) { "]" } else { "" });
            text.push(c);
        }
        let length = found.text.chars().count();
        text.push_str(if found.highlights.iter().any(|(_, end)| *end == length) { "]" } else { "" });
        Some(text)
    }

    #[test]
    fn what_was_found_is_marked_in_characters() {
        assert_eq!(shown("mefait", &["Réduction des méfaits."], Tongue::French).unwrap(), "Réduction des [méfaits].");
        assert_eq!(shown("over", &["🧡 Overdoses"], Tongue::English).unwrap(), "🧡 [Overdoses]");
        let phrase = shown("\"safer supply\" \"supply\"", &["Safer  supply\nnow"], Tongue::English);
        assert_eq!(phrase.unwrap(), "[Safer supply] now");
        assert_eq!(shown("nothing", &["Safer supply"], Tongue::English), None);
    }

    #[test]
    fn the_passage_with_most_of_the_query_is_cut_at_words() {
        let filler = "Words of no use are here. ".repeat(40);
        let text = format!("Naloxone. {filler}A kit of naloxone is free. {filler}");
        let found = shown("naloxone kit", &["Naloxone", &text], Tongue::English).unwrap();
        assert!(found.contains("A [kit] of [naloxone] is free."), "{found}");
        assert!(found.starts_with('\u{2026}') && found.ends_with('\u{2026}'), "{found}");
        assert!(found.chars().count() < 260, "{found}");
        let long = format!("{}naloxone{}", "x".repeat(500), "y".repeat(500));
        assert!(Excerpt::beginning(&long).text.chars().count() <= 241);
    }
}
