//! Markdown to HTML that is safe to show anywhere. Must not let scripts, styles, forms, frames or images through.

use std::collections::HashSet;

use ammonia::Builder;
use pulldown_cmark::{Options, Parser, html};

/// Renders and sanitises: images would make readers' browsers ask other hosts, so they are taken out.
pub(super) fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(markdown, options));
    Builder::default()
        .rm_tags(["img", "area", "map", "bdo"])
        .url_schemes(HashSet::from(["https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer nofollow"))
        .clean(&rendered)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::to_html;

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
    }
}
