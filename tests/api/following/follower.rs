//! A follower of `changes`, as a partner would write one: it keeps a copy current, page by page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::Server;

/// What is asked for.
pub const CHANGES: &str =
    "query($since: String, $kinds: [ContentKind!], $regions: [String!], $topics: [String!], $first: Int) {
  changes(since: $since, kinds: $kinds, regions: $regions, topics: $topics, first: $first) {
    hasMore nextToken fullResyncRequired
    changes { __typename
      ... on Upsert { content { id version title visibility expiresAt regions { slug } topics { slug } } }
      ... on Tombstone { id kind at reason purge } } } }";

/// A follower of a question, with its copy.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    pub question: Value,
    pub token: Option<String>,
    pub since: Option<String>,
    pub copy: BTreeMap<String, Value>,
    /// What was told since everything had to be told anew.
    pub anew: Option<BTreeSet<String>>,
    pub has_more: bool,
}

impl Follower {
    pub fn new(question: Value) -> Self {
        Self { question, has_more: true, ..Self::default() }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_string());
        self
    }

    pub async fn page(&self, server: &Server, first: i64) -> Value {
        let mut variables = self.question.clone();
        let members = json!({ "since": self.since, "first": first });
        variables.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let answer = match &self.token {
            Some(token) => server.ask_as(token, CHANGES, variables).await,
            None => server.ask(CHANGES, variables, None).await,
        };
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"]["changes"].clone()
    }

    /// Reads a page and applies it; answers the tombstones.
    pub async fn read(&mut self, server: &Server, first: i64) -> Vec<Value> {
        let page = self.page(server, first).await;
        let mut tombstones = Vec::new();
        let changes = page["changes"].as_array().unwrap();
        assert!(changes.len() <= usize::try_from(first).unwrap());
        let mut told = BTreeSet::new();
        for change in changes {
            let item = if change["__typename"] == "Upsert" { &change["content"] } else { change };
            let id = item["id"].as_str().unwrap().to_string();
            assert!(told.insert(id.clone()), "{id} is told twice in a page");
            if change["__typename"] == "Upsert" {
                self.copy.insert(id.clone(), item.clone());
                self.anew.iter_mut().for_each(|anew| _ = anew.insert(id.clone()));
            } else {
                self.copy.remove(&id);
                tombstones.push(change.clone());
            }
        }
        self.has_more = page["hasMore"].as_bool().unwrap();
        if page["fullResyncRequired"] == true {
            assert!(changes.is_empty() && self.has_more && self.since.is_some());
            self.anew = Some(BTreeSet::new());
        }
        if let (false, Some(anew)) = (self.has_more, &self.anew) {
            self.copy.retain(|id, _| anew.contains(id));
            self.anew = None;
        }
        self.since = Some(page["nextToken"].as_str().unwrap().to_string());
        tombstones
    }

    /// Reads until there is no more.
    pub async fn catch_up(&mut self, server: &Server) -> Vec<Value> {
        let mut tombstones = self.read(server, 7).await;
        while self.has_more {
            tombstones.extend(self.read(server, 7).await);
        }
        tombstones
    }

    /// A copy of a follower that begins now.
    pub async fn fresh(&self, server: &Server) -> BTreeMap<String, Value> {
        let mut fresh = Self { token: self.token.clone(), ..Self::new(self.question.clone()) };
        fresh.catch_up(server).await;
        fresh.copy
    }
}
