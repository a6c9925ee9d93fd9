//! Fragments of HTML that are made to run: none does, in what is stored and in the feeds of ours that show it.

use serde_json::{Value, json};
use solidarity::service::feed;
use solidarity::service::reading::Read;

use super::{import, inputs, options};
use crate::feeds::Element;
use crate::harness::Server;
use crate::lines::text;

const VECTORS: [&str; 42] = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script >alert(1)</script\t>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=data:,alert(1)>",
    "<<script>alert(1);//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=\"x\" ONERROR = \"alert(1)\"",
    "<img/src/onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=`x` onerror=`alert(1)`>",
    "<img src=\"javascript:alert(1)\">",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=alert(1)></style>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><a xlink:href=javascript:alert(1)>x",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\"&#106;&#97;vascript&colon;alert(1)\">x</a>",
    "<a href=\" \u{1}javascript:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=\"https://ok.example/)[x](javascript:alert(1)\">x</a>",
    "<a href='https://ok.example/\" onmouseover=\"alert(1)'>x</a>",
    "[x](javascript:alert(1)) <b>![y](javascript:alert(2))</b>",
    "[x]: javascript:alert(1)\n\n<p>[x]</p>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"javascript:alert(1)\"></object><embed src=\"javascript:alert(1)\">",
    "<form action=\"javascript:alert(1)\"><button formaction=\"javascript:alert(2)\">x</button></form>",
    "<div style=\"background:url(javascript:alert(1))\">x</div>",
    "<style>@import 'https://evil.example/x.css';</style><link rel=stylesheet href=https://evil.example/x.css>",
    "<base href=\"javascript:alert(1)//\"><meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<details open ontoggle=alert(1)>x</details>",
    "<body onload=alert(1)><video><source onerror=alert(1)></video>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<xss onclick=alert(1) style=\"x:expression(alert(1))\">x</xss>",
    "<textarea></textarea><img src=x onerror=alert(1)></textarea><plaintext><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]><?php <img src=x onerror=alert(1)> ?><!--><script>alert(1)</script>-->",
];

/// Each vector by itself, in other markup, escaped more than once, in code, broken off.
fn fragments() -> Vec<String> {
    let once = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let numbered = |text: &str| text.chars().map(|c| format!("&#{};", u32::from(c))).collect::<String>();
    let mut all = Vec::new();
    for vector in VECTORS {
        all.push(vector.to_string());
        all.push(format!("<p title='{}'>{vector}</p>", vector.replace('\'', "")));
        all.push(format!("</div></p>--> ]]>\"'>{vector}"));
        all.push(once(vector));
        all.push(once(&once(vector)));
        all.push(numbered(vector));
        all.push(format!("<pre>{}</pre>", once(vector)));
        all.push(format!("`{vector}`\n\n    {vector}\n\n```\n{}\n```", once(vector)));
        all.push(format!("<b><i><a href=\"{}\">{vector}", vector.replace('"', "&quot;")));
        all.push(vector.to_uppercase());
        all.push(vector.chars().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect());
        all.push(vector.replace(' ', "\u{c}/"));
        all.push(vector.replace('<', "<\u{0}").replace("script", "scr\u{0}ipt"));
    }
    all
}

fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A feed with each fragment as body, title and summary, in the ways that feeds hold them.
fn document(fragments: &[String]) -> String {
    let mut feed =
        "<rss xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:a='http://www.w3.org/2005/Atom'><channel>\
        <link>https://news.example/</link>"
            .to_string();
    for (number, fragment) in fragments.iter().enumerate() {
        let once = escaped(fragment);
        // What ends what holds it would be a test of XML.
        let raw = fragment.replace("]]>", "]] >");
        feed.push_str(&match number % 4 {
            0 => format!("<item><guid>{number}</guid><title>T {once}</title><description>{once}</description>\
                <content:encoded><![CDATA[B {raw}]]></content:encoded><link>{once}</link></item>"),
            1 => format!("<item><guid>{number}</guid><title><![CDATA[T {raw}]]></title><description>B {once}</description></item>"),
            2 => format!("<a:entry><a:id>{number}</a:id><a:title>T {once}</a:title><a:summary>S {once}</a:summary>\
                <a:content type='html'>B {once}</a:content><a:author><a:name>{once}</a:name></a:author></a:entry>"),
            _ => format!("<a:entry><a:id>{number}</a:id><a:title type='html'>T {once}</a:title><a:content type='xhtml'><div>B {raw}\
                </div></a:content></a:entry>", raw = raw.replace("<!", "< !").replace("<?", "< ?")),
        });
    }
    feed.push_str("</channel></rss>");
    feed
}

