//! What was found out about requests that came before: documents as they were parsed, and which answer a request of an
//! anonymous reader gets. Of a request nothing is kept but a hash whose key only this process has. Memory is bounded in bytes,
//! and all is forgotten every ten minutes. What asks for something private, a place or a search, is never kept. Must not run
//! anything.

use std::hash::Hash as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use sha2::{Digest, Sha256};
use siphasher::sip128::{Hasher128 as _, SipHasher13};

use crate::domain::locale::Preference;
use crate::graphql::Plans;
use crate::graphql::guard::Checked;

/// What a lexical token of a parsed document takes.
const TOKEN: u64 = 128;
/// What an entry takes beside its texts.
const OVERHEAD: u64 = 256;
/// Which part of the memory is for requests; the rest is for documents.
const REQUESTS: u64 = 4;
/// Looks from one end of all memory to the next: ten minutes.
const LOOKS: u32 = 120;
/// Longer requests are not kept: they are documents or variables that nobody sends twice.
pub(super) const LONGEST: usize = 32 * 1024;

/// A document that the guard lets pass.
#[derive(Debug)]
pub(super) struct Document {
    /// As it came.
    pub text: Arc<str>,
    /// As it was parsed.
    pub parsed: ExecutableDocument,
    /// How its answers are rendered, if that depends on nothing else.
    pub plans: Option<Arc<Plans>>,
    /// What the engine needs of it, once all that is inside its root fields was rendered.
    short: OnceLock<ExecutableDocument>,
    /// Its lexical tokens.
    pub tokens: usize,
    /// Whether it may ask for anything of the schema itself.
    pub asks_for_schema: bool,
}

impl Document {
    /// A document that was parsed.
    pub fn new(text: Arc<str>, parsed: ExecutableDocument, tokens: usize) -> Self {
        // With directives it depends on variables; with several operations, on which one is asked for.
        let is_alone = !text.contains('@') && parsed.operations.iter().count() == 1;
        let asks_for_schema =
            text.contains("__schema") || text.matches("__type").count() > text.matches("__typename").count();
        Self { text, parsed, plans: is_alone.then(Arc::default), short: OnceLock::new(), tokens, asks_for_schema }
    }

    /// What the engine needs of it, if that is less than all.
    pub fn short(&self) -> Option<&ExecutableDocument> {
        self.short.get()
    }

    /// It was answered without an error.
    fn answered(&self) {
        if self.short.get().is_none()
            && let Some(short) = self.plans.as_ref().and_then(|plans| plans.shortened(&self.parsed))
        {
            let _ = self.short.set(short);
        }
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
}

/// What is known of a request that an anonymous reader sent before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// What the guard found out.
    pub checked: Checked,
    /// Names the answer.
    pub name: [u8; 32],
}

/// A request's bytes, its form and its languages, as a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u64, u64);

#[derive(Clone, Debug)]
struct Weigh;

impl Weighter<Fingerprint, Known> for Weigh {
    fn weight(&self, _: &Fingerprint, _: &Known) -> u64 {
        OVERHEAD
    }
}

impl Weighter<Arc<str>, Arc<Document>> for Weigh {
    fn weight(&self, text: &Arc<str>, document: &Arc<Document>) -> u64 {
        text.len() as u64 + document.tokens as u64 * TOKEN + OVERHEAD
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
    known: Cache<Fingerprint, Known, Weigh>,
    key: [u8; 16],
    looks: AtomicU32,
}

impl Documents {
    /// A store of at most so many bytes.
    pub fn new(bytes: u64) -> Self {
        let requests = bytes / REQUESTS;
        let items = |bytes: u64, each: u64| usize::try_from(bytes / each).unwrap_or(usize::MAX).max(16);
        Self {
            parsed: Cache::with_weighter(items(bytes - requests, 16_384), bytes - requests, Weigh),
            known: Cache::with_weighter(items(requests, OVERHEAD), requests, Weigh),
            key: rand::random(),
            looks: AtomicU32::new(0),
        }
    }

    /// The fingerprint of a body, or of the query of an address.
    pub(super) fn fingerprint(&self, bytes: &[u8], is_body: bool, language: Option<&str>) -> Fingerprint {
        let mut hash = SipHasher13::new_with_key(&self.key);
        (bytes, is_body, language).hash(&mut hash);
        let hash = hash.finish128();
        Fingerprint(hash.h1, hash.h2)
    }

    /// What is known of the same request.
    pub(super) fn recall(&self, fingerprint: Fingerprint) -> Option<Known> {
        self.known.get(&fingerprint)
    }

    /// A document that was parsed before.
    pub(super) fn parsed(&self, text: &str) -> Option<Arc<Document>> {
        self.parsed.get(&Text(text))
    }

    /// Keeps what was found out about a request that was executed without an error; under a fingerprint, if an anonymous reader
    /// sent it.
    pub(super) fn keep(&self, fingerprint: Option<Fingerprint>, asked: &Asked, document: &Arc<Document>) {
        if asked.checked.operation != OperationType::Query || asked.checked.is_private {
            return;
        }
        document.answered();
        if self.parsed(&document.text).is_none() {
            self.parsed.insert(Arc::clone(&document.text), Arc::clone(document));
        }
        // One that brings a document to be kept under its hash goes the long way, which keeps it.
        if let Some(fingerprint) = fingerprint.filter(|_| asked.new_hash.is_none()) {
            self.known.insert(fingerprint, Known { checked: asked.checked, name: asked.name });
        }
    }

    /// Forgets everything at each hundred and twentieth look.
    pub fn forget_old(&self) {
        if self.looks.fetch_add(1, Ordering::Relaxed) % LOOKS == LOOKS - 1 {
            self.parsed.clear();
            self.known.clear();
        }
    }

    /// The bytes that are taken.
    pub fn bytes(&self) -> u64 {
        self.parsed.weight() + self.known.weight()
    }
}
