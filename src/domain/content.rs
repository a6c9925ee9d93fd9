//! Value objects that every published item has. Stored as JSON as they are. Must not hold rules of one kind.

use serde::{Deserialize, Serialize};

use super::locale::Locale;
use super::text::{Block, Line};
use super::time::Timestamp;
use super::url::{HttpsUrl, SourceUrl};
use super::vocabulary::{AttributionKind, EvidenceBasis, TranslationOrigin, VerificationMethod};

/// A title, in characters.
pub type Title = Line<200>;
/// A summary.
pub type Summary = Block<600>;
/// A body in Markdown.
pub type Body = Block<65_536>;
/// A short free text such as a name or a label.
pub type Label = Line<200>;

/// Title and summary in one language. The first of an item is its original.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContentText {
    /// Language of the text.
    pub locale: Locale,
    /// How it came to be.
    pub origin: TranslationOrigin,
    /// The version of the item that it says.
    pub based_on: i32,
    /// The title.
    pub title: Title,
    /// The summary.
    pub summary: Option<Summary>,
    /// Whether there is a body in this language; the bodies are a column of their own.
    #[serde(default)]
    pub has_body: bool,
}

/// A body in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContentBody {
    /// Language of the text.
    pub locale: Locale,
    /// The text, in Markdown.
    pub body: Body,
}

/// A translation as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Translation {
    /// Language of the translation.
    pub locale: Locale,
    /// How it came to be; never `ORIGINAL`.
    pub origin: TranslationOrigin,
    /// The title.
    pub title: Title,
    /// The summary.
    pub summary: Option<Summary>,
    /// The body, in Markdown.
    pub body: Option<Body>,
    /// The version of the item that it says; the current one if left out.
    pub based_on: Option<i32>,
}

/// Who is credited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attribution {
    /// The name to show: a collective, a person or a pseudonym.
    pub display_name: Label,
    /// What sort of author it is.
    pub kind: AttributionKind,
    /// The organization, if it is one that the API knows.
    pub organization: Option<String>,
    /// Anything that must be said with the credit.
    pub note: Option<Block<600>>,
}

/// Where an imported item came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// The system that the item was taken from, such as `example-cms`.
    pub system: Line<80>,
    /// The item's id in that system: with `system`, the key of an upsert within a publisher.
    pub external_id: Line<200>,
    /// The page of the source.
    pub url: Option<SourceUrl>,
    /// The licence that the source gives, as an SPDX identifier or in words.
    pub license: Option<Label>,
    /// When it was read.
    pub retrieved_at: Option<Timestamp>,
}

/// That someone checked the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Verification {
    /// When they were checked.
    pub verified_at: Timestamp,
    /// Who checked them: a group or a pseudonym.
    pub verified_by: Label,
    /// How.
    pub method: VerificationMethod,
    /// When they should be checked again.
    pub recheck_by: Option<Timestamp>,
}

/// What a statement rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// The sort of knowledge.
    pub basis: EvidenceBasis,
    /// The work, as one would cite it.
    pub citation: Block<1000>,
    /// Where to read it.
    pub url: Option<HttpsUrl>,
    /// Digital object identifier, such as `10.1186/s12954-020-00425-3`.
    pub doi: Option<Line<200>>,
    /// Year of publication.
    pub year: Option<u16>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Money {
    /// Decimal string, such as `1500.00`.
    pub amount: Amount,
    /// ISO 4217 code, such as `CAD`.
    pub currency: Currency,
}

/// A non-negative decimal number of at most 12 digits before and 4 after the point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amount(String);

/// Three capital letters of ISO 4217.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Currency(String);

impl Amount {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Currency {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        let is_number = |digits: &str, most: usize| {
            (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        };
        if is_number(whole, 12) && is_number(fraction, 4) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("is not a decimal amount such as \"1500.00\""))
        }
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(serde::de::Error::custom("is not an ISO 4217 currency code such as \"CAD\""))
        }
    }
}
