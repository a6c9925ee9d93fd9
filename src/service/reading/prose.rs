//! HTML as Markdown: what people read stays, what runs, styles or is loaded from elsewhere does not. Everything that is
//! written is words of ours or escaped words of theirs, so that no markup of the source gets through. Must not open links.

use url::Url;

use super::characters::decode;
use super::safe::harmless;
use super::spans::{Kind, Spans, Target, at_start, escape_line, longest_run};
use super::tags::{Tag, holds_markup, tag};
use super::tokens::{Dialect, Token, Tokens};
use super::tree::{Element, Node};
use super::words::without_controls;
use crate::domain::url::{HttpsUrl, SourceUrl};

/// Lists and quotes in each other at most.
const DEPTH: usize = 8;
/// How often text that is markup again is read again.
const AGAIN: usize = 3;
/// Bytes of Markdown after which no more is written; a body holds at most 65 536 characters.
const ROOM: usize = 400_000;

/// What could not be kept, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::service) struct Told {
    pub images: usize,
    pub embedded: usize,
    pub never: usize,
    pub plain_links: usize,
    pub dead_links: usize,
    pub programs: usize,
    pub escaped_twice: usize,
    pub too_much: usize,
}

impl Told {
    /// Each in a sentence that follows the name of a field.
    pub fn sentences(self) -> Vec<String> {
        [
            (self.images, "holds images, which were left out; what they show in words was kept"),
            (self.embedded, "holds what is loaded or played from elsewhere, which was left out"),
            (self.never, "holds scripts, styles or other markup that is never kept, which was left out"),
            (self.plain_links, "holds http: links, which stand in it as words"),
            (self.dead_links, "holds links that lead nowhere or run code, of which the words were kept"),
            (self.programs, "holds words that might run, which were made harmless"),
            (self.escaped_twice, "was escaped more than once, and was read as the markup that it is"),
            (self.too_much, "is too long, and was cut"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{what} ({count})"))
        .collect()
    }
}

#[derive(Debug)]
enum Block {
    Quote,
    List {
        is_ordered: bool,
        next: u32,
    },
    /// How far its lines are moved to the right, and its mark until that is written.
    Item {
        indent: usize,
        mark: Option<String>,
    },
}

struct Prose<'a> {
    base: Option<&'a Url>,
    written: String,
    blocks: Vec<Block>,
    too_deep: usize,
    spans: Spans,
    heading: Option<usize>,
    pre: Option<String>,
    again: usize,
    told: Told,
}

/// A text of HTML as Markdown. Relative links are resolved against `base`.
pub(in crate::service) fn of_html(html: &str, base: Option<&Url>) -> (String, Told) {
    let mut prose = Prose::new(base);
    prose.html(html);
    prose.finish()
}

/// What stands in an element as Markdown.
pub(in crate::service) fn of_element(element: &Element, base: Option<&Url>) -> (String, Told) {
    let mut prose = Prose::new(base);
    prose.inside(element);
    prose.finish()
}

impl<'a> Prose<'a> {
    fn new(base: Option<&'a Url>) -> Self {
        Self {
            base,
            written: String::new(),
            blocks: Vec::new(),
            too_deep: 0,
            spans: Spans::default(),
            heading: None,
            pre: None,
            again: 0,
            told: Told::default(),
        }
    }

    fn html(&mut self, html: &str) {
        let mut unknown = 0;
        for token in Tokens::of(html, Dialect::Html) {
            if self.written.len() + self.spans.len() > ROOM {
                self.told.too_much = 1;
                return;
            }
            match token {
                Token::Start { name, attributes, .. } => {
                    let value = |wanted: &str| {
                        let found = attributes.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                        found.map(|(_, value)| decode(value, &mut 0))
                    };
                    self.start(name, &value);
                }
                Token::End(name) => self.end(name),
                Token::Text(text) => self.text(&decode(text, &mut unknown)),
                Token::Data(text) => self.text(text),
                Token::Raw | Token::Unended(_) => {}
            }
        }
    }

