//! Sends one message. The name is looked up for each message, every address that it has is checked, and one of these very
//! addresses is connected to; no redirect is followed, no proxy is asked, and nothing of the answer is read but its status. Must not
//! decide whether to try again.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect;

use super::address::Policy;

/// Longest wait for an answer, the connection included.
pub const PATIENCE: Duration = Duration::from_secs(15);
const USER_AGENT: &str = concat!("solidarity/", env!("CARGO_PKG_VERSION"));

/// Finds the addresses of a name.
pub type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A status.
    Status {
        /// It.
        status: u16,
        /// How long the receiver asks to be left alone.
        retry_after: Option<Duration>,
    },
    /// No status, in words of ours.
    Failed(&'static str),
}

impl Answer {
    /// Whether the message has arrived.
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Status { status: 200..=299, .. })
    }

    /// Whether the receiver wants no message any more.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Status { status: 410, .. })
    }
}

/// Sends messages to addresses that the policy allows.
#[derive(Clone)]
pub struct Sender {
    policy: Policy,
    lookup: Lookup,
    /// Made with the first message: a machine without certificates of authorities sends none, and does all else.
    client: Arc<OnceLock<Option<reqwest::Client>>>,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// A message that is ready to go.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id, the same at each attempt.
    pub id: String,
    /// When it is sent, in seconds since 1970.
    pub seconds: i64,
    /// Its signatures.
    pub signature: String,
    /// Its body, JSON.
    pub body: String,
}

impl Sender {
    /// A sender that asks the system for addresses.
    pub fn new(policy: Policy) -> Self {
        Self::with_lookup(policy, Arc::new(|name| Box::pin(look_up(name))))
    }

    /// The same with another way to find addresses.
    pub fn with_lookup(policy: Policy, lookup: Lookup) -> Self {
        Self { policy, lookup, client: Arc::default() }
    }

    /// What sends; none if TLS cannot be had.
    fn client(&self) -> Option<&reqwest::Client> {
        let made = self.client.get_or_init(|| {
            let made = self.connect();
            if made.is_err() {
                tracing::warn!("webhooks cannot be told: there is no TLS; are certificates of authorities installed?");
            }
            made.ok()
        });
        made.as_ref()
    }

    fn connect(&self) -> reqwest::Result<reqwest::Client> {
        let (policy, lookup) = (self.policy, Arc::clone(&self.lookup));
        reqwest::Client::builder()
            .dns_resolver(Arc::new(Checked { policy, lookup }))
            .redirect(redirect::Policy::none())
            .no_proxy()
            // A connection that is kept would be one to an address that was checked for another message.
            .pool_max_idle_per_host(0)
            .timeout(PATIENCE)
            .user_agent(USER_AGENT)
            .build()
    }

    /// What addresses it sends to.
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Sends a message.
    pub async fn send(&self, url: &str, message: Message) -> Answer {
        // An address that is no name is not looked up; and what was allowed when the webhook was made may not be any more.
        let Ok(url) = self.policy.check(url) else { return Answer::Failed("the address is not allowed") };
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let seconds = message.seconds.to_string();
        let values =
            [("webhook-id", &message.id), ("webhook-timestamp", &seconds), ("webhook-signature", &message.signature)];
        for (name, value) in values {
            let Ok(value) = HeaderValue::from_str(value) else { return Answer::Failed("the message cannot be sent") };
            headers.insert(name, value);
        }
        let Some(client) = self.client() else { return Answer::Failed("there is no TLS") };
        match client.post(url).headers(headers).body(message.body).send().await {
            Ok(answer) => {
                let asked =
                    answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
                Answer::Status { status: answer.status().as_u16(), retry_after: asked.map(Duration::from_secs) }
            }
            Err(error) if is_refused(&error) => Answer::Failed("the address is not allowed"),
            Err(error) if error.is_timeout() => Answer::Failed("no answer in time"),
            Err(error) if error.is_connect() => Answer::Failed("no connection"),
            Err(_) => Answer::Failed("no answer"),
        }
    }
}

