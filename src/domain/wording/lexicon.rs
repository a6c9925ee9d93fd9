//! Phrases with alternatives and exceptions, compiled into a tree of words and found in one pass over a text. Must not
//! know a language.
//!
//! A list has the sections `groups` (`name :: choices`), `terms` (`alternative :: phrases`) and `exceptions` (phrases).
//! Phrases are slots of words: `former|ex? {drug} addict(s)`. `|` separates choices, `(s)` may be there or not, a slot
//! that ends in `?` may be missing, `_` joins the words of one choice, `{drug}` is a named group; `=drogué` must be
//! written exactly so (accents tell it from `drogue`), `^act` must begin with a capital. Commas separate phrases.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::words::{Gap, Words};
use crate::domain::text::fold;

/// A language's list, read.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Named choices for slots.
    groups: Vec<(&'static str, &'static str)>,
    /// What to say instead, and of which phrases.
    pub(super) terms: Vec<(&'static str, &'static str)>,
    /// Phrases that are no finding, and shield what they enclose.
    exceptions: Vec<&'static str>,
    /// Lines that say nothing; a test holds that there are none.
    pub(super) faults: Vec<&'static str>,
}

impl Source {
    /// Reads a list.
    pub(super) fn read(list: &'static str) -> Self {
        let mut source = Self::default();
        let mut section = "";
        for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            if let Some(name) = line.strip_prefix("== ") {
                section = name;
                continue;
            }
            match (section, line.split_once(" :: ")) {
                ("groups", Some(group)) => source.groups.push(group),
                ("terms", Some(term)) => source.terms.push(term),
                ("exceptions", None) => source.exceptions.push(line),
                _ => source.faults.push(line),
            }
        }
        source
    }

    fn group(&self, name: &str) -> &'static str {
        self.groups.iter().find(|(known, _)| *known == name).map_or("", |(_, choices)| choices)
    }
}

/// How a word of a phrase must be written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Any,
    Capital,
    Exact(String),
}

#[derive(Debug, Default)]
struct Node {
    /// The words that go on from here and where to, ordered.
    next: Vec<(u32, u32)>,
    alternative: Option<&'static str>,
    is_exception: bool,
}

/// A compiled list.
#[derive(Debug)]
pub(super) struct Lexicon {
    vocabulary: HashMap<String, Vec<(Form, u32)>>,
    words: u32,
    nodes: Vec<Node>,
}

/// A phrase found: words `from..to` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its first word.
    pub(super) from: usize,
    /// The word after it.
    pub(super) to: usize,
    /// What to say in its place.
    pub(super) alternative: &'static str,
}

/// The longest phrase of each sort that begins at a word.
#[derive(Debug, Default)]
struct Longest {
    term: Option<(usize, &'static str)>,
    exception: usize,
}

impl Lexicon {
    /// Compiles a list.
    pub(super) fn of(source: &Source) -> Self {
        let mut lexicon = Self { vocabulary: HashMap::new(), words: 0, nodes: vec![Node::default()] };
        for (alternative, phrases) in &source.terms {
            lexicon.insert_all(phrases, source, |node| _ = node.alternative.get_or_insert(alternative));
        }
        for phrases in &source.exceptions {
            lexicon.insert_all(phrases, source, |node| node.is_exception = true);
        }
        lexicon
    }

    fn insert_all(&mut self, phrases: &str, source: &Source, mark: impl Fn(&mut Node)) {
        for phrase in phrases.split(',') {
            for end in self.insert(phrase, source) {
                if let Some(node) = self.nodes.get_mut(end as usize) {
                    mark(node);
                }
            }
        }
    }

    /// How many phrases it finds, inflections counted.
    #[cfg(test)]
    pub(super) fn phrases(&self) -> usize {
        self.nodes.iter().filter(|node| node.alternative.is_some()).count()
    }

    /// Adds a phrase's paths; answers with the nodes where they end.
    fn insert(&mut self, phrase: &str, source: &Source) -> Vec<u32> {
        let mut ends = vec![0];
        for slot in phrase.split_whitespace() {
            let (choices, is_optional) = slot.strip_suffix('?').map_or((slot, false), |slot| (slot, true));
            let mut reached = if is_optional { ends.clone() } else { Vec::new() };
            for choice in choices_of(choices, source) {
                for &from in &ends {
                    let end = choice.split('_').fold(from, |node, word| self.step(node, word));
                    if !reached.contains(&end) {
                        reached.push(end);
                    }
                }
            }
            ends = reached;
        }
        ends.retain(|end| *end != 0);
        ends
    }

    /// The node after a word, made if need be.
    fn step(&mut self, from: u32, word: &str) -> u32 {
        let word = self.word(word);
        let fresh = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let Some(node) = self.nodes.get_mut(from as usize) else { return 0 };
        match node.next.binary_search_by_key(&word, |(word, _)| *word) {
            Ok(at) => node.next.get(at).map_or(0, |(_, to)| *to),
            Err(at) => {
                node.next.insert(at, (word, fresh));
                self.nodes.push(Node::default());
                fresh
            }
        }
    }

