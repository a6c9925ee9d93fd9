//! Markdown to HTML that is safe to show anywhere, and to plain text. Must not let scripts, styles, forms, frames or images
//! through.

use std::borrow::Cow;
use std::collections::HashSet;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// Renders and sanitises: images would make readers' browsers ask other hosts, so they are taken out.
pub fn to_html(markdown: &str) -> String {
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(markdown, options()));
    Builder::default()
        .rm_tags(["img", "area", "map", "bdo"])
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        // The text is shown at addresses that nobody here knows: only links inside it lead where they say.
        .url_relative(UrlRelative::Custom(Box::new(within)))
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(&rendered)
        .to_string()
}

/// A relative link, if it leads to a place in the same text.
fn within(link: &str) -> Option<Cow<'_, str>> {
    link.starts_with('#').then_some(Cow::Borrowed(link))
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES
}

/// What remains when all markup is taken away: words, line ends, marks of lists. Raw HTML and the addresses of links and
/// images are left out.
pub fn to_text(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    let mut is_in_html = false;
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Start(Tag::HtmlBlock) => is_in_html = true,
            Event::End(TagEnd::HtmlBlock) => is_in_html = false,
            Event::Start(Tag::Item) => {
                break_line(&mut text, 1);
                text.push_str("- ");
            }
            Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::CodeBlock | TagEnd::List(_) | TagEnd::Table,
            ) => {
                break_line(&mut text, 2);
            }
            Event::End(TagEnd::TableRow | TagEnd::TableHead | TagEnd::Item) | Event::HardBreak => {
                break_line(&mut text, 1);
            }
            Event::End(TagEnd::TableCell) => text.push_str("  "),
            Event::SoftBreak => text.push(' '),
            Event::Text(words) if !is_in_html => text.push_str(&words),
            Event::Code(words) => text.push_str(&words),
            _ => {}
        }
    }
    text.trim().to_string()
}

/// Ends a line, and leaves an empty one where two ends are asked for.
fn break_line(text: &mut String, ends: usize) {
    let kept = text.trim_end_matches([' ', '\n']).len();
    let had = text.get(kept..).map_or(0, |end| end.matches('\n').count());
    text.truncate(kept);
    if !text.is_empty() {
        text.extend(std::iter::repeat_n('\n', ends.max(had)));
    }
}

#[cfg(test)]
mod tests {
    use super::{to_html, to_text};

    #[test]
    fn plain_text_has_no_markup_and_no_addresses() {
        let markdown = "# A\n\nOne *two*\nthree [four](https://a.example) <b onclick=x>five</b>\n\n- six\n- seven\n\n\
                        <script>\nalert(1)\n</script>\n\n![eight](https://b.example/p.png)\n\n`<i>` & &amp;";
        assert_eq!(to_text(markdown), "A\n\nOne two three four five\n\n- six\n- seven\n\neight\n\n<i> & &");
        assert_eq!(to_text(""), "");
    }

    #[test]
    fn markup_is_kept_and_danger_is_not() {
        assert_eq!(to_html("**a**"), "<p><strong>a</strong></p>\n");
        let hostile = "<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](https://tracker.example/p.png)\n\n\
                       <p onclick=z>q</p> <iframe src=https://a.example></iframe> <form action=/x></form>";
        let html = to_html(hostile);
        for banned in ["script", "img", "tracker", "onclick", "iframe", "form"] {
            assert!(!html.contains(banned), "{banned} in {html}");
        }
        assert!(html.contains('q'), "{html}");
        let links = "[a](/b) [c](//d.example) [e](<%09javascript:f>) [g](#h) [i](https://j.example)";
        assert_eq!(to_html(links).matches("href=").count(), 2, "{}", to_html(links));
    }
}
