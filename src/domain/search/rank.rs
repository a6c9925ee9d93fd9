//! Which of the texts that were found come first. Only what the reader may see is counted, so that what is hidden changes
//! no order. Must not read a database.

use std::collections::HashMap;

use super::query::{Phrase, Query, Term};
use super::word::BREAK;

/// A text that was found.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The key of its item.
    pub content: i64,
    /// The kind of its item, as it is numbered.
    pub kind: i16,
    /// How new it is, at most 27 bits: ties are broken by it.
    pub newness: i64,
    /// The stream of its title.
    pub title: String,
    /// The stream of its summary.
    pub summary: String,
    /// Which parts of the query it holds anywhere: a bit for each word, then for each phrase.
    pub found: u64,
}

/// An item where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it is ordered by, the largest first; ties are broken by the key.
    pub place: i64,
    /// The key of the item.
    pub content: i64,
    /// The kind of the item.
    pub kind: i16,
}

/// Bits that newness takes.
const NEWNESS_BITS: u32 = 27;
/// Steps of one point.
const STEPS: f64 = 100.0;

/// Points of a word in a title: as it is, by its stem, by its beginning.
const IN_TITLE: [f64; 3] = [8.0, 7.0, 5.0];
/// The same in a summary.
const IN_SUMMARY: [f64; 3] = [3.0, 2.6, 2.0];
/// Points of a word anywhere else.
const ELSEWHERE: f64 = 1.0;
/// Points of a phrase in a title, in a summary, anywhere else.
const PHRASE: [f64; 3] = [12.0, 5.0, 1.5];

/// Orders what was found, each item once, the best first.
pub fn rank(query: &Query, candidates: &[Candidate]) -> Vec<Standing> {
    let rarity = Rarity::of(query, candidates);
    let whole = query.whole.join(" ");
    let mut best: HashMap<i64, Standing> = HashMap::with_capacity(candidates.len());
    for candidate in candidates {
        let points = points(query, &whole, candidate, &rarity);
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred points")]
        let score = ((points * STEPS).round() as i64).clamp(0, 1 << 30);
        let newness = candidate.newness.clamp(0, (1 << NEWNESS_BITS) - 1);
        let place = (score << NEWNESS_BITS) | newness;
        let standing = Standing { place, content: candidate.content, kind: candidate.kind };
        let known = best.entry(candidate.content).or_insert(standing);
        known.place = known.place.max(place);
    }
    let mut standings: Vec<Standing> = best.into_values().collect();
    standings.sort_unstable_by_key(|standing| std::cmp::Reverse((standing.place, standing.content)));
    standings
}

/// How much each part of the query says: the fewer of the texts hold it, the more.
struct Rarity {
    anywhere: Vec<f64>,
    in_title: Vec<f64>,
}

impl Rarity {
    fn of(query: &Query, candidates: &[Candidate]) -> Self {
        let all = query.parts();
        let (mut found, mut titled) = (vec![0_u32; all], vec![0_u32; all]);
        if all > 1 {
            for candidate in candidates {
                let title = Stream::of(&candidate.title);
                for (part, (found, titled)) in found.iter_mut().zip(&mut titled).enumerate() {
                    *found += u32::from(candidate.holds(part));
                    *titled += u32::from(title.holds(query, part));
                }
            }
        }
        let count = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        let weight = |holding: &u32| (f64::from(count) + 1.0).ln() - (f64::from(*holding) + 1.0).ln();
        Self {
            anywhere: found.iter().map(|holding| 1.0 + weight(holding) / 2.0).collect(),
            in_title: titled.iter().map(|holding| 1.0 + weight(holding) / 4.0).collect(),
        }
    }
}

impl Candidate {
    fn holds(&self, part: usize) -> bool {
        part < 64 && self.found & (1 << part) != 0
    }
}

fn points(query: &Query, whole: &str, candidate: &Candidate, rarity: &Rarity) -> f64 {
    let (title, summary) = (Stream::of(&candidate.title), Stream::of(&candidate.summary));
    let mut points = 0.0;
    let mut titled = 0.0;
    let weights = rarity.anywhere.iter().zip(&rarity.in_title);
    for (part, (anywhere, in_title)) in weights.enumerate().filter(|(part, _)| candidate.holds(*part)) {
        let own = match (query.terms.get(part), query.phrases.get(part.wrapping_sub(query.terms.len()))) {
            (Some(term), _) => match (title.level(term), summary.level(term)) {
                (Some(level), _) => {
                    titled += 1.0;
                    IN_TITLE.get(level).unwrap_or(&ELSEWHERE) * in_title
                }
                (None, Some(level)) => *IN_SUMMARY.get(level).unwrap_or(&ELSEWHERE),
                (None, None) => ELSEWHERE,
            },
            (None, Some(Phrase(words))) => {
                let phrase = words.join(" ");
                let [titles, summaries, elsewhere] = PHRASE;
                if title.has(&phrase) {
                    titled += 1.0;
                    titles * in_title
                } else if summary.has(&phrase) {
                    summaries
                } else {
                    elsewhere
                }
            }
            (None, None) => 0.0,
        };
        points += own * anywhere;
    }
    let words = f64::from(u32::try_from(title.words.split_whitespace().count()).unwrap_or(u32::MAX)).max(1.0);
    points += 3.0 * (titled / words).min(1.0);
    points + as_a_whole(query, whole, &title, &summary)
}