    fn inside(&mut self, element: &Element) {
        for node in &element.children {
            match node {
                Node::Text(text) => self.text(text),
                Node::Element(element) => {
                    self.start(&element.name, &|name| element.attribute(name).map(str::to_string));
                    if tag(&element.name) != Some(Tag::Never) {
                        self.inside(element);
                    }
                    self.end(&element.name);
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(pre) = &mut self.pre {
            pre.push_str(text);
            return;
        }
        let text = without_controls(text);
        if self.again < AGAIN && !self.spans.is_code() && holds_markup(&text) {
            self.told.escaped_twice += 1;
            self.again += 1;
            self.html(&text);
            self.again -= 1;
            return;
        }
        let (text, is_changed) = harmless(&text);
        self.told.programs += usize::from(is_changed);
        self.spans.words(&text);
    }

    fn start(&mut self, name: &str, value: &dyn Fn(&str) -> Option<String>) {
        let tag = tag(name).unwrap_or(Tag::Plain);
        if let Some(pre) = &mut self.pre {
            if tag == Tag::Break {
                pre.push('\n');
            }
            self.told.never += usize::from(tag == Tag::Never);
            return;
        }
        match tag {
            Tag::Block | Tag::Row => self.flush(),
            Tag::Heading(level) => {
                self.flush();
                self.heading = Some(level);
            }
            Tag::List { is_ordered } => {
                self.flush();
                self.push(Block::List { is_ordered, next: 1 });
            }
            Tag::Item => self.item(),
            Tag::Quote => {
                self.flush();
                self.push(Block::Quote);
            }
            Tag::Pre => {
                self.flush();
                self.pre = Some(String::new());
            }
            Tag::Cell => self.spans.cell(),
            Tag::Break => self.spans.line_break(),
            Tag::Rule => {
                self.flush();
                self.write("---");
            }
            Tag::Link => {
                if let Some(target) = value("href") {
                    let target = self.target(&target);
                    self.spans.open(Kind::Link(target));
                }
            }
            Tag::Strong => self.spans.open(Kind::Strong),
            Tag::Emphasis => self.spans.open(Kind::Emphasis),
            Tag::Deleted => self.spans.open(Kind::Deleted),
            Tag::Code => self.spans.open(Kind::Code),
            Tag::Image => {
                self.told.images += 1;
                if let Some(words) = value("alt").filter(|words| !words.trim().is_empty()) {
                    let again = std::mem::replace(&mut self.again, AGAIN);
                    self.text(&words);
                    self.again = again;
                }
            }
            Tag::Embedded => self.told.embedded += 1,
            Tag::Never => self.told.never += 1,
            Tag::Plain => {}
        }
    }

    fn end(&mut self, name: &str) {
        let tag = tag(name).unwrap_or(Tag::Plain);
        if self.pre.is_some() {
            if tag == Tag::Pre {
                self.write_pre();
            }
            return;
        }
        match tag {
            Tag::Block | Tag::Row | Tag::Heading(_) => self.flush(),
            Tag::List { .. } => self.pop(|block| matches!(block, Block::List { .. })),
            Tag::Quote => self.pop(|block| matches!(block, Block::Quote)),
            Tag::Item => {
                self.flush();
                if matches!(self.blocks.last(), Some(Block::Item { .. })) {
                    self.blocks.pop();
                }
            }
            Tag::Link => self.spans.close(|kind| matches!(kind, Kind::Link(_))),
            Tag::Strong => self.spans.close(|kind| *kind == Kind::Strong),
            Tag::Emphasis => self.spans.close(|kind| *kind == Kind::Emphasis),
            Tag::Deleted => self.spans.close(|kind| *kind == Kind::Deleted),
            Tag::Code => self.spans.close(|kind| *kind == Kind::Code),
            _ => {}
        }
    }

    fn push(&mut self, block: Block) {
        if self.blocks.len() < DEPTH {
            self.blocks.push(block);
        } else {
            self.too_deep += 1;
        }
    }

    fn pop(&mut self, is_wanted: impl Fn(&Block) -> bool) {
        self.flush();
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(at) = self.blocks.iter().rposition(is_wanted) {
            self.blocks.truncate(at);
        }
    }

    fn item(&mut self) {
        self.flush();
        // An item that was not ended ends where the next one begins.
        if matches!(self.blocks.last(), Some(Block::Item { .. })) {
            self.blocks.pop();
        }
        let mark = match self.blocks.last_mut() {
            Some(Block::List { is_ordered: true, next }) => {
                *next += 1;
                format!("{}. ", next.saturating_sub(1))
            }
            _ => "- ".to_string(),
        };
        if self.blocks.len() <= DEPTH {
            self.blocks.push(Block::Item { indent: mark.len(), mark: Some(mark) });
        }
    }

    fn target(&mut self, href: &str) -> Target {
        match resolve(href, self.base) {
            Some(Address::Safe(url)) => Target::Follow(url),
            Some(Address::Plain(url)) => {
                self.told.plain_links += 1;
                Target::Told(url)
            }
            None => {
                self.told.dead_links += 1;
                Target::Nowhere
            }
        }
    }

    /// Writes the paragraph that was begun.
    fn flush(&mut self) {
        let text = self.spans.take();
        let heading = self.heading.take();
        let text = text.trim();
        if text.is_empty() {
            self.heading = heading.filter(|_| self.written.is_empty());
            return;
        }
        match heading {
            Some(level) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                self.write(&format!("{} {}", "#".repeat(level), words.join(" ")));
            }
            None => {
                let lines: Vec<String> = text.split('\n').map(|line| at_start(line.trim_start())).collect();
                self.write(&lines.join("\n"));
            }
        }
    }

    fn write_pre(&mut self) {
        let Some(text) = self.pre.take() else { return };
        let text = without_controls(&text);
        let text = text.trim_matches('\n').trim_end();
        if text.is_empty() {
            return;
        }
        let (text, is_changed) = harmless(text);
        self.told.programs += usize::from(is_changed);
        if text.contains('<') {
            // In a block of code the marks of markup would stand as they are.
            let lines: Vec<String> = text.split('\n').map(|line| escape_line(line.trim_end())).collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.trim().is_empty()).collect();
            self.write(&lines.join("  \n"));
            return;
        }
        let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
        self.write(&format!("{fence}\n{text}\n{fence}"));
    }

    /// Writes lines where they belong: in quotes and items.
    fn write(&mut self, lines: &str) {
        let begins_item = self.blocks.iter().any(|block| matches!(block, Block::Item { mark: Some(_), .. }));
        let mut before = String::new();
        let (mut first, mut further) = (String::new(), String::new());
        let mut is_begun = true;
        for block in &mut self.blocks {
            let (own, next) = match block {
                Block::Quote => ("> ".to_string(), "> ".to_string()),
                Block::List { .. } => continue,
                Block::Item { indent, mark } => {
                    is_begun &= mark.is_none();
                    let spaces = " ".repeat(*indent);
                    (mark.take().unwrap_or_else(|| spaces.clone()), spaces)
                }
            };
            if is_begun {
                before.push_str(&next);
            }
            first.push_str(&own);
            further.push_str(&next);
        }
        if !self.written.is_empty() {
            self.written.push('\n');
            // Items stand under each other; a paragraph has an empty line before it.
            let is_in_list = begins_item && self.written.trim_end().rsplit('\n').next().is_some_and(is_item_line);
            if !is_in_list {
                self.written.push_str(before.trim_end());
                self.written.push('\n');
            }
        }
        for (number, line) in lines.split('\n').enumerate() {
            if number > 0 {
                self.written.push('\n');
            }
            self.written.push_str(if number == 0 { &first } else { &further });
            self.written.push_str(line);
        }
    }

    fn finish(mut self) -> (String, Told) {
        self.write_pre();
        self.flush();
        (self.written.trim().to_string(), self.told)
    }
}

/// Whether a line that was written belongs to an item.
fn is_item_line(line: &str) -> bool {
    let line = line.trim_start_matches(['>', ' ']);
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with("- ") || (digits > 0 && line.get(digits..).is_some_and(|rest| rest.starts_with(". ")))
}

/// An address that may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) enum Address {
    /// One that readers may follow.
    Safe(String),
    /// One without encryption.
    Plain(String),
}

/// An address as it may be told; nothing for one that runs, or that leads nowhere.
pub(in crate::service) fn resolve(href: &str, base: Option<&Url>) -> Option<Address> {
    let href: String = href.trim().chars().filter(|c| !c.is_control()).collect();
    // A query may name what would be a handler elsewhere.
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let has_code = harmless(path).1 || (href.contains(char::is_whitespace) && harmless(&href).1);
    if href.is_empty() || href.contains(['<', '>', '"', '`']) || has_code || runs_inside(&href) {
        return None;
    }
    let url = match Url::parse(&href) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) => match base {
            Some(base) => base.join(&href).ok()?,
            None => Url::parse(&format!("https:{}", Some(&href).filter(|href| href.starts_with("//"))?)).ok()?,
        },
        Err(_) => return None,
    };
    match url.scheme() {
        "https" => HttpsUrl::parse(url.as_str()).ok().map(|url| Address::Safe(url.to_string())),
        "http" => SourceUrl::parse(url.as_str()).ok().map(|url| Address::Plain(url.as_str().to_string())),
        "mailto" | "tel" => {
            let path = url.path();
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "@.+-_%".contains(c);
            let is_whole = !path.is_empty() && path.len() <= 254 && path.chars().all(is_plain);
            is_whole.then(|| Address::Safe(format!("{}:{path}", url.scheme())))
        }
        _ => None,
    }
}