/// Looks up names, and lets no address through that is not allowed.
struct Checked {
    policy: Policy,
    lookup: Lookup,
}

/// A name has an address that is not allowed.
#[derive(Debug, thiserror::Error)]
#[error("the address is not allowed")]
struct Refused;

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, found) = (self.policy, (self.lookup)(name.as_str().to_string()));
        Box::pin(async move {
            let addresses = found.await?;
            // One is enough: who controls a name must not have the choice of one try in several.
            if addresses.is_empty() || !addresses.iter().all(|address| policy.allows(*address)) {
                return Err(Refused.into());
            }
            let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

async fn look_up(name: String) -> io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
}

fn is_refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Refused>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    fn message() -> Message {
        Message { id: "msg_1".into(), seconds: 1, signature: "v1,x".into(), body: "{}".into() }
    }

    /// A server on the loopback address that answers each request with the same; and how many came.
    async fn canary(answer: &'static str) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let mut read = [0; 4_096];
                let _ = stream.read(&mut read).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        (port, count)
    }

    fn found(addresses: &'static [&'static str]) -> Lookup {
        let turn = AtomicUsize::new(0);
        Arc::new(move |_| {
            let address = addresses[turn.fetch_add(1, Ordering::SeqCst) % addresses.len()];
            Box::pin(async move { Ok(address.split(' ').map(|one| one.parse().unwrap()).collect()) })
        })
    }

    #[tokio::test]
    async fn a_name_that_turns_to_the_machine_itself_never_reaches_it() {
        let (port, count) = canary("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let url = format!("https://rebinding.example.org:{port}/");
        for addresses in [&["127.0.0.1"][..], &["192.0.2.1"], &["8.8.8.8 127.0.0.1"], &["::1"], &["::ffff:127.0.0.1"]] {
            let sender = Sender::with_lookup(Policy::default(), found(addresses));
            assert_eq!(
                sender.send(&url, message()).await,
                Answer::Failed("the address is not allowed"),
                "{addresses:?}"
            );
        }
        // What is connected to is what was checked: there is one look, and its addresses are all that there is.
        let flips = Checked { policy: Policy::default(), lookup: found(&["2001:4860:4860::8888", "127.0.0.1"]) };
        let look = async || flips.resolve("rebinding.example.org".parse().unwrap()).await.map(Iterator::collect);
        let first: Vec<SocketAddr> = look().await.unwrap();
        assert_eq!(first, ["[2001:4860:4860::8888]:0".parse().unwrap()]);
        assert!(look().await.is_err(), "the second look has another address");
        assert_eq!(count.load(Ordering::SeqCst), 0, "the canary was reached");
        let unresolved = format!("https://127.0.0.1:{port}/");
        let sender = Sender::new(Policy::default());
        assert_eq!(sender.send(&unresolved, message()).await, Answer::Failed("the address is not allowed"));
        assert_eq!(count.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_a_status_is_told() {
        let (target, reached) = canary("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\n\r\n");
        let (port, count) = canary(Box::leak(answer.into_boxed_str())).await;
        let sender = Sender::new(Policy { allows_loopback: true });
        let answer = sender.send(&format!("http://127.0.0.1:{port}/"), message()).await;
        assert_eq!(answer, Answer::Status { status: 302, retry_after: None });
        assert!(!answer.is_success() && count.load(Ordering::SeqCst) == 1 && reached.load(Ordering::SeqCst) == 0);
        assert!(sender.send(&format!("http://localhost:{target}/"), message()).await.is_success());
        let (busy, _) = canary("HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n").await;
        let answer = sender.send(&format!("http://127.0.0.1:{busy}/"), message()).await;
        assert_eq!(answer, Answer::Status { status: 503, retry_after: Some(Duration::from_secs(7)) });
        let (gone, _) = canary("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await;
        assert!(sender.send(&format!("http://127.0.0.1:{gone}/"), message()).await.is_gone());
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert_eq!(
            sender.send(&format!("http://127.0.0.1:{closed}/"), message()).await,
            Answer::Failed("no connection")
        );
    }
}
