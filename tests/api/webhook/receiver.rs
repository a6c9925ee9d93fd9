//! A receiver of webhooks: an HTTP server on the loopback address that keeps what comes and answers as it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A message as it came.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: String,
    pub seconds: String,
    pub signature: String,
    pub body: String,
    /// What was answered.
    pub status: u16,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether one of its signatures is by a secret.
    pub fn is_signed_by(&self, secret: &str) -> bool {
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let text = format!("{}.{}.{}", self.id, self.seconds, self.body);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), text.as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(tag.as_ref()));
        self.signature.split(' ').any(|signature| signature == expected)
    }
}

/// What is answered to the next message: 0 to hang up, 1 to say nothing for long, 302 with an address of the receiver.
pub type Plan = Arc<dyn Fn(&Received) -> u16 + Send + Sync>;

#[derive(Clone)]
struct Kept {
    received: Arc<Mutex<Vec<Received>>>,
    plan: Arc<Mutex<Plan>>,
}

/// A receiver that runs until it is dropped.
pub struct Receiver {
    pub address: SocketAddr,
    kept: Kept,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub async fn start(plan: impl Fn(&Received) -> u16 + Send + Sync + 'static) -> Self {
        let kept = Kept { received: Arc::default(), plan: Arc::new(Mutex::new(Arc::new(plan))) };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(any(receive)).with_state(kept.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, kept, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn answer(&self, plan: impl Fn(&Received) -> u16 + Send + Sync + 'static) {
        *self.kept.plan.lock().unwrap() = Arc::new(plan);
    }

    /// All that came so far.
    pub fn all(&self) -> Vec<Received> {
        self.kept.received.lock().unwrap().clone()
    }

    /// All that came, once there are so many.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let started = Instant::now();
        loop {
            let all = self.all();
            if all.len() >= count {
                return all;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{} of {count} messages came: {all:#?}", all.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn receive(State(kept): State<Kept>, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_string()).unwrap_or_default();
    let mut received = Received {
        id: header("webhook-id"),
        seconds: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
        status: 0,
    };
    let plan = Arc::clone(&kept.plan.lock().unwrap());
    received.status = plan(&received);
    kept.received.lock().unwrap().push(received.clone());
    match received.status {
        // Bytes that are no answer: to a client the connection broke.
        0 => Response::builder().status(200).header("content-length", "9").body(broken()).unwrap(),
        302 => (StatusCode::FOUND, [("location", "/redirected")]).into_response(),
        status => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

/// A body that ends in an error before its first byte.
fn broken() -> axum::body::Body {
    let stream = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("broken")) });
    axum::body::Body::from_stream(stream)
}
