//! The judged lists: sentences in which stigmatizing words are found, sentences that are left alone, and the demo content.

use std::time::{Duration, Instant};

use super::lexicon::{Lexicon, Source};
use super::{Finding, MOST_FINDINGS, WarningCode, check};

/// Sentences by language: judged when the lists were written, then those compiled apart from the lists, as from guides.
type Sentences = [&'static str; 2];

const LISTS: [(&str, &str, Sentences, Sentences); 2] = [
    (
        "en",
        include_str!("lists/english.txt"),
        [include_str!("judged/english.txt"), include_str!("judged/english_guides.txt")],
        [include_str!("judged/english_clean.txt"), include_str!("judged/english_guides_clean.txt")],
    ),
    (
        "fr",
        include_str!("lists/french.txt"),
        [include_str!("judged/french.txt"), include_str!("judged/french_guides.txt")],
        [include_str!("judged/french_clean.txt"), include_str!("judged/french_guides_clean.txt")],
    ),
];

/// The demo content, JSON Lines.
const DEMO: [&str; 2] =
    [include_str!("../../../content/starter.jsonl"), include_str!("../../../content/examples.jsonl")];

/// Findings in the demo content that were read and stand: each is a true use of the words.
const DEMO_FINDINGS: [(&str, &str); 1] = [
    // The title of an article that is quoted as it was published; the person-first words are known to its readers.
    (
        "The 'Vancouver model' of decriminalization will set a dangerous precedent for drug users across Canada",
        "drug users",
    ),
];

fn stigmatizing(text: &str, language: &str) -> Vec<Finding> {
    check(text, language).into_iter().filter(|finding| finding.code == WarningCode::StigmatizingLanguage).collect()
}

#[test]
fn lists_are_well_formed_and_broad() {
    for (language, list, ..) in LISTS {
        let source = Source::read(list);
        assert_eq!(source.faults, Vec::<&str>::new());
        let phrases: usize = source.terms.iter().map(|(_, phrases)| phrases.split(',').count()).sum();
        assert!(phrases >= 60, "{language}: {phrases}");
        for (at, _) in list.match_indices('{') {
            let name = list[at + 1..].split('}').next().unwrap();
            assert!(list.contains(&format!("\n{name} :: ")), "{language}: no group {name}");
        }
        assert!(!list.contains("?|"), "{language}: only a whole slot may be missing");
        assert!(Lexicon::of(&source).size() < 20_000, "{language}");
    }
}

#[test]
fn judged_sentences_are_found_each_with_an_alternative() {
    let mut missed = Vec::new();
    for (language, _, judged, _) in LISTS {
        assert!(judged.iter().flat_map(|list| list.lines()).count() >= 600, "{language}");
        for line in judged.iter().flat_map(|list| list.lines()) {
            let (sentence, terms) = line.rsplit_once(" | ").unwrap();
            let found = stigmatizing(sentence, language);
            for term in terms.split("; ") {
                let is_found = found
                    .iter()
                    .any(|finding| finding.matched.contains(term) && finding.alternative.is_some_and(|a| a.len() > 2));
                if !is_found {
                    missed.push((sentence, term, found.clone()));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn clean_sentences_are_left_alone() {
    let mut flagged = Vec::new();
    for (language, _, _, clean) in LISTS {
        let lines = clean.iter().flat_map(|list| list.lines());
        assert!(lines.clone().count() >= 180, "{language}");
        flagged.extend(lines.map(|line| (line, stigmatizing(line, language))).filter(|(_, f)| !f.is_empty()));
    }
    assert!(flagged.is_empty(), "{flagged:#?}");
}

/// The texts of an item with their languages; texts without one, such as names, count in both.
fn texts(value: &serde_json::Value, language: Option<&str>, found: &mut Vec<(String, String)>) {
    match value {
        serde_json::Value::Object(fields) => {
            let own = fields.get("locale").and_then(|locale| locale.as_str()).or(language);
            fields.values().for_each(|field| texts(field, own, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| texts(item, language, found)),
        serde_json::Value::String(text) => match language {
            Some(language) => found.push((text.clone(), language.to_string())),
            None => found.extend(["en", "fr"].map(|language| (text.clone(), language.to_string()))),
        },
        _ => {}
    }
}

#[test]
fn the_demo_content_gets_no_false_warning() {
    let mut all = Vec::new();
    let mut items = 0;
    for line in DEMO.iter().flat_map(|file| file.lines()) {
        items += 1;
        let item: serde_json::Value = serde_json::from_str(line).unwrap();
        texts(&item["input"], None, &mut all);
    }
    assert!(items > 190 && all.len() > 1_000, "{items} items, {} texts", all.len());
    let mut found: Vec<(String, String)> = Vec::new();
    for (text, language) in &all {
        found.extend(check(text, language).into_iter().map(|finding| (text.clone(), finding.matched)));
    }
    found.dedup();
    let expected: Vec<_> = DEMO_FINDINGS.iter().map(|(text, words)| (text.to_string(), words.to_string())).collect();
    assert_eq!(found, expected);
    assert!(found.len() * 50 <= items, "more than 2 % of the items");
}

#[test]
fn findings_are_ordered_bounded_and_apart() {
    let text = "addict, junkie; jane@example.org ".repeat(30);
    let findings = check(&text, "en-CA");
    assert_eq!(findings.len(), MOST_FINDINGS);
    assert!(findings.windows(2).all(|pair| pair[0].end <= pair[1].start));
    assert!(findings.iter().any(|finding| finding.code == WarningCode::PersonalInformationSuspected));
    assert_eq!(check(&text, "iu-Cans").iter().filter(|finding| finding.alternative.is_some()).count(), 0);
}

#[test]
fn a_message_names_the_words_and_the_alternative() {
    let findings = check("An **addict**.", "en");
    assert_eq!(findings[0].message, "\"addict\" can stigmatize; consider \"person who uses drugs\"");
    assert_eq!((findings[0].start, findings[0].end), (5, 11));
    let findings = check("drug [user](https://example.org/x), **drug**\nuser", "en");
    let matched: Vec<_> = findings.iter().map(|finding| finding.matched.as_str()).collect();
    assert_eq!(matched, ["drug user", "drug user"]);
}

#[test]
fn any_text_is_survived() {
    for text in
        ["", "]", "](", "a](", "@", "@@", "é(", "(e)s", "\u{301}", "1", "+", "drogu\u{301}", "née le", "at 1", "·s"]
    {
        for language in ["en", "fr", "", "-"] {
            assert!(check(text, language).is_empty(), "{text}");
        }
    }
}

#[test]
fn the_largest_body_takes_no_time_that_grows_with_its_square() {
    let start = Instant::now();
    for part in
        ["the drug ", "](", "a@", "604 555 ", "les un ", "Network of Drug ", "born on 3 ", "lives at 1 ", "drugs "]
    {
        let text: String = part.chars().cycle().take(65_536).collect();
        check(&text, "en");
        check(&text, "fr");
    }
    // Unoptimised builds on a busy machine take a small part of this; a square takes minutes.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}
