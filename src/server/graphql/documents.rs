//! What was found out about requests that came before: documents as they were parsed, and requests as they were read and
//! checked, so that each is parsed and weighed once. Memory is bounded in bytes. What asks for something private, a place
//! or a search, is never kept. Must not run anything.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::Variables;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use bytes::Bytes;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use sha2::{Digest, Sha256};

use super::prepare::Asker;
use crate::domain::locale::Preference;
use crate::graphql::Plans;
use crate::graphql::guard::Checked;

/// A parsed document takes up to so many times the bytes of its text.
const PARSED: u64 = 32;
/// What an entry takes beside its texts.
const OVERHEAD: u64 = 256;
/// Longer requests are not kept: they are documents or variables that nobody sends twice.
pub(super) const LONGEST: usize = 32 * 1024;
/// Which part of the memory is for requests; the rest is for documents.
const REQUESTS: u64 = 2;

/// A document that the guard lets pass.
#[derive(Debug)]
pub(super) struct Document {
    /// As it came.
    pub text: Arc<str>,
    /// As it was parsed.
    pub parsed: ExecutableDocument,
    /// How its answers are rendered, if that depends on nothing else.
    pub plans: Option<Arc<Plans>>,
}

impl Document {
    /// A document that was parsed.
    pub fn new(text: Arc<str>, parsed: ExecutableDocument) -> Self {
        // With directives it depends on variables; with several operations, on which one is asked for.
        let is_alone = !text.contains('@') && matches!(parsed.operations, DocumentOperations::Single(_));
        Self { text, parsed, plans: is_alone.then(Arc::default) }
    }
}

/// A request that may run, whoever sends it.
#[derive(Debug)]
pub(super) struct Asked {
    /// The document's text.
    pub text: Arc<str>,
    /// Values for the operation's variables.
    pub variables: Variables,
    /// Which operation of the document, if the request says so.
    pub operation_name: Option<String>,
    /// What the guard found out.
    pub checked: Checked,
    /// The limit that its cost was held against.
    pub cost_limit: u64,
    /// The hash to keep the document under once it has proved to be executable.
    pub new_hash: Option<[u8; 32]>,
    /// Names the answer that an anonymous reader gets: the same for requests that ask for the same in the same languages.
    pub name: [u8; 32],
}

impl Asked {
    /// The name of what is asked for in some languages.
    pub fn name_of(
        text: &str,
        operation_name: Option<&str>,
        variables: &Variables,
        preference: &Preference,
    ) -> [u8; 32] {
        let variables = serde_json::to_string(variables).unwrap_or_default();
        let mut hash = Sha256::new();
        for part in [text, operation_name.unwrap_or_default(), &variables] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        for locale in preference.locales() {
            hash.update(locale.as_str());
            hash.update(",");
        }
        hash.finalize().into()
    }

    fn may_be_kept(&self) -> bool {
        self.checked.operation == OperationType::Query && !self.checked.is_private
    }
}

/// A request as it came, as far as its answer depends on it.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    /// Its body, or the query of its address.
    pub bytes: Bytes,
    /// Which of the two.
    pub is_body: bool,
    /// Whether a valid token came with it, which allows a higher cost.
    pub is_client: bool,
    /// The header `Accept-Language`.
    pub language: Option<Arc<str>>,
}

impl Raw {
    /// A request of somebody.
    pub fn of(bytes: Bytes, is_body: bool, asker: &Asker) -> Self {
        Self { bytes, is_body, is_client: asker.actor.is_some(), language: asker.accept_language.clone() }
    }

    fn parts(&self) -> (&[u8], bool, bool, Option<&str>) {
        (&self.bytes, self.is_body, self.is_client, self.language.as_deref())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Raw {}

impl Hash for Raw {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

#[derive(Clone, Debug)]
struct Weigh;

impl Weighter<Raw, Arc<Asked>> for Weigh {
    fn weight(&self, raw: &Raw, asked: &Arc<Asked>) -> u64 {
        // Variables are about as large as in the request.
        let bytes = raw.bytes.len() * 2 + raw.language.as_deref().map_or(0, str::len) + asked.text.len();
        bytes as u64 + OVERHEAD * 2
    }
}

impl Weighter<Arc<str>, Arc<Document>> for Weigh {
    fn weight(&self, text: &Arc<str>, _: &Arc<Document>) -> u64 {
        text.len() as u64 * PARSED + OVERHEAD
    }
}

/// A text that is looked up without being copied.
#[derive(Hash)]
struct Text<'a>(&'a str);

impl Equivalent<Arc<str>> for Text<'_> {
    fn equivalent(&self, key: &Arc<str>) -> bool {
        self.0 == &**key
    }
}

/// Documents by their text, and requests by their bytes.
#[derive(Debug)]
pub(crate) struct Documents {
    parsed: Cache<Arc<str>, Arc<Document>, Weigh>,
    asked: Cache<Raw, Arc<Asked>, Weigh>,
}

impl Documents {
    /// A store of at most so many bytes.
    pub fn new(bytes: u64) -> Self {
        let requests = bytes / REQUESTS;
        let items = |bytes: u64, each: u64| usize::try_from(bytes / each).unwrap_or(usize::MAX).max(16);
        Self {
            parsed: Cache::with_weighter(items(bytes - requests, 8_192), bytes - requests, Weigh),
            asked: Cache::with_weighter(items(requests, 2_048), requests, Weigh),
        }
    }

    /// What was found out about the same request.
    pub(super) fn recall(&self, raw: &Raw) -> Option<Arc<Asked>> {
        self.asked.get(raw)
    }

    /// A document that was parsed before.
    pub(super) fn parsed(&self, text: &str) -> Option<Arc<Document>> {
        self.parsed.get(&Text(text))
    }

    /// Keeps what was found out about a request that was executed without an error.
    pub(super) fn keep(&self, raw: Option<Raw>, asked: &Arc<Asked>, document: &Arc<Document>) {
        if !asked.may_be_kept() {
            return;
        }
        if self.parsed(&document.text).is_none() {
            self.parsed.insert(Arc::clone(&document.text), Arc::clone(document));
        }
        if let Some(raw) = raw.filter(|raw| raw.bytes.len() <= LONGEST) {
            // What came is a part of a larger buffer of the connection, which must not be kept with it.
            let bytes = Bytes::copy_from_slice(&raw.bytes);
            self.asked.insert(Raw { bytes, ..raw }, Arc::clone(asked));
        }
    }

    /// The bytes that are taken.
    pub fn bytes(&self) -> u64 {
        self.parsed.weight() + self.asked.weight()
    }
}
