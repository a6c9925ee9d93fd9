//! Requests made to hurt. Each is refused within a second with a 4xx or a GraphQL error, never a 5xx, and right after it
//! another caller is answered as if nothing had been.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::{Raw, Server, post_bytes, post_with, query_bytes, raw, read_answer};

const SECOND: Duration = Duration::from_secs(1);

/// What a hostile request is to meet.
#[derive(Clone, Copy, Debug)]
enum Met {
    /// This status.
    Status(u16),
    /// A GraphQL error with this code, in an answer that is no fault of ours.
    Code(&'static str),
    /// A 4xx, or no answer and a closed connection.
    Refused,
    /// A plain answer: harmless, however odd.
    Answered,
    /// A plain answer that may be long.
    Large,
}

use Met::{Answered, Code, Large, Refused, Status};

struct Attack {
    name: &'static str,
    bytes: Vec<u8>,
    met: Met,
}

fn attack(name: &'static str, bytes: Vec<u8>, met: Met) -> Attack {
    Attack { name, bytes, met }
}

/// A document as a POST.
fn document(name: &'static str, text: &str, code: &'static str) -> Attack {
    attack(name, query_bytes(text), Code(code))
}

/// A JSON body as a POST.
fn body(name: &'static str, text: &str, met: Met) -> Attack {
    attack(name, post_bytes(text.as_bytes()), met)
}

fn head(name: &'static str, text: &str, met: Met) -> Attack {
    attack(name, text.as_bytes().to_vec(), met)
}

fn repeat(count: usize, mut write: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for index in 0..count {
        write(&mut text, index);
    }
    text
}

/// Fragments of which each spreads the next one `width` times.
fn bomb(levels: usize, width: usize) -> String {
    let fragments = repeat(levels, |text, i| {
        write!(text, " fragment F{i} on Query {{{}}}", format!("...F{} ", i + 1).repeat(width)).unwrap();
    });
    format!("{{...F0}}{fragments} fragment F{levels} on Query {{__typename}}")
}

fn documents() -> Vec<Attack> {
    let aliases = repeat(10_000, |text, i| write!(text, "a{i}:id ").unwrap());
    let few_aliases = repeat(300, |text, i| write!(text, "a{i}:__typename ").unwrap());
    let nested = |open: &str, close: &str, count: usize| format!("{{a{}x{}}}", open.repeat(count), close.repeat(count));
    let ring = repeat(50, |text, i| write!(text, " fragment F{i} on Query {{...F{}}}", (i + 1) % 50).unwrap());
    let operations = repeat(500, |text, i| write!(text, "query Q{i}{{__typename}} ").unwrap());
    let fragments = repeat(200, |text, i| write!(text, "fragment F{i} on Query{{__typename}} ").unwrap());
    let unknown = repeat(600, |text, i| write!(text, "unknown{i} ").unwrap());
    let variables = repeat(150, |text, i| write!(text, "$v{i}:Int ").unwrap());
    let lists = "[".repeat(60) + &"]".repeat(60);
    let introspection =
        format!("{{__schema{{types{{{}}}}}}}", "fields{args{type{ofType{ofType{ofType{name}}}}}}".repeat(7));
    let spread_aliases = format!("{{{}}} fragment F on Query {{a:__typename b:__typename}}", "...F ".repeat(20));
    vec![
        document("fragment bomb of 10 levels", &bomb(10, 2), "QUERY_TOO_COMPLEX"),
        document("fragment bomb of 31 levels", &bomb(31, 2), "QUERY_TOO_COMPLEX"),
        document("fragment bomb of 45 levels", &bomb(45, 2), "QUERY_TOO_COMPLEX"),
        document("fragment bomb of 49 levels, wide", &bomb(49, 10), "QUERY_TOO_COMPLEX"),
        document(
            "bomb in fragments that are not used",
            &bomb(31, 2).replacen("{...F0}", "{__typename}", 1),
            "QUERY_TOO_COMPLEX",
        ),
        document(
            "bomb in an operation that does not run",
            &bomb(31, 2).replacen("{...F0}", "query A{__typename} query B{...F0}", 1),
            "BAD_REQUEST",
        ),
        document("10 000 aliases", &format!("{{{aliases}}}"), "QUERY_TOO_COMPLEX"),
        document("300 aliases", &format!("{{{few_aliases}}}"), "TOO_MANY_ALIASES"),
        document("aliases through fragments", &spread_aliases, "TOO_MANY_ALIASES"),
        document("nesting of 8 000", &nested("{a", "}", 3_000), "QUERY_TOO_DEEP"),
        document("nesting of 65 in lists", &format!("{{a(x:{}{})}}", "[".repeat(65), "]".repeat(65)), "QUERY_TOO_DEEP"),
        document("nested lists of 60", &format!("{{__type(name:{lists}){{name}}}}"), "BAD_REQUEST"),
        document(
            "nested inline fragments",
            &format!("{{{}__typename{}}}", "...{".repeat(60), "}".repeat(60)),
            "BAD_REQUEST",
        ),
        document(
            "a directive flood on __typename",
            &format!("{{__typename {}}}", "@include(if:true)".repeat(300)),
            "QUERY_TOO_COMPLEX",
        ),
        document(
            "a directive flood on the operation",
            &format!("query {}{{__typename}}", "@a".repeat(900)),
            "QUERY_TOO_COMPLEX",
        ),
        document("a fragment that includes itself", "{...A} fragment A on Query {...A}", "BAD_REQUEST"),
        document("a ring of 50 fragments", &format!("{{...F0}}{ring}"), "BAD_REQUEST"),
        document("a ring that is not used", &format!("{{__typename}}{ring}"), "BAD_REQUEST"),
        document("500 operations", &operations, "QUERY_TOO_COMPLEX"),
        document("200 fragments", &format!("{{__typename}} {fragments}"), "QUERY_TOO_COMPLEX"),
        document("150 variables", &format!("query({variables}){{__typename}}"), "QUERY_TOO_COMPLEX"),
        document("600 unknown fields", &format!("{{{unknown}}}"), "TOO_MANY_ROOT_FIELDS"),
        document("100 root fields", &format!("{{{}}}", "__typename ".repeat(100)), "TOO_MANY_ROOT_FIELDS"),
        document("a document of 100 KB", &" ".repeat(100_000), "QUERY_TOO_COMPLEX"),
        document("a token flood", &format!("{{{}}}", "a ".repeat(5_000)), "QUERY_TOO_COMPLEX"),
        document("a flood of unclosed brackets", &"{".repeat(16_000), "QUERY_TOO_DEEP"),
        document("a flood of closing brackets", &"}".repeat(1_900), "BAD_REQUEST"),
        document("a string that does not end", &format!("{{a(x:\"{}", "x".repeat(16_000)), "BAD_REQUEST"),
        document("a block string that does not end", "{a(x:\"\"\"", "BAD_REQUEST"),
        document("an escape of half a surrogate pair", "{__type(name:\"\\ud800\"){name}}", "BAD_REQUEST"),
        document("an escape of nothing", "{__type(name:\"\\u\"){name}}", "BAD_REQUEST"),
        document("an escaped NUL", "{__type(name:\"\\u0000\"){name}}", "BAD_REQUEST"),
        document("a NUL in the document", "{__typename\0}", "BAD_REQUEST"),
        document("a bell in a comment", "{__typename} # \x07", "BAD_REQUEST"),
        document(
            "a number of 10 000 digits",
            &format!("{{__type(name:{}){{name}}}}", "9".repeat(10_000)),
            "BAD_REQUEST",
        ),
        document("a number of 10 to the 999th", "{__type(name:1e999){name}}", "BAD_REQUEST"),
        document("nothing", "", "BAD_REQUEST"),
        document("comments only", "# nothing", "BAD_REQUEST"),
        document("a mutation that does not exist", "mutation { destroy }", "BAD_REQUEST"),
        attack("a subscription", query_bytes("subscription { x }"), Status(400)),
        document(
            "introspection that multiplies",
            "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
            "QUERY_TOO_DEEP",
        ),
        attack("as much introspection as is allowed", query_bytes(&introspection), Large),
        document(
            "introspection repeated",
            &format!("{{__schema{{types{{{}}}}}}}", "fields{name}".repeat(100)),
            "QUERY_TOO_COMPLEX",
        ),
        document(
            "introspection of depth 30",
            &format!("{{__type(name:\"Query\"){}{{name}}{}}}", "{ofType".repeat(30), "}".repeat(30)),
            "QUERY_TOO_DEEP",
        ),
    ]
}

fn bodies() -> Vec<Attack> {
    let with = |member: &str| format!("{{\"query\":\"{{__typename}}\",{member}}}");
    let variables = repeat(200, |text, i| write!(text, "{}\"v{i}\":1", if i == 0 { "" } else { "," }).unwrap());
    let long_list = "1,".repeat(5_000) + "1";
    let gzip_bomb = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255][..], &[0; 4_096]].concat();
    let many =
        json!({ "query": "query($v:ID){__type(name:\"A\"){name}}", "variables": { "v": vec![vec![0; 99]; 99] } });
    let hash = "0".repeat(64);
    let apq = |inner: &str| with(&format!("\"extensions\":{{\"persistedQuery\":{inner}}}"));
    vec![
        body("no body", "", Status(400)),
        body("JSON nested 100 000 deep", &"[".repeat(100_000), Status(400)),
        body("objects nested 10 000 deep", &"{\"a\":".repeat(10_000), Status(400)),
        body(
            "variables nested 100 deep",
            &with(&format!("\"variables\":{{\"a\":{}{}}}", "[".repeat(100), "]".repeat(100))),
            Status(400),
        ),
        body("brackets in a string", &with(&format!("\"variables\":{{\"a\":\"{}\"}}", "[".repeat(1_000))), Answered),
        body("half a surrogate pair", r#"{"query":"\ud800"}"#, Status(400)),
        body("half a surrogate pair in a variable", &with(r#""variables":{"a":"\udc00"}"#), Status(400)),
        body("a NUL in the body", "{\"query\":\"\0\"}", Status(400)),
        body("a NUL in a variable", &with("\"variables\":{\"a\":\"\\u0000\"}"), Code("BAD_REQUEST")),
        body("a doubled query", r#"{"query":"{__typename}","query":"{nope}"}"#, Status(400)),
        body("doubled variables", &with("\"variables\":{},\"variables\":{}"), Status(400)),
        body("a number out of range", &with("\"variables\":{\"a\":1e999}"), Status(400)),
        body(
            "a number of 10 000 digits",
            &with(&format!("\"variables\":{{\"a\":{}}}", "9".repeat(10_000))),
            Status(400),
        ),
        body("200 variables", &with(&format!("\"variables\":{{{variables}}}")), Code("QUERY_TOO_COMPLEX")),
        body(
            "a list of 5 000 in a variable",
            &with(&format!("\"variables\":{{\"a\":[{long_list}]}}")),
            Code("QUERY_TOO_COMPLEX"),
        ),
        body("lists of lists in a variable", &many.to_string(), Code("BAD_REQUEST")),
        body(
            "10 000 unknown members",
            &format!(
                "{{{}\"query\":\"{{__typename}}\"}}",
                repeat(10_000, |text, i| write!(text, "\"m{i}\":0,").unwrap())
            ),
            Answered,
        ),
        body("a batch of 1 000", &format!("[{}{{}}]", "{\"query\":\"{__typename}\"},".repeat(1_000)), Status(400)),
        body("a body after the body", "{\"query\":\"{__typename}\"}{\"query\":\"{nope}\"}", Status(400)),
        body("a body of 200 KB", &format!("{{\"query\":\"{}\"}}", "a".repeat(200_000)), Status(413)),
        body(
            "a persisted query of another version",
            &apq(&format!("{{\"version\":9,\"sha256Hash\":\"{hash}\"}}")),
            Status(400),
        ),
        body("a hash that is none", &apq("{\"version\":1,\"sha256Hash\":\"../../etc/passwd\"}"), Status(400)),
        body("a hash of another document", &apq(&format!("{{\"version\":1,\"sha256Hash\":\"{hash}\"}}")), Status(400)),
        body(
            "an operation name of 100 KB",
            &with(&format!("\"operationName\":\"{}\"", "n".repeat(100_000))),
            Code("BAD_REQUEST"),
        ),
        attack("invalid UTF-8", post_bytes(b"{\"query\":\"\xff\xfe\"}"), Status(400)),
        attack("an overlong encoding", post_bytes(b"{\"query\":\"\xc0\xaf\"}"), Status(400)),
        attack("UTF-16", post_bytes(&[0xff, 0xfe, b'{', 0, b'}', 0]), Status(400)),
        attack(
            "a gzip bomb",
            post_with("content-type: application/json\r\ncontent-encoding: gzip\r\n", &gzip_bomb),
            Status(415),
        ),
        attack(
            "a brotli body",
            post_with("content-type: application/json\r\ncontent-encoding: br\r\n", b"x"),
            Status(415),
        ),
        attack(
            "an unknown charset",
            post_with("content-type: application/json; charset=ebcdic\r\n", b"{}"),
            Status(415),
        ),
        attack(
            "two content types",
            post_with("content-type: application/json\r\ncontent-type: text/plain\r\n", b"{}"),
            Status(415),
        ),
        attack(
            "a multipart upload",
            post_with("content-type: multipart/form-data; boundary=x\r\n", b"--x--"),
            Status(415),
        ),
    ]
}

fn heads() -> Vec<Attack> {
    let post = "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n";
    let fields = repeat(200, |text, i| write!(text, "x-{i}: 1\r\n").unwrap());
    let encoded = "%7B".repeat(5_000);
    vec![
        head("a length above the limit", &format!("{post}content-length: 99999999999\r\n\r\n"), Status(413)),
        head("a length that is no number", &format!("{post}content-length: many\r\n\r\n"), Refused),
        head("a negative length", &format!("{post}content-length: -1\r\n\r\n"), Refused),
        head("two different lengths", &format!("{post}content-length: 2\r\ncontent-length: 30\r\n\r\n{{}}"), Refused),
        head(
            "a length and chunks",
            &format!(
                "{post}content-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\n\r\n"
            ),
            Refused,
        ),
        head(
            "chunks twice",
            &format!(
                "{post}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n"
            ),
            Refused,
        ),
        head("an unknown transfer encoding", &format!("{post}transfer-encoding: chunked, xyz\r\n\r\n"), Refused),
        head("a chunk size that is none", &format!("{post}transfer-encoding: chunked\r\n\r\nzz\r\n"), Refused),
        head(
            "a chunk size that overflows",
            &format!("{post}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
            Refused,
        ),
        head(
            "chunks that never end",
            &format!(
                "{post}transfer-encoding: chunked\r\n\r\n{}",
                "1000\r\n".to_string()
                    + &"a".repeat(4_096)
                    + "\r\n"
                    + &("1000\r\n".to_string() + &"a".repeat(4_096) + "\r\n").repeat(40)
            ),
            Status(413),
        ),
        head(
            "a flood of chunk extensions",
            &format!("{post}transfer-encoding: chunked\r\n\r\n1;{}\r\n", "x".repeat(60_000)),
            Refused,
        ),
        head("200 header fields", &format!("GET /graphql HTTP/1.1\r\nhost: test\r\n{fields}\r\n"), Refused),
        head(
            "a header field of 100 KB",
            &format!("GET /graphql HTTP/1.1\r\nhost: test\r\nx: {}\r\n\r\n", "y".repeat(100_000)),
            Refused,
        ),
        head(
            "an address of 70 KB",
            &format!("GET /graphql?query={} HTTP/1.1\r\nhost: test\r\n\r\n", "a".repeat(70_000)),
            Refused,
        ),
        head(
            "a document of brackets in the address",
            &format!("GET /graphql?query={encoded} HTTP/1.1\r\nhost: test\r\n\r\n"),
            Code("QUERY_TOO_DEEP"),
        ),
        head("invalid UTF-8 in the address", "GET /graphql?query=%ff HTTP/1.1\r\nhost: test\r\n\r\n", Status(400)),
        head("a broken escape in the address", "GET /graphql?query=%7 HTTP/1.1\r\nhost: test\r\n\r\n", Status(400)),
        head(
            "a doubled parameter",
            "GET /graphql?query=%7B__typename%7D&query=x HTTP/1.1\r\nhost: test\r\n\r\n",
            Status(400),
        ),
        head("a mutation by GET", "GET /graphql?query=mutation%7Bx%7D HTTP/1.1\r\nhost: test\r\n\r\n", Status(405)),
        head(
            "deep variables in the address",
            &format!(
                "GET /graphql?query=%7B__typename%7D&variables={} HTTP/1.1\r\nhost: test\r\n\r\n",
                "%5B".repeat(500)
            ),
            Status(400),
        ),
        head("a method of its own", "DESTROY /graphql HTTP/1.1\r\nhost: test\r\n\r\n", Status(405)),
        head("a version of the future", "GET /livez HTTP/9.9\r\nhost: test\r\n\r\n", Refused),
        head("HTTP/2 without being asked", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Refused),
        head("TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01", Refused),
        head("a line that is no request", "{\"query\":\"{__typename}\"}\r\n\r\n", Refused),
        head("a space before the colon", "GET /livez HTTP/1.1\r\nhost : test\r\n\r\n", Refused),
        head("a folded header", "GET /livez HTTP/1.1\r\nhost: test\r\n folded\r\n\r\n", Refused),
        head("a NUL in a header", "GET /livez HTTP/1.1\r\nhost: te\0st\r\n\r\n", Refused),
        head(
            "a way out of the folder",
            "GET /playground/../../../etc/passwd HTTP/1.1\r\nhost: test\r\n\r\n",
            Status(404),
        ),
        head(
            "an encoded way out",
            "GET /playground/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nhost: test\r\n\r\n",
            Status(404),
        ),
        head("invalid UTF-8 in the path", "GET /playground/%ff%fe HTTP/1.1\r\nhost: test\r\n\r\n", Status(404)),
        head(
            "a token of 30 KB",
            &format!("GET /livez HTTP/1.1\r\nhost: test\r\nauthorization: Bearer {}\r\n\r\n", "t".repeat(30_000)),
            Status(401),
        ),
        head(
            "an upgrade to a websocket that is none",
            "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: test\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
            Answered,
        ),
        head(
            "a flood of accepted types",
            &format!(
                "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: test\r\naccept: {}\r\n\r\n",
                "a/b;q=0.1,".repeat(5_000)
            ),
            Status(406),
        ),
    ]
}

/// What is wrong with an answer, if anything is.
fn fault(attack: &Attack, answer: &Raw) -> Option<String> {
    let body = serde_json::from_str::<Value>(&answer.body).unwrap_or_default();
    let code = body["errors"][0]["extensions"]["code"].as_str();
    let status = answer.status;
    let is_met = match attack.met {
        Status(expected) => status == Some(expected),
        Code(expected) => (status, code) == (Some(200), Some(expected)),
        Refused => status.is_none_or(|status| (400..500).contains(&status)),
        Answered | Large => (status, code) == (Some(200), None),
    };
    let is_prompt = answer.took < SECOND;
    let is_small = answer.body.len() < 16_384 || matches!(attack.met, Large);
    let excerpt: String = answer.body.chars().take(200).collect();
    (!is_met || !is_prompt || !is_small)
        .then(|| format!("{}: {:?} was not met by {status:?} in {:?}: {excerpt}", attack.name, attack.met, answer.took))
}

#[tokio::test]
async fn every_hostile_request_is_refused_at_once_and_hurts_nobody() {
    let server = Server::start().await;
    let attacks: Vec<Attack> = documents().into_iter().chain(bodies()).chain(heads()).collect();
    assert!(attacks.len() >= 60);
    let mut faults = Vec::new();
    for attack in &attacks {
        // Refused while it still comes in, a request may leave its connection open for the rest: the answer is what counts.
        let answer = raw(server.address, &attack.bytes, 2 * SECOND).await;
        faults.extend(fault(attack, &answer));
        let started = Instant::now();
        let canary = server.post("{ __typename }").await;
        assert_eq!(canary.status(), 200, "after {}", attack.name);
        assert!(started.elapsed() < SECOND / 2, "the canary took {:?} after {}", started.elapsed(), attack.name);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let metrics = server.metrics().await;
    assert!(metrics.contains("solidarity_faults_total 0"), "{metrics}");
}

#[tokio::test]
async fn slow_heads_and_bodies_are_closed_within_a_second_of_their_real_limits() {
    let server = Server::start().await;
    let whole = query_bytes("{ __typename }");
    let limit = Duration::from_secs(10);
    // Bytes that trickle in must not extend the time.
    let trickle = |bytes: Vec<u8>, from: usize| {
        let address = server.address;
        async move {
            let started = Instant::now();
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&bytes[..from]).await.unwrap();
            let (mut read, mut write) = stream.into_split();
            let writer = tokio::spawn(async move {
                for byte in bytes.into_iter().skip(from) {
                    tokio::time::sleep(Duration::from_millis(400)).await;
                    if write.write_all(&[byte]).await.is_err() {
                        return;
                    }
                }
                tokio::time::sleep(Duration::from_secs(20)).await;
            });
            let mut answer = Vec::new();
            let _ = tokio::time::timeout(
                Duration::from_secs(15),
                tokio::io::AsyncReadExt::read_to_end(&mut read, &mut answer),
            )
            .await;
            writer.abort();
            (started.elapsed(), String::from_utf8_lossy(&answer).into_owned())
        }
    };
    let head_end = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let (nothing, head, body) =
        tokio::join!(trickle(Vec::new(), 0), trickle(whole.clone(), 1), trickle(post_bytes(&[b' '; 200]), head_end));
    for (name, (took, _)) in [("nothing", &nothing), ("head", &head), ("body", &body)] {
        assert!(*took > limit - SECOND && *took < limit + SECOND, "{name}: {took:?}");
    }
    assert!(body.1.starts_with("HTTP/1.1 408"), "{}", body.1);
    assert_eq!(server.post("{ __typename }").await.status(), 200);
}

#[tokio::test]
async fn a_client_that_takes_no_answer_is_let_go() {
    let server = Server::with(|limits, _| limits.write_stall = Duration::from_millis(300)).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {{length}}\r\n\r\n{}",
        json!({ "query": include_str!("../../src/graphql/guard/introspection.graphql") })
    );
    let length = request.len() - request.find("\r\n\r\n").unwrap() - 4;
    let request = request.replace("{length}", &length.to_string());
    // Answers pile up until the buffers of both sides are full.
    let sent = tokio::time::timeout(Duration::from_secs(20), async {
        while stream.write_all(request.as_bytes()).await.is_ok() {}
    });
    assert!(sent.await.is_ok(), "the connection stayed open");
    assert_eq!(server.post("{ __typename }").await.status(), 200);
    let mut metrics = server.metrics().await;
    for _ in 0..20 {
        if metrics.contains("solidarity_graphql_in_flight 0") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        metrics = server.metrics().await;
    }
    assert!(metrics.contains("solidarity_graphql_in_flight 0"), "{metrics}");
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = Server::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let one = "GET /graphql?query=%7B__typename%7D HTTP/1.1\r\nhost: test\r\n\r\n";
    let other = "GET /nothing HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(format!("{one}{one}{other}").as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answers).await.unwrap();
    let answers = String::from_utf8(answers).unwrap();
    let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "200", "404"]);
    let _ = read_answer(&mut stream).await;
}
