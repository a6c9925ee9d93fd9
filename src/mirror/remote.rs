//! The server that is copied, over HTTP: a page of `changes` at a time. Must not keep anything.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::{Change, Item, Page, Question};

/// What is asked. Nothing of what is selected changes without a change of its item.
const DOCUMENT: &str = "query Mirror($since: String, $kinds: [ContentKind!], $regions: [String!], $topics: [String!], \
  $locales: [Locale!], $first: Int) {
  changes(since: $since, kinds: $kinds, regions: $regions, topics: $topics, locales: $locales, first: $first) {
    hasMore nextToken fullResyncRequired
    changes {
      __typename
      ... on Upsert { content {
        __typename id slug version title summary body publishedAt updatedAt expiresAt url contentNotes
        localization { locale origin }
        publisher { id } regions { id slug } topics { id slug }
        ... on Resource { category resourceFormat: format externalUrl }
        ... on Event { eventKind: kind eventFormat: format eventStatus startsAtLocal endsAtLocal timeZone allDay }
        ... on Campaign { campaignKind: kind campaignUrgency: urgency startsOn endsOn }
        ... on DrugAlert { severity urgency certainty }
        ... on ServiceUpdate { serviceStatus }
        ... on PolicyUpdate { effect }
      } }
      ... on Tombstone { id }
    }
  }
}";

/// Tries of a request before the server is called unreachable.
const TRIES: u32 = 6;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest wait that a server may ask for before the next try.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why a server did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum RemoteFault {
    /// The address is none.
    #[error("{0} is not the address of a server, such as https://api.example.org")]
    Address(String),
    /// It cannot be reached.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// It refuses the question.
    #[error("the server refuses: {0}")]
    Refused(String),
    /// It answers what this program does not understand.
    #[error("the server's answer is not one of `changes`: {0}")]
    Unknown(&'static str),
}

/// A server and the question that is asked of it.
#[derive(Debug)]
pub struct Remote {
    http: reqwest::Client,
    url: url::Url,
    question: Question,
}

impl Remote {
    /// A server by its address, with or without the path of the API.
    pub fn new(address: &str, question: Question) -> Result<Self, RemoteFault> {
        let wrong = || RemoteFault::Address(address.to_string());
        let mut url = url::Url::parse(address).map_err(|_| wrong())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong());
        }
        if !url.path().ends_with("/graphql") {
            let path = format!("{}/graphql", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        let http = client.build().map_err(|fault| RemoteFault::Unreachable(fault.without_url().to_string()))?;
        Ok(Self { http, url, question })
    }

    /// A page behind a token, or from the start.
    pub async fn page(&self, since: Option<&str>, size: u32) -> Result<Page, RemoteFault> {
        let mut variables = json!(self.question);
        if let Some(variables) = variables.as_object_mut() {
            variables.insert("since".to_string(), json!(since));
            variables.insert("first".to_string(), json!(size));
        }
        let body = json!({ "query": DOCUMENT, "variables": variables });
        let mut pause = Duration::from_millis(200);
        let mut fault = RemoteFault::Unknown("no answer");
        for number in 0..TRIES {
            if number > 0 {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            match self.http.post(self.url.clone()).json(&body).send().await {
                Err(cause) => fault = RemoteFault::Unreachable(cause.without_url().to_string()),
                Ok(response) => {
                    let (status, wait) = (response.status(), wait(&response));
                    match response.json::<Value>().await {
                        _ if is_busy(status) => {
                            pause = wait.unwrap_or(pause).min(LONGEST_PAUSE);
                            fault = RemoteFault::Unreachable(format!("status {status}"));
                        }
                        Err(_) => fault = RemoteFault::Unreachable(format!("status {status} without an answer")),
                        Ok(answer) => return read(&answer),
                    }
                }
            }
        }
        Err(fault)
    }
}

fn is_busy(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS
}

/// How long a busy server wants to be left alone.
fn wait(response: &reqwest::Response) -> Option<Duration> {
    let seconds = response.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn read(answer: &Value) -> Result<Page, RemoteFault> {
    if let Some(message) = answer.pointer("/errors/0/message").and_then(Value::as_str) {
        return Err(RemoteFault::Refused(message.chars().take(500).collect()));
    }
    let page = answer.pointer("/data/changes").ok_or(RemoteFault::Unknown("there is none"))?;
    let flag = |name: &str| page.get(name).and_then(Value::as_bool).ok_or(RemoteFault::Unknown("a flag is missing"));
    let told = page.get("changes").and_then(Value::as_array).ok_or(RemoteFault::Unknown("a list is missing"))?;
    let mut changes = Vec::with_capacity(told.len());
    for change in told {
        changes.push(self::change(change).ok_or(RemoteFault::Unknown("a change has no id"))?);
    }
    let next = page.get("nextToken").and_then(Value::as_str).ok_or(RemoteFault::Unknown("a token is missing"))?;
    Ok(Page { changes, has_more: flag("hasMore")?, next: next.to_string(), is_resync: flag("fullResyncRequired")? })
}

fn change(change: &Value) -> Option<Change> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_string);
    let Some(content) = change.get("content") else { return text(change, "id").map(Change::Drop) };
    Some(Change::Keep(Box::new(Item {
        id: text(content, "id")?,
        kind: text(content, "__typename")?,
        version: content.get("version")?.as_i64()?,
        expires_at: text(content, "expiresAt"),
        content: content.clone(),
    })))
}
