//! Hostile text: whatever publishers write, feeds are well formed, messages valid, and HTML holds nothing that runs, loads
//! or styles.

use std::fmt::Write as _;

use serde_json::json;

use super::cap::check;
use super::{Element, UPDATES, message_path, words};
use crate::harness::Server;
use crate::lines::{alert, resource, text};

const FRAGMENTS: usize = 500;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const TAGS: [&str; 36] = [
    "script",
    "ScRiPt",
    "style",
    "iframe",
    "svg",
    "math",
    "object",
    "embed",
    "img",
    "a",
    "p",
    "div",
    "form",
    "input",
    "base",
    "link",
    "meta",
    "template",
    "noscript",
    "textarea",
    "title",
    "xmp",
    "details",
    "video",
    "audio",
    "source",
    "body",
    "table",
    "td",
    "select",
    "button",
    "marquee",
    "foreignObject",
    "mtext",
    "plaintext",
    "b",
];
const ATTRIBUTES: [&str; 17] = [
    "onclick",
    "ONERROR",
    "onload",
    "onfocus",
    "ontoggle",
    "style",
    "href",
    "src",
    "srcset",
    "srcdoc",
    "xlink:href",
    "formaction",
    "action",
    "data",
    "background",
    "poster",
    "id",
];
const ADDRESSES: [&str; 16] = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61vascript:alert(1)",
    "javascript&colon;alert(1)",
    "&Tab;javascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zz4=",
    "//evil.example/x",
    "https://evil.example/'onmouseover=alert(1)",
    "feed:javascript:alert(1)",
    "file:///etc/passwd",
    "blob:https://evil.example/x",
];
const QUOTES: [(&str, &str); 5] = [("\"", "\""), ("'", "'"), ("", ""), ("\"", ""), ("`", "`")];
const TRICKS: [&str; 18] = [
    "<svg><p><style><!--</style><img src=x onerror=alert(1)>-->",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href=\"x\" <script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "\\<script>alert(1)\\</script>",
    "`<script>alert(1)</script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#0;&#1;&#xFFFE;&#xD800;&#13;",
    "<p\u{c}onclick=alert(1)>\u{202e}gnp.exe\u{2066}",
    "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>&y;",
    "<a href=javascript&#58;alert(1)>\u{1f3f4}\u{200d}\u{2620}\u{fe0f}</a>",
    "\u{fffe}\u{ffff}\u{1fffe}\u{fdd0}",
    "[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
];

/// A fragment: a trick, a tag with attributes, or Markdown that leads somewhere; up to three of them.
fn fragment(dice: &mut Dice) -> String {
    let mut all = String::new();
    for _ in 0..=dice.roll(3) {
        let address = dice.pick(&ADDRESSES);
        match dice.roll(7) {
            0 => all.push_str(dice.pick(&TRICKS)),
            1 => drop(write!(all, "[x]({address})")),
            2 => drop(write!(all, "![x](<{address}> \"y\" onerror=alert(1))")),
            3 => drop(write!(all, "<{address}>")),
            4 => drop(write!(all, "[x][y]\n\n[y]: <{address}>\n")),
            _ => {
                let tag = dice.pick(&TAGS);
                let _ = write!(all, "<{tag}");
                for _ in 0..=dice.roll(3) {
                    let (open, close) = QUOTES[dice.roll(QUOTES.len())];
                    let value = [address, "alert(1)", "position:fixed;background:url(//evil.example)"][dice.roll(3)];
                    let gap = dice.pick(&[" ", "/", "\n", "\t"]);
                    let _ = write!(all, "{gap}{}={open}{value}{close}", dice.pick(&ATTRIBUTES));
                }
                let _ = write!(all, "{}x", dice.pick(&[">", "/>", "", " <"]));
                if dice.roll(2) == 0 {
                    let _ = write!(all, "</{tag}>");
                }
            }
        }
        all.push_str(dice.pick(&["", "\n", "\n\n", " "]));
    }
    if all.trim().is_empty() { "<script>".to_string() } else { all.replace('\u{c}', " ") }
}

