//! Plain texts as the domain holds them: without what none may hold, and no longer than they may be. Must not lose words
//! without saying so.

use unicode_normalization::UnicodeNormalization;

use super::safe::harmless;

/// Marks that turn the direction of what follows.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// One line of at most `most` characters; whether it was cut.
pub(in crate::service) fn line(text: &str, most: usize) -> (String, bool) {
    let text: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().filter(|c| !is_override(*c)).collect();
    cut(plain(&text).trim(), most)
}

/// Lines of at most `most` characters; whether they were cut.
pub(in crate::service) fn block(text: &str, most: usize) -> (String, bool) {
    cut(plain(&without_controls(text)).trim(), most)
}

/// A text without control characters but line ends and tabs.
pub(in crate::service) fn without_controls(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// A text that is no markup and no code, wherever it is put.
fn plain(text: &str) -> String {
    let (text, _) = harmless(text);
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let is_tag = character == '<'
            && characters.peek().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        kept.push(if is_tag { '\u{2039}' } else { character });
    }
    kept
}

/// A text cut at the end of a word.
pub(in crate::service) fn cut(text: &str, most: usize) -> (String, bool) {
    let text: String = text.nfc().collect();
    if text.chars().count() <= most {
        return (text, false);
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    let end = head.rfind(char::is_whitespace).filter(|end| *end > head.len() / 2).unwrap_or(head.len());
    let head = head.get(..end).unwrap_or(&head).trim_end();
    (format!("{head}\u{2026}"), true)
}

/// Markdown of at most `most` characters, cut between paragraphs; whether it was cut.
pub(in crate::service) fn cut_markdown(text: &str, most: usize) -> (String, bool) {
    let text: String = text.nfc().collect();
    if text.chars().count() <= most {
        return (text, false);
    }
    let head: String = text.chars().take(most.saturating_sub(8)).collect();
    let end = head.rfind("\n\n").filter(|end| *end > head.len() / 2);
    let end = end.or_else(|| head.rfind(char::is_whitespace)).unwrap_or(head.len());
    (format!("{}\n\n\u{2026}", head.get(..end).unwrap_or(&head).trim_end()), true)
}

/// A plain text as Markdown that says the same: its paragraphs and lines stay.
pub(in crate::service) fn as_markdown(text: &str) -> String {
    let text = harmless(&without_controls(text)).0;
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let lines = paragraph.lines().map(str::trim).filter(|line| !line.is_empty()).map(super::spans::escape_line);
        lines.collect::<Vec<_>>().join("  \n")
    });
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join("\n\n")
}
