//! What every published item shows: the fields of the interface `Content`, once for all types. Must not know one kind.

mod answer;
mod filter;
pub(crate) mod input;
mod interface;
mod mutation;
mod publishing;
mod query;
mod revision;
mod value;
mod writing;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

pub(crate) use answer::{Answered, answer, caller, look_at, split};
pub(crate) use filter::{
    BoundingBoxInput, ContentFilterParts, ContentOrder, DateTimeRange, NearInput, bounded, content_filter,
    instant_range, keys, words,
};
pub(crate) use interface::{Content, Hierarchy, Node, content_interface, content_node, update_family};
pub(crate) use mutation::ContentMutation;
pub(crate) use publishing::publishing_inputs;
pub(crate) use query::{By, Listing, NodeQuery, find_one, kind_of, name_of, wants_body};
pub(crate) use revision::Revision;
pub(crate) use value::{
    Attribution, Evidence, Localization, LocalizedValue, Money, Source, TranslationInfo, Verification, stored,
};
pub(crate) use writing::{create, patch, update, upsert, writing_mutations};

use super::access::RequireScope;
use super::context::ContextExt;
use super::error::ApiError;
use super::later::Later;
use super::organization::Organization;
use super::region::Region;
use super::scalar::{DateTime, Html, Markdown, Url};
use super::topic::Topic;
use crate::domain::content::ContentText;
use crate::domain::markdown;
use crate::domain::scope::Scope;
use crate::domain::view::{Area, View};
use crate::domain::vocabulary::{ContentNote, PublicationStatus, Visibility, Vocabulary};
use crate::store::{Item, body_for, unpack, unpack_keys};

/// An item with the view that it was read for.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) item: Arc<Item>,
    pub(crate) view: View,
}

impl Envelope {
    pub(crate) fn new(item: Arc<Item>, view: View) -> Self {
        Self { item, view }
    }

    fn text(&self) -> Option<&ContentText> {
        self.item.text(&self.view.preference)
    }

    /// The title in the reader's language.
    pub(crate) fn shown_title(&self) -> String {
        self.text().map(|text| text.title.to_string()).unwrap_or_default()
    }

    /// The summary in the reader's language.
    pub(crate) fn shown_summary(&self) -> Option<String> {
        self.text().and_then(|text| text.summary.as_ref()).map(|summary| summary.to_string())
    }

    /// The body that goes with the shown title: in its language, or in the original's if that has none.
    async fn shown_body(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let bodies = if self.item.content.body.is_some() || !self.item.texts.iter().any(|text| text.has_body) {
            self.item.bodies()?
        } else {
            let (kind, key) = (self.item.kind, self.item.content.id);
            let found = ctx.app().store.find_items(kind, &[key], &self.view, true).await?;
            found.get(&key).map_or(Ok(Vec::new()), |item| item.bodies())?
        };
        Ok(self.text().and_then(|text| body_for(text, &bodies)).map(|body| body.body.to_string()))
    }
}

#[Object]
impl Envelope {
    /// The item's global id, typed by its prefix; the same for ever.
    pub(crate) async fn id(&self) -> ID {
        ID(self.item.public_id())
    }

    /// The item's name in addresses, unique among items of its kind.
    pub(crate) async fn slug(&self) -> &str {
        self.item.slug()
    }

    /// How often the item was changed, from 1 on.
    pub(crate) async fn version(&self) -> i32 {
        self.item.content.version
    }

    /// Where the item stands in its life.
    pub(crate) async fn status(&self) -> PublicationStatus {
        PublicationStatus::parse(&self.item.content.status).unwrap_or(PublicationStatus::Draft)
    }

    /// Who may read the item.
    pub(crate) async fn visibility(&self) -> Visibility {
        Visibility::parse(&self.item.content.visibility).unwrap_or(Visibility::Partners)
    }

    /// Whether the collective points to the item now.
    pub(crate) async fn is_spotlighted(&self) -> bool {
        self.item.content.spotlight_until.is_some_and(|until| until > self.view.now.as_micros())
    }

    /// The title, at most 200 characters, in the best available language: see `localization`.
    pub(crate) async fn title(&self) -> String {
        self.shown_title()
    }

    /// The summary, at most 600 characters, in the language of the title.
    pub(crate) async fn summary(&self) -> Option<String> {
        self.shown_summary()
    }

    /// The whole text, at most 65 536 characters, in the language of the title, or of the original if that has none.
    pub(crate) async fn body(&self, ctx: &Context<'_>) -> Result<Option<Markdown>> {
        Ok(self.shown_body(ctx).await?.map(Markdown))
    }

    /// The whole text as sanitised HTML.
    pub(crate) async fn body_html(&self, ctx: &Context<'_>) -> Result<Option<Html>> {
        Ok(self.shown_body(ctx).await?.map(|body| Html(markdown::to_html(&body))))
    }

