//! The report of what could not be kept. Must not grow without end.

/// Sentences of a report at most.
const SENTENCES: usize = 10_000;
/// Characters of a part of a file that is named in a sentence.
const SHOWN: usize = 60;

/// Sentences for whoever imports.
#[derive(Debug, Default)]
pub(in crate::service) struct Report {
    sentences: Vec<String>,
    more: usize,
}

impl Report {
    /// A sentence about the whole file.
    pub fn tell(&mut self, sentence: impl Into<String>) {
        if self.sentences.len() < SENTENCES {
            self.sentences.push(sentence.into());
        } else {
            self.more += 1;
        }
    }

    /// A sentence about a field of an item.
    pub fn of(&mut self, item: &str, field: &str, sentence: impl AsRef<str>) {
        self.tell(format!("{item}: {field} {}", sentence.as_ref()));
    }

    /// All of it.
    pub fn finish(mut self) -> Vec<String> {
        if self.more > 0 {
            self.sentences.push(format!("and {} more that are not shown", self.more));
        }
        self.sentences
    }
}

/// A part of a file as a sentence names it: short, and without control characters.
pub(in crate::service) fn shown(text: &str) -> String {
    let text = text.trim();
    let mut cut: String = text.chars().take(SHOWN).collect();
    if cut.len() < text.len() {
        cut.push('\u{2026}');
    }
    format!("\"{}\"", cut.escape_debug())
}