const HANDLERS: [&str; 9] =
    ["onerror", "onload", "onclick", "onmouseover", "onbegin", "ontoggle", "style", "srcdoc", "formaction"];

/// What no text may hold, wherever it is put.
fn check_words(words: &str, of: &str) {
    let lower = words.to_lowercase();
    for banned in ["<script", "<img", "<svg", "<iframe", "<style", "<a ", "javascript:", "vbscript:", "data:text"] {
        assert!(!lower.contains(banned), "{banned} in {words:?} of {of:?}");
    }
    for handler in HANDLERS {
        for (at, _) in lower.match_indices(handler) {
            let after = lower[at + handler.len()..].trim_start();
            assert!(!after.starts_with('='), "{handler} in {words:?} of {of:?}");
        }
    }
}

/// What HTML of ours consists of.
fn check_html(html: &str, of: &str) {
    check_words(html.replace("<a href=\"https:", "(").replace("<a href=\"mailto:", "(").as_str(), of);
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        let allowed = [
            "p",
            "a",
            "strong",
            "em",
            "del",
            "code",
            "pre",
            "ul",
            "ol",
            "li",
            "blockquote",
            "h1",
            "h2",
            "h3",
            "br",
            "hr",
            "table",
            "thead",
            "tbody",
            "tr",
            "td",
            "th",
        ];
        assert!(allowed.contains(&name), "<{tag}> in {html:?} of {of:?}");
        if let Some(attributes) = tag.strip_prefix("a ") {
            assert!(attributes.starts_with("href=\"https://") || attributes.starts_with("href=\"mailto:"), "{tag}");
            assert_eq!(attributes.matches("=\"").count(), 2, "{tag}");
        }
    }
}

fn check_strings(value: &Value, of: &str) {
    match value {
        Value::String(text) => check_words(text, of),
        Value::Array(values) => values.iter().for_each(|value| check_strings(value, of)),
        Value::Object(members) => members.values().for_each(|value| check_strings(value, of)),
        _ => {}
    }
}

#[tokio::test]
async fn none_of_many_hostile_fragments_runs_anywhere() {
    let fragments = fragments();
    assert!(fragments.len() >= 500, "{} fragments", fragments.len());
    let server = Server::with_content(&text([])).await;
    let file = document(&fragments);
    let read: Read = feed::read(file.as_bytes(), &options(), &server.app.store.catalog());
    let known = |input: &Value| -> String {
        let number: usize = input["source"]["externalId"].as_str().unwrap().parse().unwrap();
        fragments[number].clone()
    };
    let read_items = inputs(&read);
    assert_eq!(read_items.len(), fragments.len());
    for input in read_items {
        check_strings(input, &known(input));
        assert!(input["title"].as_str().unwrap().starts_with('T'), "{input}");
    }
    let (done, told) = import(&server, feed::read, file.as_bytes(), &options()).await;
    assert_eq!(
        done.created,
        fragments.len(),
        "{:?}",
        told.iter().find(|told| told.contains("left out") && told.contains("input"))
    );
    let (done, _) = import(&server, feed::read, file.as_bytes(), &options()).await;
    assert_eq!((done.created, done.updated), (0, 0));
    let (mut after, mut seen) = (Value::Null, 0);
    loop {
        let page = server
            .query(
                "query($after: String) { resources(first: 100, after: $after) { nodes { title summary body bodyHtml externalUrl
                    attribution { displayName } source { externalId url } } pageInfo { hasNextPage endCursor } } }",
                json!({ "after": after }),
            )
            .await["resources"]
            .take();
        for node in page["nodes"].as_array().unwrap() {
            let of = known(node);
            let mut words = node.clone();
            words["bodyHtml"] = Value::Null;
            check_strings(&words, &of);
            check_html(node["bodyHtml"].as_str().unwrap_or_default(), &of);
            seen += 1;
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, fragments.len());
    let mut path = Some("/feeds/resources.atom".to_string());
    let mut entries = 0;
    while let Some(page) = path.take() {
        let document = server.http.get(server.url(&page)).send().await.unwrap().text().await.unwrap();
        let root = Element::parse(&document);
        for entry in root.all("entry") {
            entries += 1;
            for element in ["title", "summary"].iter().flat_map(|name| entry.all(name)) {
                check_words(&element.text, &element.name);
            }
            check_html(entry.text_of("content"), "content");
        }
        let next = root
            .all("link")
            .into_iter()
            .find(|link| link.attribute("rel") == "next")
            .map(|link| link.attribute("href").to_string());
        path = next.map(|href| href[href.find("/feeds/").unwrap()..].to_string());
    }
    assert_eq!(entries, fragments.len());
}
