//! Value objects that content of every kind may have. Must not read data.

use async_graphql::{Context, Description, Object, Result, SimpleObject};

use crate::domain::content;
use crate::domain::content::ContentText;
use crate::domain::locale::LocalizedText;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::View;
use crate::domain::vocabulary::{AttributionKind, EvidenceBasis, TextDirection, TranslationOrigin, VerificationMethod};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::later::Later;
use crate::graphql::organization::Organization;
use crate::graphql::render::rendered;
use crate::graphql::scalar::{DateTime, Locale, Url};

/// Reads a JSON column into a value object.
pub(super) fn parse<T: serde::de::DeserializeOwned, V>(
    column: Option<&str>,
    wrap: impl Fn(T) -> V,
) -> Result<Option<V>> {
    let Some(text) = column else { return Ok(None) };
    let broken = |fault: serde_json::Error| ApiError::from(sea_orm::DbErr::Json(fault.to_string()));
    Ok(Some(wrap(serde_json::from_str(text).map_err(broken)?)))
}

/// Reads a JSON column that is always there.
pub(crate) fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    let broken = |fault: serde_json::Error| ApiError::from(sea_orm::DbErr::Json(fault.to_string()));
    Ok(serde_json::from_str(text).map_err(broken)?)
}

/// Which language a text is in, and how it came to be.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Localization {
    /// The language of the text.
    locale: Locale,
    /// Whether it is in another language than the one that was asked for first.
    is_fallback: bool,
    /// How the text came to be.
    origin: TranslationOrigin,
    /// Whether the original has changed since this translation was made.
    is_stale: bool,
    /// Which way the text runs.
    direction: TextDirection,
}

impl Localization {
    pub(super) fn new(text: &ContentText, is_fallback: bool, version: i32) -> Self {
        Self {
            locale: Locale(text.locale.to_string()),
            is_fallback,
            origin: text.origin,
            is_stale: text.origin != TranslationOrigin::Original && text.based_on < version,
            direction: text.locale.direction(),
        }
    }
}

/// One language that an item has.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Translation")]
pub(crate) struct TranslationInfo {
    /// The language.
    locale: Locale,
    /// How the text came to be.
    origin: TranslationOrigin,
    /// Whether the original has changed since this translation was made.
    is_stale: bool,
    /// The title in this language.
    title: String,
    /// The summary in this language.
    summary: Option<String>,
    /// Whether there is a body in this language.
    has_body: bool,
}

impl TranslationInfo {
    pub(super) fn new(text: &ContentText, version: i32) -> Self {
        Self {
            locale: Locale(text.locale.to_string()),
            origin: text.origin,
            is_stale: text.origin != TranslationOrigin::Original && text.based_on < version,
            title: text.title.to_string(),
            summary: text.summary.as_ref().map(|summary| summary.to_string()),
            has_body: text.has_body,
        }
    }
}

/// Who is credited.
#[derive(Clone, Debug, Description)]
pub(crate) struct Attribution {
    value: content::Attribution,
    view: View,
}

impl Attribution {
    pub(super) fn new(value: content::Attribution, view: &View) -> Self {
        Self { value, view: view.clone() }
    }
}

#[Object(use_type_description)]
impl Attribution {
    /// The name to show: a collective, a person or a pseudonym.
    async fn display_name(&self) -> &str {
        &self.value.display_name
    }

    /// What sort of author it is.
    async fn kind(&self) -> AttributionKind {
        self.value.kind
    }

    /// The organization, if it is one that the API knows.
    async fn organization(&self, ctx: &Context<'_>) -> Option<Later<Organization>> {
        let id = PublicId::parse_as(self.value.organization.as_deref()?, Noun::Organization).ok()?;
        Organization::of_key(ctx.catalog(), id.key(), &self.view).map(Later)
    }

    /// Anything that must be said with the credit.
    async fn note(&self) -> Option<&str> {
        self.value.note.as_deref()
    }
}

/// Where an imported item came from.
#[derive(Clone, Debug, Description)]
pub(crate) struct Source(pub(crate) content::Source);

#[Object(use_type_description)]
impl Source {
    /// The system that the item was taken from.
    async fn system(&self) -> &str {
        &self.0.system
    }