/// What it counts that the words of the query stand together, as they were asked.
fn as_a_whole(query: &Query, whole: &str, title: &Stream<'_>, summary: &Stream<'_>) -> f64 {
    let is_one = query.whole.len() == 1;
    if title.words.trim_end() == whole {
        60.0
    } else if title.words.strip_prefix(whole).is_some_and(|rest| rest.starts_with(' ')) {
        if is_one { 2.0 } else { 25.0 }
    } else if is_one {
        0.0
    } else if title.has(whole) {
        15.0
    } else if summary.has(whole) {
        5.0
    } else {
        0.0
    }
}

/// The words of a text and their other forms.
struct Stream<'a> {
    words: &'a str,
    forms: &'a str,
}

impl<'a> Stream<'a> {
    fn of(stream: &'a str) -> Self {
        let (words, forms) = stream.rsplit_once(BREAK).unwrap_or((stream, ""));
        Self { words, forms }
    }

    fn has(&self, word: &str) -> bool {
        holds(self.words, word, false)
    }

    /// 0: the word as it is, 1: a stem of it, 2: its beginning.
    fn level(&self, term: &Term) -> Option<usize> {
        if self.has(&term.word) {
            return Some(0);
        }
        let is_there = |form: &String| holds(self.forms, form, false) || self.has(form);
        if holds(self.forms, &term.word, false) || term.stems.iter().any(is_there) {
            return Some(1);
        }
        (term.is_prefix && holds(self.words, &term.word, true)).then_some(2)
    }

    fn holds(&self, query: &Query, part: usize) -> bool {
        match query.terms.get(part) {
            Some(term) => self.level(term).is_some(),
            None => {
                let phrase = query.phrases.get(part.wrapping_sub(query.terms.len()));
                phrase.is_some_and(|Phrase(words)| self.has(&words.join(" ")))
            }
        }
    }
}

/// Whether words stand in a row of words, or one that begins with them.
fn holds(row: &str, words: &str, is_prefix: bool) -> bool {
    let bytes = row.as_bytes();
    row.match_indices(words).any(|(start, _)| {
        let is_start = start == 0 || bytes.get(start - 1) == Some(&b' ');
        let behind = bytes.get(start + words.len());
        is_start && (is_prefix || matches!(behind, None | Some(b' ')))
    })
}

#[cfg(test)]
mod tests {
    use super::super::query::folded;
    use super::super::word::{Tongue, stream};
    use super::*;

    fn order(query: &str, texts: &[(&str, &str)]) -> Vec<i64> {
        let query = Query::parse(query, 200).unwrap();
        let found = (1 << query.parts()) - 1;
        let candidates: Vec<Candidate> = texts
            .iter()
            .zip(0..)
            .map(|((title, summary), content)| Candidate {
                content,
                kind: 1,
                newness: content,
                title: stream([*title], Tongue::English),
                summary: stream([*summary], Tongue::English),
                found,
            })
            .collect();
        rank(&query, &candidates).iter().map(|standing| standing.content).collect()
    }

    #[test]
    fn exact_titles_come_first_then_titles_then_summaries_then_the_newest() {
        let texts = [
            ("Something else", "About naloxone kits"),
            ("Naloxone", ""),
            ("Naloxone in every library", ""),
            ("Old", ""),
            ("New", ""),
        ];
        assert_eq!(order("naloxone", &texts), [1, 2, 0, 4, 3]);
        assert_eq!(order("nalox", &texts)[..3], [1, 2, 0]);
    }

    #[test]
    fn words_that_stand_together_come_before_the_same_words_apart() {
        let texts = [("Supply that is safer", ""), ("Safer supply now", ""), ("A guide to safer supply", "")];
        assert_eq!(order("safer supply", &texts)[0], 1);
        assert_eq!(order("\"safer supply\"", &texts)[2], 0);
        assert_eq!(folded("Œuvre Été"), ["oeuvre", "ete"]);
    }

    #[test]
    fn parts_of_words_are_not_words() {
        assert!(holds("one two three ", "two three", false) && holds("two", "two", false));
        assert!(!holds("stone two ", "one", false) && !holds("ones ", "one", false) && holds("ones ", "one", true));
    }
}