/// Whether an address holds another one that runs.
fn runs_inside(href: &str) -> bool {
    let lower = href.to_ascii_lowercase();
    ["javascript:", "vbscript:", "data:text"].iter().any(|code| lower.contains(code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::markdown::{to_html, to_text};

    fn markdown(html: &str) -> String {
        of_html(html, Some(&Url::parse("https://a.example/b/c").unwrap())).0
    }

    #[test]
    fn prose_keeps_its_shape() {
        for (html, expected) in [
            ("<p>One <b>two</b> &amp; <i> three </i>four</p><p>five", "One **two** & *three* four\n\nfive"),
            ("<h2>A\n b</h2>c<br>d<br/>", "## A b\n\nc  \nd"),
            ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
            ("<ol><li><p>a</p><p>b</p></li><li>c</ol>", "1. a\n\n   b\n\n2. c"),
            ("<blockquote>a<p>b</blockquote>c", "> a\n>\n> b\n\nc"),
            ("<pre>a\n  <b>b</b> ```</pre>", "````\na\n  b ```\n````"),
            ("x <code>a`b</code>", "x ``a`b``"),
            ("<code>&lt;b&gt;</code><pre>&lt;i&gt;\n  # x</pre>", "&lt;b&gt;\n\n&lt;i&gt;  \n\\# x"),
            ("<a href='../d?x=1&y=2'>e <em>f</em></a>", "[e *f*](https://a.example/d?x=1&amp;y=2)"),
            ("<a href=//x.example/(>y</a>", "[y](https://x.example/%28)"),
            ("<a href=http://x.example>y</a>", "y (http://x.example/)"),
            ("<a href='mailto:a@b.example?subject=x'>y</a>", "[y](mailto:a@b.example)"),
            ("<a href='/p'><div>q</div></a>", "[q](https://a.example/p)"),
            ("1. a<br># b<p>- c", "1\\. a  \n\\# b\n\n\\- c"),
            ("a*b_c_d [e](f) `g` <img alt='h'>", "a\\*b_c_d \\[e\\](f) \\`g\\` h"),
            ("<table><tr><td>a<td>b<tr><th>c</table>", "a \\| b\n\nc"),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }

    #[test]
    fn words_stay_the_words_that_they_are() {
        let words = "a < b > c & d &amp; &copy; \\ * _x_ __y__ ~~z~~ | # 1) - + = `` [x](y) ![z](w) :- \u{1f642}";
        let escaped = quick_xml::escape::escape(words).into_owned();
        assert_eq!(to_text(&markdown(&escaped)), words);
    }

    #[test]
    fn what_runs_does_not_come_through() {
        for html in [
            "<script>alert(1)</script>ok",
            "<style>*{}</style>ok<svg onload=alert(1)>",
            "<a href=' java\tscript:alert(1)'>ok</a>",
            "<a href='data:text/html,x'>ok</a>",
            "&lt;img src=x onerror=alert(1)&gt;ok",
            "<iframe src=x>no</iframe>ok<object data=x></object>",
        ] {
            let html = to_html(&markdown(html));
            assert_eq!(
                html.trim(),
                "<p>ok</p>".replace("<p>ok", if html.contains("href") { "!" } else { "<p>ok" }),
                "{html}"
            );
        }
    }

    #[test]
    fn nothing_takes_long_or_grows() {
        let many = |part: &str| part.repeat(200_000);
        for html in [
            many("<b>"),
            many("<ul><li>"),
            many("<blockquote>x"),
            many("<a href=x>"),
            many("<"),
            many("&"),
            many("<!--"),
            many("<p a"),
            many("<pre>"),
            many("&lt;b&gt;"),
            many("<br>"),
            many("<script>"),
            many("</b>"),
            many("`"),
        ] {
            assert!(markdown(&html).len() < ROOM * 5);
        }
    }
}
