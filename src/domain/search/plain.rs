//! Markdown as the words that a reader sees: no marks, addresses or HTML. Must not make HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The text of a Markdown document, its blocks parted by spaces.
pub fn plain_text(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut text = String::with_capacity(markdown.len());
    let mut metadata = 0_u32;
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::MetadataBlock(_)) => metadata = metadata.saturating_add(1),
            Event::End(TagEnd::MetadataBlock(_)) => metadata = metadata.saturating_sub(1),
            Event::Text(part) | Event::Code(part) if metadata == 0 => text.push_str(&part),
            Event::SoftBreak | Event::HardBreak | Event::Rule => text.push(' '),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableCell
                | TagEnd::HtmlBlock,
            ) => text.push(' '),
            _ => {}
        }
    }
    spaced(&text)
}

/// A text on one line, with one space between its parts.
pub(super) fn spaced(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for part in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn only_words_are_left() {
        let markdown = "# Sites\n\nOpen **late**, see [the list](https://a.example/x).\n\n- one\n- two\n\n\
                        <script>alert(1)</script>\n\n| a | b |\n|---|---|\n| c | d |\n\n`code`";
        assert_eq!(plain_text(markdown), "Sites Open late, see the list. one two a b c d code");
    }
}