    /// The item's id in that system: with `system`, the key of an upsert within a publisher.
    async fn external_id(&self) -> &str {
        &self.0.external_id
    }

    /// The page of the source as the source gives it: `https`, or `http` where it has nothing better.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_ref().map(content_url)
    }

    /// The licence that the source gives, as an SPDX identifier or in words.
    async fn license(&self) -> Option<&str> {
        self.0.license.as_deref()
    }

    /// When the source was read.
    async fn retrieved_at(&self) -> Option<DateTime> {
        self.0.retrieved_at.map(|at| DateTime::written(at, None))
    }
}

fn content_url(url: &crate::domain::url::SourceUrl) -> &str {
    url.as_str()
}

/// That someone checked the facts.
#[derive(Clone, Debug, Description)]
pub(crate) struct Verification(pub(crate) content::Verification);

#[Object(use_type_description)]
impl Verification {
    /// When they were checked.
    async fn verified_at(&self) -> DateTime {
        DateTime::written(self.0.verified_at, None)
    }

    /// Who checked them: a group or a pseudonym.
    async fn verified_by(&self) -> &str {
        &self.0.verified_by
    }

    /// How they were checked.
    async fn method(&self) -> VerificationMethod {
        self.0.method
    }

    /// When they should be checked again.
    async fn recheck_by(&self) -> Option<DateTime> {
        self.0.recheck_by.map(|at| DateTime::written(at, None))
    }
}

/// What a statement rests on. The kinds of knowledge are not ranked.
#[derive(Clone, Debug, Description)]
pub(crate) struct Evidence(pub(crate) content::Evidence);

#[Object(use_type_description)]
impl Evidence {
    /// The kind of knowledge.
    async fn basis(&self) -> EvidenceBasis {
        self.0.basis
    }

    /// The work, as one would cite it.
    async fn citation(&self) -> &str {
        &self.0.citation
    }

    /// Where to read it.
    async fn url(&self) -> Option<Url> {
        self.0.url.as_ref().map(|url| Url(url.to_string()))
    }

    /// Its digital object identifier, such as `10.1186/s12954-020-00425-3`.
    async fn doi(&self) -> Option<&str> {
        self.0.doi.as_deref()
    }

    /// The year of publication.
    async fn year(&self) -> Option<u16> {
        self.0.year
    }
}

/// An amount of money.
#[derive(Clone, Debug, Description)]
pub(crate) struct Money(pub(crate) content::Money);

#[Object(use_type_description)]
impl Money {
    /// The amount as a decimal string, such as `1500.00`.
    async fn amount(&self) -> &str {
        self.0.amount.as_str()
    }

    /// The currency as an ISO 4217 code, such as `CAD`.
    async fn currency(&self) -> &str {
        self.0.currency.as_str()
    }
}

/// A text in the reader's language, with the language that it is in: for texts inside an item.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "LocalizedText")]
pub(crate) struct LocalizedValue {
    /// The text.
    text: String,
    /// The language of the text.
    locale: Locale,
}

impl LocalizedValue {
    /// The best text for the reader; `None` if there is none.
    pub(crate) fn best(value: &LocalizedText, view: &View) -> Option<Self> {
        let best = value.best(&view.preference)?;
        Some(Self { text: best.text.to_string(), locale: Locale(best.locale.to_string()) })
    }

    /// Every text with its language.
    pub(crate) fn all(value: &LocalizedText) -> Vec<Self> {
        let texts = value.0.iter();
        texts.map(|text| Self { text: text.text.to_string(), locale: Locale(text.locale.to_string()) }).collect()
    }
}

rendered!(struct Localization { locale, is_fallback, origin, is_stale, direction });
rendered!(struct TranslationInfo { locale, origin, is_stale, title, summary, has_body });
rendered!(struct LocalizedValue { text, locale });
rendered!(Attribution { display_name, kind, organization, note });
rendered!(Source { system, external_id, url, license, retrieved_at });
rendered!(Verification { verified_at, verified_by, method, recheck_by });
rendered!(Evidence { basis, citation, url, doi, year });
