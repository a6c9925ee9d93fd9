//! Feeds of others as resources.

use std::time::{Duration, Instant};

use serde_json::json;
use solidarity::domain::scope::Scope;
use solidarity::service::feed;

use super::{damaged, import, inputs, options, shared};
use crate::actor::NOW;
use crate::harness::Server;
use crate::lines::{resource, text};

const NEWS: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>A group</title><link>https://group.example/news/</link><language>fr-ca</language>
<copyright>CC BY 4.0</copyright>
<item><title>Naloxone &amp; more</title><link>/a?x=1&amp;y=2</link><guid isPermaLink="false">a-1</guid>
<pubDate>Sun, 22 Nov 2026 07:00:00 EST</pubDate><dc:creator>Someone</dc:creator><category>Safer supply</category>
<category>Office party</category><description>In short.</description>
<content:encoded><![CDATA[<p>See <a href="more.html">more</a> and <a href="http://old.example/">older</a>.</p><ul><li>one<li>two</ul>
<img src="/x.png" alt="A kit"><script>alert(1)</script>]]></content:encoded>
<enclosure url="https://group.example/talk.mp3" type="audio/mpeg" length="1234"/></item>
<item><description>No title here, but &lt;b&gt;words&lt;/b&gt;.</description><link>http://group.example/b</link>
<author>person@group.example (A. Person)</author><pubDate>yesterday</pubDate></item>
<item><title>Later</title><guid>https://group.example/c</guid><pubDate>2027-01-01T00:00:00Z</pubDate></item>
<item><title>Naloxone, again</title><guid isPermaLink="false">a-1</guid><pubDate>2026-11-01</pubDate></item>
<item></item>
</channel></rss>"#;

#[tokio::test]
async fn news_are_imported_once_with_what_can_be_kept_and_the_rest_is_told() {
    let server = Server::with_content(&text([])).await;
    for counts in [(3, 0, 0), (0, 0, 3)] {
        let (done, told) = import(&server, feed::read, NEWS.as_bytes(), &options()).await;
        assert_eq!((done.created, done.updated, done.unchanged), counts, "{told:?}");
        let told = told.join("\n");
        for part in [
            "item 1 \"Naloxone & more\": category \"Office party\" are no topics here, and were left out",
            "item 1 \"Naloxone & more\": body holds images, which were left out",
            "item 1 \"Naloxone & more\": body holds scripts, styles or other markup",
            "item 1 \"Naloxone & more\": body holds http: links, which stand in it as words (1)",
            "item 2: title is absent: the first words of the text were taken",
            "item 2: link is http: and is kept as the address of the source only: \"http://group.example/b\"",
            "item 2: author holds an e-mail address, which was left out",
            "item 2: date \"yesterday\" is no date that can be read, and was left out",
            "item 3 \"Later\": date \"2027-01-01T00:00:00Z\" is in the future: the time of the import was taken",
            "item 4 \"Naloxone, again\": its id is that of item 1",
            "item 5: title and body are absent",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }
    let found = server
        .query(
            "{ resources(first: 10, orderBy: {field: TITLE, direction: ASC}) { nodes { title summary body bodyHtml category format
                externalUrl topics { slug } attribution { displayName } files { url sizeBytes } publishedAt
                localization { locale } source { system externalId url license } } } }",
            json!({}),
        )
        .await;
    let source = |id: &str, url: &str| json!({ "system": "group.example", "externalId": id, "url": url, "license": "CC BY 4.0" });
    let plain = |title: &str| {
        json!({ "title": title, "summary": null, "body": null, "bodyHtml": null, "category": "NEWS", "format": "ARTICLE",
            "externalUrl": null, "topics": [], "attribution": null, "files": [], "publishedAt": NOW,
            "localization": { "locale": "fr-CA" } })
    };
    let mut expected = vec![plain("Later"), plain("Naloxone & more"), plain("No title here, but words.")];
    let mut change = |at: usize, members: serde_json::Value| {
        expected[at].as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    };
    change(
        0,
        json!({ "format": "LINK", "externalUrl": "https://group.example/c",
        "source": source("https://group.example/c", "https://group.example/c") }),
    );
    change(
        1,
        json!({ "summary": "In short.", "format": "AUDIO", "externalUrl": "https://group.example/a?x=1&y=2",
        "body": "See [more](https://group.example/more.html) and older (http://old.example/).\n\n- one\n- two\n\nA kit",
        "bodyHtml": "<p>See <a href=\"https://group.example/more.html\" rel=\"noopener noreferrer nofollow\">more</a> and older \
                     (http://old.example/).</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n<p>A kit</p>\n",
        "topics": [{ "slug": "safer-supply" }], "attribution": { "displayName": "Someone" },
        "files": [{ "url": "https://group.example/talk.mp3", "sizeBytes": 1234 }], "publishedAt": "2026-11-22T12:00:00Z",
        "source": source("a-1", "https://group.example/a?x=1&y=2") }),
    );
    change(
        2,
        json!({ "body": "No title here, but **words**.", "bodyHtml": "<p>No title here, but <strong>words</strong>.</p>\n",
        "attribution": { "displayName": "A. Person" }, "source": source("http://group.example/b", "http://group.example/b") }),
    );
    assert_eq!(found["resources"]["nodes"], json!(expected));
    let changed = NEWS.replace("In short.", "In other words.");
    let (done, _) = import(&server, feed::read, changed.as_bytes(), &options()).await;
    assert_eq!((done.created, done.updated, done.unchanged), (0, 1, 2));
}

