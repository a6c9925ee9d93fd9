//! The inside of a paragraph of Markdown: words, and what stands out in them. Words are escaped, so that none becomes
//! markup. Must not know blocks.

use super::words::without_controls;

/// Spans in spans at most; deeper ones are only words.
const DEPTH: usize = 12;

/// What stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Strong,
    Emphasis,
    Deleted,
    Code,
    Link(Target),
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An address that readers may follow.
    Follow(String),
    /// An address that is told in words.
    Told(String),
    Nowhere,
}

#[derive(Debug)]
struct Span {
    kind: Kind,
    text: String,
}

/// A paragraph that grows.
#[derive(Debug, Default)]
pub(super) struct Spans {
    text: String,
    open: Vec<Span>,
}

impl Spans {
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.open.iter().all(|span| span.text.trim().is_empty())
    }

    pub fn is_code(&self) -> bool {
        self.open.iter().any(|span| span.kind == Kind::Code)
    }

    /// Bytes so far.
    pub fn len(&self) -> usize {
        self.text.len() + self.open.iter().map(|span| span.text.len()).sum::<usize>()
    }

    /// The last character so far.
    fn last(&self) -> Option<char> {
        let inner = self.open.iter().rev().find_map(|span| span.text.chars().last());
        inner.or_else(|| self.text.chars().last())
    }

    fn top(&mut self) -> &mut String {
        match self.open.last_mut() {
            Some(span) => &mut span.text,
            None => &mut self.text,
        }
    }

    /// Adds words.
    pub fn words(&mut self, words: &str) {
        let is_code = self.is_code();
        let mut is_after_space = self.last().is_none_or(char::is_whitespace);
        let mut collapsed = String::with_capacity(words.len());
        for character in words.chars() {
            if character.is_whitespace() {
                if !is_after_space {
                    collapsed.push(' ');
                }
                is_after_space = true;
            } else if !character.is_control() {
                collapsed.push(character);
                is_after_space = false;
            }
        }
        if is_code {
            self.top().push_str(&collapsed);
        } else {
            let before = self.last();
            let escaped = escape(&collapsed, before);
            self.top().push_str(&escaped);
        }
    }

    pub fn line_break(&mut self) {
        let is_code = self.is_code();
        let top = self.top();
        top.truncate(top.trim_end_matches(' ').len());
        top.push_str(if is_code { " " } else { "  \n" });
    }

    pub fn cell(&mut self) {
        if !self.is_empty() {
            self.top().push_str(" \\| ");
        }
    }

    pub fn open(&mut self, kind: Kind) {
        let is_link = matches!(kind, Kind::Link(_));
        let is_open = self.open.iter().any(|span| {
            span.kind == kind || span.kind == Kind::Code || (is_link && matches!(span.kind, Kind::Link(_)))
        });
        if !is_open && self.open.len() < DEPTH {
            self.open.push(Span { kind, text: String::new() });
        }
    }

    /// Ends the last span of a kind, and what is open in it.
    pub fn close(&mut self, is_wanted: impl Fn(&Kind) -> bool) {
        if let Some(at) = self.open.iter().rposition(|span| is_wanted(&span.kind)) {
            while self.open.len() > at {
                self.close_last();
            }
        }
    }

    fn close_last(&mut self) {
        let Some(Span { kind, text }) = self.open.pop() else { return };
        let inner = text.trim();
        let start = text.len() - text.trim_start().len();
        let (before, after) =
            (text.get(..start).unwrap_or_default(), text.get(start + inner.len()..).unwrap_or_default());
        let rendered = match kind {
            _ if inner.is_empty() => String::new(),
            Kind::Strong => format!("**{inner}**"),
            Kind::Emphasis => format!("*{inner}*"),
            Kind::Deleted => format!("~~{inner}~~"),
            Kind::Code => code(inner),
            Kind::Link(Target::Follow(url)) => format!("[{inner}]({})", destination(&url)),
            Kind::Link(Target::Told(url)) => {
                let url = escape(&url, None);
                if url == inner { url } else { format!("{inner} ({url})") }
            }
            Kind::Link(Target::Nowhere) => inner.to_string(),
        };
        let (before, after) = (before.to_string(), after.to_string());
        let top = self.top();
        if !top.ends_with(char::is_whitespace) {
            top.push_str(&before);
        }
        top.push_str(&rendered);
        top.push_str(&after);
    }

    /// The paragraph so far; spans that are open go on in the next one.
    pub fn take(&mut self) -> String {
        let kinds: Vec<Kind> = self.open.iter().map(|span| span.kind.clone()).collect();
        while !self.open.is_empty() {
            self.close_last();
        }
        self.open = kinds.into_iter().map(|kind| Span { kind, text: String::new() }).collect();
        std::mem::take(&mut self.text)
    }
}

/// A code span, between more backticks than it holds in a row.
fn code(text: &str) -> String {
    if text.contains('<') {
        // In a code span the marks of markup would stand as they are.
        return escape(text, None);
    }
    let marks = "`".repeat(longest_run(text, '`') + 1);
    let gap = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{marks}{gap}{text}{gap}{marks}")
}

pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for character in text.chars() {
        run = if character == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// An address as the destination of a link.
fn destination(url: &str) -> String {
    let mut written = String::with_capacity(url.len());
    for character in url.chars() {
        match character {
            '(' => written.push_str("%28"),
            ')' => written.push_str("%29"),
            '<' => written.push_str("%3C"),
            '>' => written.push_str("%3E"),
            '\\' => written.push_str("%5C"),
            '"' => written.push_str("%22"),
            '\'' => written.push_str("%27"),
            '`' => written.push_str("%60"),
            '&' => written.push_str("&amp;"),
            character => written.push(character),
        }
    }
    written
}

/// Words that Markdown reads as the same words. `before` is the character that they follow.
pub(super) fn escape(words: &str, before: Option<char>) -> String {
    let mut escaped = String::with_capacity(words.len() + words.len() / 8);
    let mut last = before;
    let mut characters = words.chars().peekable();
    while let Some(character) = characters.next() {
        let next = characters.peek().copied();
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' if next.is_some_and(|next| next.is_ascii_alphabetic() || next == '#') => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '[' | ']' | '|' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // Within a word it is only a character.
            '_' if !(last.is_some_and(char::is_alphanumeric) && next.is_some_and(char::is_alphanumeric)) => {
                escaped.push_str("\\_");
            }
            character => escaped.push(character),
        }
        last = Some(character);
    }
    escaped
}

/// A line of words, none of which begins a block.
pub(super) fn escape_line(line: &str) -> String {
    at_start(escape(&without_controls(line), None).trim_start())
}

/// The beginning of a line that must not begin a heading, a list or a rule.
pub(super) fn at_start(line: &str) -> String {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line.as_bytes().get(digits) {
        Some(b'.' | b')') if (1..=9).contains(&digits) => {
            let (number, rest) = line.split_at(digits);
            format!("{number}\\{rest}")
        }
        Some(b'#' | b'=') if digits == 0 => format!("\\{line}"),
        Some(b'+' | b'-')
            if digits == 0
                && line.get(1..).is_none_or(|rest| rest.is_empty() || rest.starts_with([' ', '-', '\t'])) =>
        {
            format!("\\{line}")
        }
        _ => line.to_string(),
    }
}