    /// Which language the title and summary are in, and how the text came to be.
    pub(crate) async fn localization(&self) -> Result<Localization> {
        let choice = self.item.choice(&self.view.preference);
        let text = self.item.texts.get(choice.index);
        let text = text.ok_or_else(|| ApiError::from(sea_orm::DbErr::Custom("an item has no text".to_string())))?;
        Ok(Localization::new(text, choice.is_fallback, self.item.text_version()))
    }

    /// Every language that the item has, the original first.
    pub(crate) async fn translations(&self) -> Vec<TranslationInfo> {
        self.item.texts.iter().map(|text| TranslationInfo::new(text, self.item.text_version())).collect()
    }

    /// The organization that published the item.
    pub(crate) async fn publisher(&self, ctx: &Context<'_>) -> Result<Later<Organization>> {
        Organization::of_key(ctx.catalog(), self.item.content.organization_id, &self.view)
            .map(Later)
            .ok_or_else(|| ApiError::from(sea_orm::DbErr::Custom("an item has no publisher".to_string())).into())
    }

    /// Who is credited, if it is not the publisher alone.
    pub(crate) async fn attribution(&self) -> Result<Option<Attribution>> {
        value::parse(self.item.content.attribution.as_deref(), |value| Attribution::new(value, &self.view))
    }

    /// The regions that the item is about, at most 8.
    pub(crate) async fn regions(&self, ctx: &Context<'_>) -> Vec<Later<Region>> {
        let keys = unpack_keys(&self.item.content.region_ids);
        keys.into_iter().filter_map(|key| Region::of_key(ctx.catalog(), key, &self.view)).map(Later).collect()
    }

    /// The topics that the item is about, at most 12.
    pub(crate) async fn topics(&self, ctx: &Context<'_>) -> Vec<Later<Topic>> {
        let keys = unpack_keys(&self.item.content.topic_ids);
        keys.into_iter().filter_map(|key| Topic::of_key(ctx.catalog(), key, &self.view)).map(Later).collect()
    }

    /// What readers may want to be warned of.
    pub(crate) async fn content_notes(&self) -> Vec<ContentNote> {
        unpack(&self.item.content.content_notes).filter_map(ContentNote::parse).collect()
    }

    /// Where an imported item came from.
    pub(crate) async fn source(&self) -> Result<Option<Source>> {
        value::parse(self.item.content.source.as_deref(), Source)
    }

    /// Who checked the facts and when; null if nobody did.
    pub(crate) async fn verification(&self) -> Result<Option<Verification>> {
        value::parse(self.item.content.verification.as_deref(), Verification)
    }

    /// When the item was first published.
    pub(crate) async fn published_at(&self) -> Option<DateTime> {
        self.item.content.published_at.map(DateTime::micros)
    }

    /// When the item was last changed.
    pub(crate) async fn updated_at(&self) -> DateTime {
        DateTime::micros(self.item.content.updated_at)
    }

    /// When the item ceases to be shown; null for never. A drug alert always has it.
    pub(crate) async fn expires_at(&self) -> Option<DateTime> {
        self.item.content.expires_at.map(DateTime::micros)
    }

    /// What the item was after each change, the last first; null unless it is the own organization's. Requires scope
    /// `audit:read`.
    pub(crate) async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if left out.")] first: Option<i32>,
        #[graphql(desc = "Only revisions before this version.")] before_version: Option<i32>,
    ) -> Option<Result<Vec<Revision>>> {
        // Not as a guard attribute, whose error would take the whole item away.
        if let Err(error) = RequireScope(&[Scope::AuditRead]).require(ctx) {
            return Some(Err(error.into()));
        }
        let content = &self.item.content;
        let may_audit = |(own, area): &(i64, Area)| {
            *own == content.organization_id && area.holds(&unpack_keys(&content.region_ids))
        };
        self.view.sight.audit.as_ref().filter(|audit| may_audit(audit))?;
        Some(revision::list(ctx, content.id, first, before_version).await.map_err(Into::into))
    }

    /// The item's page on the web, where it has one over https: the resource itself or the page of its source.
    pub(crate) async fn url(&self) -> Result<Option<Url>> {
        Ok(self.item.web_page().map_err(ApiError::from)?.map(Url))
    }
}

/// Declares the object type of a content kind: all fields of the envelope, then the kind's own.
macro_rules! content_type {
    ($(#[doc = $doc:literal])* $name:ident) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, async_graphql::Description)]
        pub(crate) struct $name(pub(crate) $crate::graphql::content::Envelope);

        impl std::ops::Deref for $name {
            type Target = $crate::graphql::content::Envelope;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    };
}
pub(crate) use content_type;

/// Names the fields of a content kind that can be rendered: those of the envelope but `revisions`, which is guarded, and its
/// own.
macro_rules! rendered_content {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::graphql::render::rendered!($name {
            id, slug, version, status, visibility, is_spotlighted, title, summary, body, body_html, localization,
            translations, publisher, attribution, regions, topics, content_notes, source, verification,
            published_at, updated_at, expires_at, url, $($field),*
        });
    };
}
pub(crate) use rendered_content;
