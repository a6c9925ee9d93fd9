//! Phrases with alternatives and exceptions, compiled into a tree of words and found in one pass over a text. Must not
//! know a language.
//!
//! A list has the sections `groups` (`name :: choices`), `terms` (`alternative :: phrases`) and `exceptions` (phrases).
//! Phrases are slots of words: `former|ex? {drug} addict(s)`. `|` separates choices, `(s)` may be there or not, a slot
//! that ends in `?` may be missing, `_` joins the words of one choice, `{drug}` is a named group; `=drogué` must be
//! written exactly so (accents tell it from `drogue`), `^act` must begin with a capital. Commas separate phrases.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::words::{Gap, Words};
use crate::domain::text::{composed, fold};

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

/// A place in the compiled list, reached by words.
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
    vocabulary: Vocabulary,
    nodes: Vec<Node>,
}

/// The words of a list by their folded form, numbered.
#[derive(Debug, Default)]
struct Vocabulary {
    forms: HashMap<String, Vec<(Form, u32)>>,
    count: u32,
}

impl Vocabulary {
    /// The number of a word in its form, given if need be.
    fn number(&mut self, word: &str) -> u32 {
        let (form, plain) = if let Some(exact) = word.strip_prefix('=') {
            (Form::Exact(exact.nfc().collect()), exact)
        } else if let Some(capital) = word.strip_prefix('^') {
            (Form::Capital, capital)
        } else {
            (Form::Any, word)
        };
        let forms = self.forms.entry(fold(plain)).or_default();
        if let Some((_, number)) = forms.iter().find(|(known, _)| *known == form) {
            return *number;
        }
        self.count += 1;
        forms.push((form, self.count));
        self.count
    }
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
        let mut vocabulary = Vocabulary::default();
        let mut steps = Steps::default();
        for (alternative, phrases) in &source.terms {
            for phrase in phrases.split(',') {
                steps.add(phrase, source, &mut vocabulary, End::Term(alternative));
            }
        }
        for phrase in source.exceptions.iter().flat_map(|phrases| phrases.split(',')) {
            steps.add(phrase, source, &mut vocabulary, End::Exception);
        }
        Self { vocabulary, nodes: steps.joined() }
    }

    /// How many places the compiled list has.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The phrases in a text that no exception shields, without overlap: of two that overlap, the one that reaches
    /// further; `is_excused` may drop others.
    pub(super) fn find(&self, words: &Words<'_>, most: usize, is_excused: impl Fn(&Hit) -> bool) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut shielded_to = 0;
        let mut from = 0;
        while from < words.list.len() && hits.len() < most {
            let Some(mut hit) = self.hit_at(words, from, &mut shielded_to, &is_excused) else {
                from += 1;
                continue;
            };
            let further = (from + 1..hit.to).filter_map(|from| self.hit_at(words, from, &mut shielded_to, &is_excused));
            if let Some(further) = further.filter(|further| further.to > hit.to).last() {
                hit = further;
            }
            from = hit.to;
            hits.push(hit);
        }
        hits
    }

    /// The longest phrase at a word that counts; what is shielded grows by the exceptions that begin there.
    fn hit_at(
        &self,
        words: &Words<'_>,
        from: usize,
        shielded_to: &mut usize,
        is_excused: &impl Fn(&Hit) -> bool,
    ) -> Option<Hit> {
        let mut longest = Longest::default();
        self.walk(words, from, 0, &mut longest);
        *shielded_to = (*shielded_to).max(longest.exception);
        let (to, alternative) = longest.term?;
        let hit = Hit { from, to, alternative };
        (hit.to > *shielded_to && !is_excused(&hit)).then_some(hit)
    }

    /// Follows the words from `at` down the tree from `node`; as deep as the longest phrase, no deeper.
    fn walk(&self, words: &Words<'_>, at: usize, node: u32, longest: &mut Longest) {
        let Some(word) = words.list.get(at).filter(|word| !word.is_masked) else { return };
        if node != 0 && word.gap == Gap::Hard {
            return;
        }
        let Some(forms) = self.vocabulary.forms.get(words.folded(at)) else { return };
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
        Form::Exact(exact) => composed(words.written(at)).chars().flat_map(char::to_lowercase).eq(exact.chars()),
    }
}

/// What a phrase is, told where it ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Term(&'static str),
    Exception,
}

/// A place in one phrase.
#[derive(Debug, Default)]
struct Step {
    next: Vec<(u32, u32)>,
    /// Where one also is, since the slot after this place may be missing.
    also: Option<u32>,
    end: Option<End>,
}

/// The places of all phrases, each phrase for itself; those who follow them stand in several at once.
#[derive(Debug, Default)]
struct Steps {
    steps: Vec<Step>,
    starts: Vec<u32>,
}

impl Steps {
    fn push(&mut self) -> u32 {
        self.steps.push(Step::default());
        u32::try_from(self.steps.len() - 1).unwrap_or(u32::MAX)
    }

    fn edit(&mut self, step: u32, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.steps.get_mut(step as usize) {
            change(step);
        }
    }

    /// Adds a phrase.
    fn add(&mut self, phrase: &str, source: &Source, vocabulary: &mut Vocabulary, end: End) {
        let mut at = self.push();
        self.starts.push(at);
        for slot in phrase.split_whitespace() {
            let (choices, is_optional) = slot.strip_suffix('?').map_or((slot, false), |slot| (slot, true));
            let after = self.push();
            for choice in choices_of(choices, source) {
                let mut from = at;
                let mut words = choice.split('_').peekable();
                while let Some(word) = words.next() {
                    let word = vocabulary.number(word);
                    let to = if words.peek().is_some() { self.push() } else { after };
                    self.edit(from, |step| step.next.push((word, to)));
                    from = to;
                }
            }
            if is_optional {
                self.edit(at, |step| step.also = Some(after));
            }
            at = after;
        }
        self.edit(at, |step| step.end = Some(end));
    }

    /// Joins the phrases into one deterministic graph, of which the first node is where every phrase begins.
    fn joined(&self) -> Vec<Node> {
        let first = self.with_also(self.starts.clone());
        let mut known = HashMap::from([(first.clone(), 0)]);
        let mut sets = vec![first];
        let mut nodes: Vec<Node> = Vec::new();
        while let Some(set) = sets.get(nodes.len()) {
            let steps: Vec<&Step> = set.iter().filter_map(|step| self.steps.get(*step as usize)).collect();
            let mut node = Node::default();
            let mut next: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for step in steps {
                match step.end {
                    Some(End::Term(alternative)) => _ = node.alternative.get_or_insert(alternative),
                    Some(End::Exception) => node.is_exception = true,
                    None => {}
                }
                for (word, to) in &step.next {
                    next.entry(*word).or_default().push(*to);
                }
            }
            for (word, targets) in next {
                let set = self.with_also(targets);
                let fresh = u32::try_from(sets.len()).unwrap_or(u32::MAX);
                let to = *known.entry(set).or_insert_with_key(|set| {
                    sets.push(set.clone());
                    fresh
                });
                node.next.push((word, to));
            }
            nodes.push(node);
        }
        nodes
    }

    /// Steps with those that are reached from them through missing slots, ordered.
    fn with_also(&self, mut set: Vec<u32>) -> Vec<u32> {
        let mut at = 0;
        while let Some(step) = set.get(at) {
            set.extend(self.steps.get(*step as usize).and_then(|step| step.also));
            at += 1;
        }
        set.sort_unstable();
        set.dedup();
        set
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
