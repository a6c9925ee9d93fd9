//! Automatic persisted queries: a client names a document by its SHA-256 hash, so that reads are short GET requests that a
//! shared cache can keep. Memory is bounded in bytes; what falls out is sent again by the client. Must not keep a document
//! that was not executed.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::params::Params;
use crate::server::refusal::Refusal;

/// What an entry takes beside its text.
const OVERHEAD: usize = 128;

#[derive(Clone, Debug)]
struct Weigh;

impl Weighter<[u8; 32], Arc<str>> for Weigh {
    fn weight(&self, _: &[u8; 32], text: &Arc<str>) -> u64 {
        (text.len() + OVERHEAD) as u64
    }
}

/// Documents by their hash.
#[derive(Debug)]
pub(crate) struct PersistedQueries {
    documents: Cache<[u8; 32], Arc<str>, Weigh>,
}

/// The document of a request.
#[derive(Debug)]
pub(crate) struct Found {
    /// Its text.
    pub query: Arc<str>,
    /// The hash to keep it under once it has proved to be executable.
    pub new_hash: Option<[u8; 32]>,
}

impl PersistedQueries {
    /// A store of at most so many bytes.
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 1_024).unwrap_or(usize::MAX).max(16);
        Self { documents: Cache::with_weighter(items, bytes, Weigh) }
    }

    /// The document that a request means; none if its hash is not known here.
    pub fn resolve(&self, params: &Params) -> Result<Option<Found>, Refusal> {
        match (&params.query, &params.persisted) {
            (Some(query), None) => Ok(Some(Found { query: Arc::from(query.as_str()), new_hash: None })),
            (Some(query), Some(hash)) => {
                let digest: [u8; 32] = Sha256::digest(query.as_bytes()).into();
                if bytes(hash) != Some(digest) {
                    return Err(Refusal::bad_request(
                        "extensions.persistedQuery.sha256Hash is not the hash of the query",
                    ));
                }
                Ok(Some(Found { query: Arc::from(query.as_str()), new_hash: Some(digest) }))
            }
            (None, Some(hash)) => {
                Ok(bytes(hash).and_then(|hash| self.documents.get(&hash)).map(|query| Found { query, new_hash: None }))
            }
            (None, None) => Err(Refusal::bad_request("the parameter query is missing")),
        }
    }

    /// Keeps an executed document.
    pub fn keep(&self, hash: [u8; 32], query: Arc<str>) {
        self.documents.insert(hash, query);
    }
}

fn bytes(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if hex.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}
