//! The protocol `graphql-transport-ws`, message by message, as clients send it and as none should.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use solidarity::domain::scope::Scope;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use super::{publisher, served};
use crate::lines::organization;

/// Long enough for a slow machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client's end of a socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What comes over a socket.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Message(Value),
    Closed(u16),
}

impl Socket {
    /// Connects with some headers; the status if the server refuses.
    pub async fn with(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Connects by the protocol, and says nothing yet.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::with(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    /// Opens the protocol, with a token or without.
    pub async fn open(address: SocketAddr, token: Option<&str>) -> Self {
        let mut socket = Self::connect(address).await;
        let payload = token.map(|token| json!({ "authorization": format!("Bearer {token}") }));
        socket.send(&json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.heard().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket
    }

    /// Opens the protocol with little room to receive.
    pub async fn open_small(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        let mut request = format!("ws://{address}/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (socket, _) = client_async(request, MaybeTlsStream::Plain(stream)).await.unwrap();
        let mut socket = Self(socket);
        socket.send(&json!({ "type": "connection_init" })).await;
        assert_eq!(socket.heard().await, Heard::Message(json!({ "type": "connection_ack" })));
        socket
    }

    /// Closes as one should.
    pub async fn close(mut self) {
        self.0.close(None).await.unwrap();
        while let Some(Ok(_)) = self.0.next().await {}
    }

    pub async fn send(&mut self, message: &Value) {
        self.send_raw(Message::text(message.to_string())).await;
    }

    pub async fn send_raw(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(&json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// The next message, or how the socket was closed; panics if nothing comes.
    pub async fn heard(&mut self) -> Heard {
        self.heard_within(PATIENCE).await.unwrap_or_else(|| panic!("nothing came"))
    }

    /// The same, or nothing after some time.
    pub async fn heard_within(&mut self, patience: Duration) -> Option<Heard> {
        let heard = async {
            loop {
                match self.0.next().await {
                    Some(Ok(Message::Text(text))) => return Heard::Message(serde_json::from_str(&text).unwrap()),
                    Some(Ok(Message::Close(Some(frame)))) => return Heard::Closed(frame.code.into()),
                    Some(Ok(Message::Close(None))) | None | Some(Err(_)) => return Heard::Closed(1005),
                    Some(Ok(_)) => {}
                }
            }
        };
        timeout(patience, heard).await.ok()
    }

    /// The payload of the next result of an operation.
    pub async fn next(&mut self, id: &str) -> Value {
        match self.heard().await {
            Heard::Message(mut message) if message["type"] == "next" && message["id"] == id => {
                message["payload"].take()
            }
            other => panic!("no result of {id}: {other:?}"),
        }
    }

    /// The errors of an operation that could not begin.
    pub async fn error(&mut self, id: &str) -> Value {
        match self.heard().await {
            Heard::Message(mut message) if message["type"] == "error" && message["id"] == id => {
                message["payload"].take()
            }
            other => panic!("no error of {id}: {other:?}"),
        }
    }

    /// How it is closed, whatever comes before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            if let Heard::Closed(code) = self.heard().await {
                return code;
            }
        }
    }
}

const FOLLOW: &str = "subscription { contentChanged { nextToken changes { ... on Upsert { content { title } } } } }";

fn init() -> Value {
    json!({ "type": "connection_init" })
}

fn message(text: &str) -> Message {
    Message::text(text.to_string())
}

#[tokio::test]
async fn what_is_not_of_the_protocol_closes_the_socket_with_its_code() {
    let server = served([organization("hub")]).await;
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": FOLLOW } });
    let long = json!({ "type": "ping", "payload": { "a": "x".repeat(65 * 1_024) } });
    let far_too_long = json!({ "type": "ping", "payload": { "a": "x".repeat(1_000_000) } });
    for (name, messages, code) in [
        ("no JSON", vec![message("hello")], 4400),
        ("no object", vec![message("[]")], 4400),
        ("no type", vec![message("{\"id\":\"1\"}")], 4400),
        ("an unknown type", vec![message("{\"type\":\"start\",\"id\":\"1\"}")], 4400),
        ("bytes", vec![Message::binary(init().to_string())], 4400),
        ("a payload of init that is no object", vec![message("{\"type\":\"connection_init\",\"payload\":1}")], 4400),
        ("an operation before init", vec![message(&subscribe.to_string())], 4401),
        ("init twice", vec![message(&init().to_string()), message(&init().to_string())], 4429),
        (
            "an id twice",
            vec![message(&init().to_string()), message(&subscribe.to_string()), message(&subscribe.to_string())],
            4409,
        ),
        ("an operation without id", vec![message(&init().to_string()), message("{\"type\":\"subscribe\"}")], 4400),
        ("a long message", vec![message(&long.to_string())], 1009),
        ("a far too long message", vec![message(&far_too_long.to_string())], 1009),
        (
            "a token that is none",
            vec![message("{\"type\":\"connection_init\",\"payload\":{\"authorization\":\"Bearer x\"}}")],
            4403,
        ),
        (
            "a secret of another scheme",
            vec![message("{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Basic eDp5\"}}")],
            4403,
        ),
    ] {
        let mut socket = Socket::connect(server.address).await;
        for message in messages {
            // It may be closed before all is sent.
            let _ = socket.0.send(message).await;
        }
        assert_eq!(socket.closed().await, code, "{name}");
    }
    let mut silent = Socket::connect(server.address).await;
    assert_eq!(silent.closed().await, 4408, "a client that says nothing");
    let mut other = Socket::with(server.address, &[]).await.unwrap();
    assert_eq!(other.closed().await, 4406, "a client of no protocol");
}

#[tokio::test]
async fn a_socket_serves_operations_side_by_side() {
    let server = served([organization("hub")]).await;
    let mut socket = Socket::connect(server.address).await;
    // A ping may come before anything else.
    socket.send(&json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(socket.heard().await, Heard::Message(json!({ "type": "pong", "payload": { "a": 1 } })));
    socket.send(&json!({ "type": "pong" })).await;
    socket.send(&init()).await;
    assert_eq!(socket.heard().await, Heard::Message(json!({ "type": "connection_ack" })));

    // A query has one result, and is over.
    socket.subscribe("q", "{ viewer { isAuthenticated } }", json!({})).await;
    assert_eq!(socket.next("q").await, json!({ "data": { "viewer": { "isAuthenticated": false } } }));
    assert_eq!(socket.heard().await, Heard::Message(json!({ "id": "q", "type": "complete" })));
    // What cannot begin has errors, and its id is free again.
    for (query, code) in [
        ("{ nothing }", "BAD_REQUEST"),
        ("subscription {", "BAD_REQUEST"),
        ("subscription { contentChanged(since: \"?\") { nextToken } }", "BAD_REQUEST"),
        ("subscription { contentChanged(regions: [\"nowhere\"]) { nextToken } }", "BAD_REQUEST"),
        ("subscription { contentChanged { nextToken } alertIssued { nextToken } }", "BAD_REQUEST"),
        ("mutation { contentPublish(input: {id: \"x\", expectedVersion: 1}) { userErrors { code } } }", "BAD_REQUEST"),
    ] {
        socket.subscribe("e", query, json!({})).await;
        let errors = socket.error("e").await;
        assert_eq!(errors[0]["extensions"]["code"], code, "{query}: {errors:#}");
    }
    // Fifty at once, and no more.
    for number in 0..50 {
        socket.subscribe(&number.to_string(), FOLLOW, json!({})).await;
        socket.next(&number.to_string()).await;
    }
    socket.subscribe("more", FOLLOW, json!({})).await;
    assert!(socket.error("more").await[0]["message"].as_str().unwrap().contains("at most 50"));
    socket.send(&json!({ "type": "complete", "id": "7" })).await;
    socket.send(&json!({ "type": "complete", "id": "never begun" })).await;
    socket
        .subscribe(
            "7",
            "subscription A { ...F } fragment F on Subscription { contentChanged { nextToken } }",
            json!({}),
        )
        .await;
    socket.next("7").await;
    assert_eq!(socket.heard_within(Duration::from_millis(100)).await, None);
}

#[tokio::test]
async fn a_token_comes_in_init_only_and_any_origin_may_connect() {
    let server = served([organization("hub")]).await;
    let token = server.client(&[Scope::ContentReadPartners], "hub", &[]).await;
    let bearer = format!("Bearer {token}");
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    assert_eq!(Socket::with(server.address, &[protocol, ("authorization", &bearer)]).await.err(), Some(400));
    assert_eq!(Socket::with(server.address, &[protocol, ("authorization", "Bearer x")]).await.err(), Some(401));
    assert!(Socket::with(server.address, &[protocol, ("origin", "https://elsewhere.example")]).await.is_ok());
    let mut socket = Socket::open(server.address, Some(&token)).await;
    socket.subscribe("1", "{ viewer { isAuthenticated } }", json!({})).await;
    assert_eq!(socket.next("1").await["data"]["viewer"]["isAuthenticated"], true);
    // A query asks with what the token allows now, not with what it did when the socket was opened.
    let client = server.new_client(&[Scope::ContentReadDrafts], "hub", &[]).await;
    let token = server.token_of(&client).await;
    let mut open = Socket::open(server.address, Some(&token)).await;
    let form = [("token", token.as_str())];
    let revoked = server.http.post(server.url("/oauth/revoke")).basic_auth(&client.id, Some(&client.secret));
    assert!(revoked.form(&form).send().await.unwrap().status().is_success());
    open.subscribe("1", "{ viewer { isAuthenticated } }", json!({})).await;
    assert_eq!(open.heard().await, Heard::Closed(4403));
    // A request that is no handshake gets an answer of HTTP.
    let asked = |key: Option<&str>| {
        let request = server.http.get(server.url("/graphql?query=%7B__typename%7D")).header("upgrade", "websocket");
        key.map_or(request.try_clone().unwrap(), |key| request.header("sec-websocket-key", key)).send()
    };
    assert_eq!(asked(None).await.unwrap().status(), 200, "an offer that need not be taken");
    assert_eq!(asked(Some("x")).await.unwrap().status(), 400, "a handshake that is none");
}

#[tokio::test]
async fn a_server_that_stops_says_so() {
    let server = served([organization("hub")]).await;
    let publisher = publisher(&server).await;
    let mut socket = Socket::open(server.address, None).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    socket.next("1").await;
    let stopping = tokio::spawn(server.shutdown());
    assert_eq!(socket.closed().await, 1001);
    timeout(PATIENCE, stopping).await.expect("the server waits for a socket that is closed").unwrap();
    drop(publisher);
}