    /// The number of a word in its form, given if need be.
    fn word(&mut self, word: &str) -> u32 {
        let (form, plain) = if let Some(exact) = word.strip_prefix('=') {
            (Form::Exact(exact.nfc().collect()), exact)
        } else if let Some(capital) = word.strip_prefix('^') {
            (Form::Capital, capital)
        } else {
            (Form::Any, word)
        };
        let forms = self.vocabulary.entry(fold(plain)).or_default();
        if let Some((_, word)) = forms.iter().find(|(known, _)| *known == form) {
            return *word;
        }
        self.words += 1;
        forms.push((form, self.words));
        self.words
    }

    /// The phrases in a text that no exception shields, leftmost and longest first; `is_excused` may drop others.
    pub(super) fn find(&self, words: &Words<'_>, most: usize, is_excused: impl Fn(&Hit) -> bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut shielded_to = 0;
        let mut from = 0;
        while from < words.list.len() && hits.len() < most {
            let mut longest = Longest::default();
            self.walk(words, from, 0, &mut longest);
            shielded_to = shielded_to.max(longest.exception);
            let hit = longest.term.map(|(to, alternative)| Hit { from, to, alternative });
            match hit.filter(|hit| hit.to > shielded_to && !is_excused(hit)) {
                Some(hit) => {
                    from = hit.to;
                    hits.push(hit);
                }
                None => from += 1,
            }
        }
        hits
    }

    /// Follows the words from `at` down the tree from `node`; as deep as the longest phrase, no deeper.
    fn walk(&self, words: &Words<'_>, at: usize, node: u32, longest: &mut Longest) {
        let Some(word) = words.list.get(at).filter(|word| !word.is_masked) else { return };
        if node != 0 && word.gap == Gap::Hard {
            return;
        }
        let Some(forms) = self.vocabulary.get(words.folded(at)) else { return };
        let Some(here) = self.nodes.get(node as usize) else { return };
        for (form, word) in forms {
            let Ok(edge) = here.next.binary_search_by_key(word, |(word, _)| *word) else { continue };
            if !is_written(form, words, at) {
                continue;
            }
            let Some((_, to)) = here.next.get(edge) else { continue };
            let Some(reached) = self.nodes.get(*to as usize) else { continue };
            let end = at + 1;
            if let Some(alternative) = reached.alternative
                && longest.term.is_none_or(|(longest, _)| end > longest)
            {
                longest.term = Some((end, alternative));
            }
            if reached.is_exception {
                longest.exception = longest.exception.max(end);
            }
            self.walk(words, end, *to, longest);
        }
    }
}

fn is_written(form: &Form, words: &Words<'_>, at: usize) -> bool {
    match form {
        Form::Any => true,
        Form::Capital => words.is_capital(at),
        Form::Exact(exact) => words.written(at).nfc().flat_map(char::to_lowercase).eq(exact.chars()),
    }
}

/// The choices of a slot, groups put in and endings spelled out.
fn choices_of(slot: &str, source: &Source) -> Vec<String> {
    let mut choices = Vec::new();
    for choice in slot.split('|').filter(|choice| !choice.is_empty()) {
        if let Some(name) = choice.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            choices.extend(choices_of(source.group(name), source));
        } else {
            choices.extend(endings_of(choice));
        }
    }
    choices
}

/// `usager(ère)(s)` as `usager`, `usagers`, `usagerère`, `usagerères`.
fn endings_of(choice: &str) -> Vec<String> {
    let mut made = vec![String::new()];
    let mut rest = choice;
    while let Some((plain, tail)) = rest.split_once('(') {
        let (ending, tail) = tail.split_once(')').unwrap_or((tail, ""));
        made.iter_mut().for_each(|made| made.push_str(plain));
        let longer: Vec<String> = made.iter().map(|made| format!("{made}{ending}")).collect();
        made.extend(longer);
        rest = tail;
    }
    made.iter_mut().for_each(|made| made.push_str(rest));
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# A note.
== groups
drug :: drug(s)|crystal_meth
== terms
friend :: old? {drug} fan(s), fan
personne :: =drogué(s)
== exceptions
^Royal fan, no {drug} fan";

    fn found(text: &str) -> Vec<String> {
        let words = Words::of(text);
        let hits = Lexicon::of(&Source::read(LIST)).find(&words, 20, |_| false);
        hits.iter().map(|hit| (hit.from..hit.to).map(|at| words.folded(at)).collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn the_longest_phrase_wins_and_exceptions_shield() {
        assert_eq!(found("An old Crystal-Meth fan and a fan"), ["old crystal meth fan", "fan"]);
        assert_eq!(found("a Royal fan, a royal fan, no drug fan"), ["fan"]);
        assert_eq!(found("drug fans; drug, fans; fanning"), ["drug fans"]);
    }

    #[test]
    fn accents_tell_where_the_list_says_so() {
        assert_eq!(found("la drogue, un DROGUÉ, des drogue\u{301}s"), ["drogue", "drogues"]);
    }

    #[test]
    fn endings_are_spelled_out() {
        assert_eq!(endings_of("usag(e)r(s)"), ["usagr", "usager", "usagrs", "usagers"]);
    }
}
