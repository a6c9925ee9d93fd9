//! A server in the test's own process, and two ways to talk to it: an HTTP client, and bytes.

use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};
use solidarity::app::{App, SharedApp};
use solidarity::auth::Keys;
use solidarity::bus::Bus;
use solidarity::clock::Clock;
use solidarity::domain::limits::Limits;
use solidarity::domain::time::Zones;
use solidarity::server::{self, Running, ServeOptions};
use solidarity::store::Store;
use solidarity::telemetry::{self, LogFormat, LogLevel};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::actor::webhooks;
use crate::database::Database;

/// A running server with a database of its own.
pub struct Server {
    pub address: SocketAddr,
    pub metrics_address: SocketAddr,
    pub http: reqwest::Client,
    pub app: SharedApp,
    running: Option<Running>,
    /// Gone with the server.
    pub database: Option<Database>,
}

/// A folder of its own below the build's folder for temporary files.
pub fn folder(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{count}", std::process::id()));
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Faults of a server in this process go to the standard error, past the capture, since clients read only that there was
/// one.
pub fn tell_faults() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let subscriber = telemetry::subscriber(LogLevel::Error, LogFormat::Text, std::io::stderr);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// An application on a fresh database.
pub async fn app(limits: Limits) -> SharedApp {
    // Kept until the next run: the caller has only the application.
    on_database(limits, &ManuallyDrop::new(Database::fresh().await)).await
}

async fn on_database(limits: Limits, database: &Database) -> SharedApp {
    let store = Store::open(&database.url, &limits).await.unwrap();
    store.migrate_up().await.unwrap();
    store.reload_catalog().await.unwrap();
    Arc::new(App {
        clock: Clock::System,
        zones: Zones::bundled(),
        limits,
        keys: Keys::generate().unwrap(),
        store,
        bus: Bus::default(),
        webhooks: webhooks(),
    })
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_, _| {}).await
    }

    /// A server with changed limits and options.
    pub async fn with(change: impl FnOnce(&mut Limits, &mut ServeOptions)) -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut limits = Limits::default();
        let mut options = ServeOptions {
            listen: loopback,
            metrics_listen: Some(loopback),
            public_url: None,
            trusted_proxies: Vec::new(),
        };
        change(&mut limits, &mut options);
        let database = Database::fresh().await;
        let app = on_database(limits, &database).await;
        let running = server::start(Arc::clone(&app), options).await.unwrap();
        Self::assemble(running.address, running.metrics_address.unwrap(), app, Some(running), Some(database))
    }

    /// A server of its parts; without `running`, one that another test owns.
    pub fn assemble(
        address: SocketAddr,
        metrics_address: SocketAddr,
        app: SharedApp,
        running: Option<Running>,
        database: Option<Database>,
    ) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { address, metrics_address, http, app, running, database }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a query by POST, as most clients do.
    pub async fn post(&self, query: &str) -> Response {
        self.post_json(&json!({ "query": query })).await
    }

    pub async fn post_json(&self, body: &Value) -> Response {
        self.http.post(self.url("/graphql")).json(body).send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).send().await.unwrap()
    }

    /// The Prometheus text.
    pub async fn metrics(&self) -> String {
        let url = format!("http://{}/metrics", self.metrics_address);
        self.http.get(url).send().await.unwrap().text().await.unwrap()
    }

    pub async fn shutdown(self) {
        self.running.unwrap_or_else(|| panic!("a shared server is not shut down")).shutdown().await;
    }
}

/// What came back on a connection.
#[derive(Debug)]
pub struct Raw {
    /// The status; none if the connection was closed without an answer.
    pub status: Option<u16>,
    /// The head of the answer, in lower case.
    pub head: String,
    pub body: String,
    pub took: Duration,
}

/// Sends bytes on a connection of its own and reads one answer, or up to the close, for at most `patience`.
pub async fn raw(address: SocketAddr, bytes: &[u8], patience: Duration) -> Raw {
    let started = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may refuse before it has read everything.
    let _ = stream.write_all(bytes).await;
    let answer = tokio::time::timeout(patience, read_answer(&mut stream)).await;
    let (head, body) = answer.unwrap_or_else(|_| panic!("no answer within {patience:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Raw { status, head: head.to_ascii_lowercase(), body, took: started.elapsed() }
}

/// One answer: its head and its body.
pub async fn read_answer(stream: &mut TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ").and_then(|length| length.parse::<usize>().ok()));
            if length.is_some_and(|length| body.len() >= length) {
                return (head.to_string(), body.to_string());
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => {
                let text = text.into_owned();
                return match text.split_once("\r\n\r\n") {
                    Some((head, body)) => (head.to_string(), body.to_string()),
                    None => (text, String::new()),
                };
            }
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A POST of a body to `/graphql`, as bytes.
pub fn post_bytes(body: &[u8]) -> Vec<u8> {
    post_with("content-type: application/json\r\n", body)
}

/// A POST with headers of its own; `Content-Length` is added.
pub fn post_with(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// A POST of a document.
pub fn query_bytes(query: &str) -> Vec<u8> {
    post_bytes(json!({ "query": query }).to_string().as_bytes())
}

/// The codes of an answer's errors.
pub fn codes(body: &Value) -> Vec<&str> {
    let errors = body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("none")).collect()
}