/// Elements that text may be marked up with.
const SAFE_TAGS: [&str; 46] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "bdi",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
];
const MORE_SAFE_TAGS: [&str; 26] = [
    "article",
    "aside",
    "dfn",
    "figcaption",
    "figure",
    "footer",
    "header",
    "hgroup",
    "mark",
    "nav",
    "rp",
    "rt",
    "rtc",
    "ruby",
    "samp",
    "section",
    "small",
    "strike",
    "summary",
    "tfoot",
    "thead",
    "time",
    "tt",
    "u",
    "ul",
    "var",
];
const SAFE_ATTRIBUTES: [&str; 22] = [
    "align", "char", "charoff", "cite", "colspan", "datetime", "dir", "headers", "href", "hreflang", "lang", "rel",
    "rowspan", "scope", "span", "start", "summary", "title", "valign", "width", "height", "size",
];

/// Reads HTML as strictly as a serialiser writes it, so that every browser reads the same; answers what is not safe in it.
pub fn unsafe_in(html: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let (is_end, body) = rest.strip_prefix('/').map_or((false, rest), |body| (true, body));
        let length = body.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(body.len());
        let (tag, mut body) = body.split_at(length);
        if !SAFE_TAGS.contains(&tag) && !MORE_SAFE_TAGS.contains(&tag) && !["wbr"].contains(&tag) {
            wrong.push(format!("element <{tag}> before {:.40}", body.escape_debug().to_string()));
        }
        while let Some(attribute) = body.strip_prefix(' ') {
            let Some((name, after)) = attribute.split_once("=\"") else {
                wrong.push(format!("attribute of {tag}"));
                break;
            };
            let Some((value, after)) = after.split_once('"') else {
                wrong.push(format!("attribute of {tag} without an end"));
                break;
            };
            if is_end || !SAFE_ATTRIBUTES.contains(&name) {
                wrong.push(format!("attribute {name} of {tag}"));
            }
            let scheme =
                value.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(scheme, _)| scheme);
            let is_address = ["href", "cite"].contains(&name);
            if is_address && scheme.is_some_and(|scheme| !["https", "mailto", "tel"].contains(&scheme)) {
                wrong.push(format!("address {value}"));
            }
            if is_address && value.contains(['\t', '\n', '\u{0}']) {
                wrong.push(format!("address with a control: {}", value.escape_debug()));
            }
            body = after;
        }
        match body.strip_prefix('>') {
            Some(after) => rest = after,
            None => {
                wrong.push(format!("<{tag} without an end"));
                rest = body;
            }
        }
    }
    wrong
}

#[test]
fn the_judge_of_html_finds_what_is_unsafe() {
    for html in [
        "<script>x</script>",
        "<p onclick=\"x\">",
        "<p style=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"data:x\">",
        "<img src=\"https://x\">",
        "<svg>",
        "<p onclick=x>",
        "<!-- -->",
        "<a href=\"java\nscript:x\">",
    ] {
        assert!(!unsafe_in(html).is_empty(), "{html}");
    }
    let fine = "<p>a &lt;script&gt; javascript: <a href=\"https://a.example/?b:c\" rel=\"noopener\">b</a></p>\n<hr><ul><li>c</li></ul>";
    assert_eq!(unsafe_in(fine), Vec::<String>::new());
}

/// The HTML of all entries of a feed, page by page.
async fn contents(server: &Server, path: &str) -> Vec<String> {
    let mut path = path.to_string();
    let mut found = Vec::new();
    loop {
        let feed = server.feed(&path).await;
        super::atom::check(&feed.root);
        found.extend(feed.root.all("entry").iter().map(|entry| {
            let content = entry.one("content");
            assert_eq!(content.attribute("type"), "html", "{}", entry.text_of("title"));
            content.text.clone()
        }));
        let next = feed.root.links("next");
        let Some((next, _)) = next.first() else { return found };
        path = next.strip_prefix(&format!("http://{}", server.address)).unwrap().to_string();
    }
}