#[tokio::test]
async fn what_was_changed_or_withdrawn_here_stays_as_it_is() {
    let server = Server::with_content(&text([resource("own")])).await;
    import(&server, feed::read, NEWS.as_bytes(), &options()).await;
    let token = server.client(&[Scope::ResourcesWrite, Scope::ResourcesPublish], "starter-collection", &[]).await;
    let found = server.query("{ resources(first: 10) { nodes { id title version } } }", json!({})).await;
    let of = |title: &str| {
        let all = found["resources"]["nodes"].as_array().unwrap();
        all.iter().find(|it| it["title"] == title).unwrap().clone()
    };
    let (edited, withdrawn) = (of("Later"), of("Naloxone & more"));
    let answer = server
        .ask_as(
            &token,
            "mutation($a: ID!, $b: ID!, $av: Int!, $bv: Int!) {
                resourceUpdate(input: { id: $a, expectedVersion: $av, title: \"Corrected\" }) { userErrors { message } }
                contentWithdraw(input: { id: $b, expectedVersion: $bv, reason: \"Wrong.\" }) { userErrors { message } } }",
            json!({ "a": edited["id"], "b": withdrawn["id"], "av": edited["version"], "bv": withdrawn["version"] }),
        )
        .await["data"]
        .take();
    assert_eq!(answer["resourceUpdate"]["userErrors"], json!([]), "{answer}");
    assert_eq!(answer["contentWithdraw"]["userErrors"], json!([]), "{answer}");
    let (done, told) = import(&server, feed::read, NEWS.as_bytes(), &options()).await;
    assert_eq!((done.created, done.updated, done.unchanged), (0, 0, 1), "{told:?}");
    let told = told.join("\n");
    assert!(
        told.contains("was changed or taken back here since it was imported: it stays WITHDRAWN as it is"),
        "{told}"
    );
    assert!(told.contains("it stays PUBLISHED as it is"), "{told}");
    let found = server.query("{ resources(first: 10) { nodes { title } } }", json!({})).await.to_string();
    assert!(found.contains("Corrected") && !found.contains("Naloxone"), "{found}");
}

#[test]
fn every_form_of_a_feed_is_read() {
    let catalog = solidarity::store::Catalog::default();
    let windows: Vec<u8> = "<?xml version='1.0' encoding='windows-1252'?><rss><channel><item><title>\u{201c}Caf\u{e9}\u{201d}</title></item></channel></rss>"
        .chars()
        .map(|c| match c {
            '\u{201c}' => 0x93,
            '\u{201d}' => 0x94,
            c => u8::try_from(u32::from(c)).unwrap(),
        })
        .collect();
    let wide = |text: &str, mark: &[u8]| {
        mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>()
    };
    let utf16 = "<?xml version='1.0' encoding='utf-16'?><rss><channel><item><title>Café</title></item></channel></rss>";
    let mut mixed = b"<rss><channel><item><title>Caf\xe9 \xc3\xa9".to_vec();
    mixed.extend_from_slice(b"</title></item></channel></rss>");
    for (file, title) in [
        (windows, "\u{201c}Café\u{201d}"),
        (wide(utf16, &[0xff, 0xfe]), "Café"),
        (wide(utf16, &[]), "Café"),
        (mixed, "Café é"),
        (b"\xef\xbb\xbf<rss><item><title>Outside</title></item><channel/></rss>".to_vec(), "Outside"),
        (b"<rdf:RDF xmlns='http://my.netscape.com/rdf/simple/0.9/'><channel/><item><title>RDF 0.9</title></item></rdf:RDF>".to_vec(), "RDF 0.9"),
        (b"<feed version='0.3' xmlns='http://purl.org/atom/ns#'><entry><title mode='escaped'>A &amp;lt; B</title></entry></feed>".to_vec(), "A < B"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>X <b>Y</b></div></title></entry></feed>".to_vec(), "X Y"),
        (b"<a:feed xmlns:a='http://www.w3.org/2005/Atom'><a:entry><a:title>Prefixed</a:title></a:entry></a:feed>".to_vec(), "Prefixed"),
        (b"<rss><channel><item><title>Cut off &eacute; &bogus;".to_vec(), "Cut off é &bogus;"),
        (b"<!DOCTYPE rss [<!ENTITY a 'AAAA'><!ENTITY b '&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><item><title>&b;&x;</title></item></rss>".to_vec(), "&b;&x;"),
    ] {
        let read = feed::read(&file, &options(), &catalog);
        let titles: Vec<_> = inputs(&read).iter().map(|input| input["title"].as_str().unwrap().to_string()).collect();
        assert_eq!(titles, [title], "{:?}", read.report);
    }
    let relative = "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='https://a.example/x/'><link rel='self' href='f.xml'/>\
        <entry xml:base='y/' xml:lang='iu-cans'><id>1</id><title>T</title><link href='z'/><content type='html' xml:base='w/'>\
        &lt;a href='v'&gt;l&lt;/a&gt;</content></entry></feed>";
    let read = feed::read(relative.as_bytes(), &options(), &catalog);
    let input = inputs(&read)[0];
    assert_eq!(input["externalUrl"], "https://a.example/x/y/z");
    assert_eq!(input["body"], "[l](https://a.example/x/y/w/v)");
    assert_eq!(input["locale"], "iu-Cans");
}

#[test]
fn what_is_no_feed_is_told_and_any_bytes_are_read_in_time() {
    let catalog = solidarity::store::Catalog::default();
    let many = |part: &str| part.repeat(2_000_000 / part.len()).into_bytes();
    let mut files = vec![
        Vec::new(),
        b"{}".to_vec(),
        b"<html><body>Not found</body></html>".to_vec(),
        vec![0xff; 1000],
        vec![0; 1000],
    ];
    for part in [
        "<item>",
        "<a xmlns:b='c'>",
        "<![CDATA[",
        "<!--",
        "&#x",
        "&amp;",
        "<item><title>a</title>",
        "<!DOCTYPE [",
        "<a b=\"",
        "<item><description>&lt;b&gt;&lt;ul&gt;&lt;li&gt;",
        "</a>",
        "<rss><item><category>x</category>",
        "\u{1F642}<",
    ] {
        files.push(many(part));
    }
    let began = Instant::now();
    for file in &files {
        let one = Instant::now();
        let read = feed::read(file, &options(), &catalog);
        assert!(!read.report.is_empty(), "{:?}", String::from_utf8_lossy(&file[..file.len().min(40)]));
        assert!(one.elapsed() < Duration::from_secs(20), "{:?}", String::from_utf8_lossy(&file[..file.len().min(40)]));
    }
    println!("{} files in {:?}", files.len(), began.elapsed());
    for file in damaged(NEWS.as_bytes()) {
        feed::read(&file, &options(), &catalog);
    }
}

#[tokio::test]
async fn feeds_of_others_are_imported_and_a_second_time_nothing_changes() {
    let server = Server::with_content(&text([])).await;
    for (name, bytes) in shared("feeds", "xml") {
        let (done, told) = import(&server, feed::read, &bytes, &options()).await;
        println!("{name}: {} created\n  {}", done.created, told.join("\n  "));
        let items = done.created + done.updated + done.unchanged;
        assert!(items > 0 || told.iter().any(|told| told.contains("is a feed without items")), "{name}: {told:?}");
        let (done, told) = import(&server, feed::read, &bytes, &options()).await;
        assert_eq!((done.created, done.updated, done.unchanged), (0, 0, items), "{name}: {told:?}");
        for file in damaged(&bytes[..bytes.len().min(4_000)]).iter().take(30) {
            feed::read(file, &options(), &server.app.store.catalog());
        }
    }
}
