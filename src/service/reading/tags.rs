//! What elements of HTML mean for prose. Must not read attributes.

/// What an element does to the prose that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// Begins and ends a paragraph.
    Block,
    Heading(usize),
    List {
        is_ordered: bool,
    },
    Item,
    Quote,
    Pre,
    Row,
    Cell,
    Break,
    Rule,
    Link,
    Strong,
    Emphasis,
    Deleted,
    Code,
    Image,
    /// What would be loaded from elsewhere or played.
    Embedded,
    /// What runs or styles: nothing of it is read.
    Never,
    /// Everything else that HTML knows: its text counts.
    Plain,
}

/// The meaning of a name; nothing for what is no element of HTML.
pub(super) fn tag(name: &str) -> Option<Tag> {
    let name = name.to_ascii_lowercase();
    Some(match name.as_str() {
        "address" | "article" | "aside" | "body" | "caption" | "center" | "dd" | "details" | "dialog" | "dir"
        | "div" | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "header" | "hgroup"
        | "html" | "legend" | "main" | "menu" | "nav" | "optgroup" | "option" | "p" | "search" | "section"
        | "summary" | "table" | "tbody" | "tfoot" | "thead" => Tag::Block,
        "h1" => Tag::Heading(1),
        "h2" => Tag::Heading(2),
        "h3" => Tag::Heading(3),
        "h4" => Tag::Heading(4),
        "h5" => Tag::Heading(5),
        "h6" => Tag::Heading(6),
        "ul" => Tag::List { is_ordered: false },
        "ol" => Tag::List { is_ordered: true },
        "li" => Tag::Item,
        "blockquote" => Tag::Quote,
        "pre" | "listing" => Tag::Pre,
        "tr" => Tag::Row,
        "td" | "th" => Tag::Cell,
        "br" => Tag::Break,
        "hr" => Tag::Rule,
        "a" => Tag::Link,
        "b" | "strong" => Tag::Strong,
        "i" | "em" | "cite" | "dfn" | "var" => Tag::Emphasis,
        "del" | "s" | "strike" => Tag::Deleted,
        "code" | "kbd" | "samp" | "tt" => Tag::Code,
        "img" | "image" => Tag::Image,
        "applet" | "audio" | "embed" | "frame" | "frameset" | "iframe" | "object" | "video" | "canvas" | "portal"
        | "bgsound" => Tag::Embedded,
        "script" | "style" | "template" | "head" | "title" | "link" | "meta" | "base" | "noembed" | "noframes"
        | "xmp" => Tag::Never,
        "abbr" | "acronym" | "animate" | "area" | "bdi" | "bdo" | "big" | "blink" | "button" | "circle" | "col"
        | "colgroup" | "data" | "datalist" | "font" | "foreignobject" | "g" | "input" | "ins" | "isindex"
        | "keygen" | "label" | "map" | "mark" | "marquee" | "math" | "meter" | "mtext" | "noscript" | "output"
        | "param" | "path" | "picture" | "plaintext" | "progress" | "q" | "rect" | "rp" | "rt" | "ruby" | "select"
        | "set" | "slot" | "small" | "source" | "span" | "sub" | "sup" | "svg" | "textarea" | "time" | "track"
        | "u" | "use" | "wbr" | "xml" | "xss" => Tag::Plain,
        _ => return None,
    })
}

/// Whether a text holds what is a tag of HTML.
pub(super) fn holds_markup(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let after = text.get(at + 1..).unwrap_or_default();
        if after.starts_with(['!', '?']) {
            return true;
        }
        let after = after.strip_prefix('/').unwrap_or(after);
        let name = after.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        !name.is_empty() && name.len() <= 16 && tag(name).is_some()
    })
}
