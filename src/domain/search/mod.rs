//! Words of texts and of queries, as search sees them: folded, stemmed in English and French, ranked, cut into excerpts.
//! The databases only index what is made here, so that both find the same. Must not know storage or who is looking.
//!
//! A text becomes a *stream*: its folded words in order, the mark [`BREAK`], then other forms of them (stems, compounds
//! written as one word). No word holds an underscore, so that marks and facets are never taken for words.

mod excerpt;
mod plain;
mod query;
mod rank;
mod stopword;
mod word;

pub use excerpt::{Excerpt, Passage, excerpt};
pub use plain::plain_text;
pub use query::{Phrase, Query, QueryFault, Term};
pub use rank::{Candidate, Standing, rank};
pub use word::{BREAK, Tongue, stream};