#[tokio::test]
async fn five_hundred_hostile_fragments_leave_nothing_unsafe_in_html() {
    let mut dice = Dice(0x5eed);
    let fragments: Vec<String> = (0..FRAGMENTS).map(|_| fragment(&mut dice)).collect();
    let lines = fragments.iter().enumerate().map(|(number, fragment)| {
        resource(&format!("r{number}"))
            .with(json!({ "body": format!("Words.\n\n{fragment}\n\n{fragment}"), "summary": fragment }))
    });
    let server = Server::with_content(&text(lines)).await;
    let mut wrong = Vec::new();
    let found = contents(&server, "/feeds/resources.atom").await;
    assert_eq!(found.len(), FRAGMENTS);
    for html in &found {
        wrong.extend(unsafe_in(html).into_iter().map(|what| format!("{what} in a feed: {html}")));
    }
    let mut after = json!(null);
    let mut seen = 0;
    while seen < FRAGMENTS {
        let document = "query($after: String) { resources(first: 100, after: $after) { pageInfo { endCursor } nodes { bodyHtml } } }";
        let data = server.query(document, json!({ "after": after })).await;
        after = data["resources"]["pageInfo"]["endCursor"].clone();
        for node in data["resources"]["nodes"].as_array().unwrap() {
            let html = node["bodyHtml"].as_str().unwrap();
            wrong.extend(unsafe_in(html).into_iter().map(|what| format!("{what} in bodyHtml: {html}")));
            seen += 1;
        }
    }
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

#[tokio::test]
async fn alerts_with_hostile_text_are_valid_messages() {
    let mut dice = Dice(0xa1e57);
    let mut bodies: Vec<String> = (0..40).map(|_| fragment(&mut dice)).collect();
    // Control characters are refused when they are written; what XML cannot hold and the API takes is replaced.
    let odd: String = "]]> \u{fffe}\u{ffff} \u{202e}\u{2066} \u{1f489}\u{1f3fd}\u{200d} &amp; <![CDATA[ e\u{301} \u{2028}\u{feff}\t\n".repeat(40);
    bodies.push(odd);
    bodies.push("\u{1f480}]]>&\u{10ffff}<\u{fffe}'\"\n".repeat(7_000).chars().take(65_536).collect());
    bodies.push("<script>".repeat(8_192));
    bodies.push("&".repeat(65_536));
    let lines = bodies.iter().enumerate().map(|(number, body)| {
        let short: String = body.chars().filter(|c| !matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}')).collect();
        let line: String = short.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(190).collect();
        let block: String = body.chars().take(590).collect();
        alert(&format!("a{number}")).with(json!({
            "title": format!("{line} t"), "summary": block, "body": body, "instructions": words(&block), "areaDescription": words(&block),
            "observedEffects": words(&block), "regions": ["toronto"],
            "samples": [{ "soldAs": format!("{line} s"), "detected": [{ "name": format!("{line} d"), "abundance": format!("{line} %") }] }],
            "attribution": { "displayName": format!("{line} n"), "kind": "PSEUDONYM" },
        }))
    });
    let server = Server::with_content(&text(lines)).await;
    for html in contents(&server, UPDATES).await {
        assert_eq!(unsafe_in(&html), Vec::<String>::new());
    }
    let data = server.query("{ activeAlerts(first: 100) { nodes { id title } } }", json!({})).await;
    let nodes = data["activeAlerts"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), bodies.len());
    for node in nodes {
        let fetched = server.feed(&message_path(node["id"].as_str().unwrap())).await;
        let message: Element = check(&fetched.body);
        let shown = node["title"].as_str().unwrap().replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
        assert_eq!(message.one("info").text_of("headline"), shown);
    }
    assert!(server.feed(super::ALERTS).await.titles().len() == bodies.len());
}
