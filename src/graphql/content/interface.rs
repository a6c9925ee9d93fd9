//! The interfaces `Node` and `Content`, and which object type an item is. Must not hold fields of one kind.

use std::sync::Arc;

use async_graphql::{ID, Interface};

use super::{Attribution, Envelope, Localization, Source, TranslationInfo, Verification};
use crate::domain::update::UpdateFamily;
use crate::domain::view::View;
use crate::domain::vocabulary::{ContentNote, PublicationStatus, UpdateKind, Visibility, Vocabulary};
use crate::graphql::campaign::Campaign;
use crate::graphql::event::Event;
use crate::graphql::later::Later;
use crate::graphql::organization::Organization;
use crate::graphql::region::Region;
use crate::graphql::resource::Resource;
use crate::graphql::scalar::{DateTime, Html, Markdown, Url};
use crate::graphql::topic::Topic;
use crate::graphql::update::{CommunityUpdate, DrugAlert, PolicyUpdate, RegionalUpdate, ServiceUpdate};
use crate::store::{Detail, Item, Kind};

/// Anything with a global id.
#[derive(Clone, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "The global id, typed by its prefix; the same for ever."))]
pub(crate) enum Node {
    Resource(Resource),
    Event(Event),
    Campaign(Campaign),
    DrugAlert(DrugAlert),
    ServiceUpdate(ServiceUpdate),
    PolicyUpdate(PolicyUpdate),
    CommunityUpdate(CommunityUpdate),
    Region(Region),
    Topic(Topic),
    Organization(Organization),
}

/// Declares an interface with the fields that all content has, and more.
macro_rules! content_interface {
    ($(#[doc = $doc:literal])* pub(crate) enum $name:ident { $($variant:ident($type:ident),)+ } $(field $more:tt)*) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, async_graphql::Interface)]
        #[graphql(
            field(name = "id", ty = "ID", desc = "The item's global id, typed by its prefix; the same for ever."),
            field(name = "slug", ty = "&str", desc = "The item's name in addresses, unique among items of its kind."),
            field(name = "version", ty = "i32", desc = "How often the item was changed, from 1 on."),
            field(name = "status", ty = "PublicationStatus", desc = "Where the item stands in its life."),
            field(name = "visibility", ty = "Visibility", desc = "Who may read the item."),
            field(name = "is_spotlighted", ty = "bool", desc = "Whether the collective points to the item now."),
            field(
                name = "title",
                ty = "String",
                desc = "The title, at most 200 characters, in the best available language: see `localization`."
            ),
            field(
                name = "summary",
                ty = "Option<String>",
                desc = "The summary, at most 600 characters, in the language of the title."
            ),
            field(
                name = "body",
                ty = "Option<Markdown>",
                desc = "The whole text, at most 65 536 characters, in the language of the title, or of the original if that has none."
            ),
            field(name = "body_html", ty = "Option<Html>", desc = "The whole text as sanitised HTML."),
            field(
                name = "localization",
                ty = "Localization",
                desc = "Which language the title and summary are in, and how the text came to be."
            ),
            field(
                name = "translations",
                ty = "Vec<TranslationInfo>",
                desc = "Every language that the item has, the original first."
            ),
            field(name = "publisher", ty = "Later<Organization>", desc = "The organization that published the item."),
            field(
                name = "attribution",
                ty = "Option<Attribution>",
                desc = "Who is credited, if it is not the publisher alone."
            ),
            field(name = "regions", ty = "Vec<Later<Region>>", desc = "The regions that the item is about, at most 8."),
            field(name = "topics", ty = "Vec<Later<Topic>>", desc = "The topics that the item is about, at most 12."),
            field(name = "content_notes", ty = "Vec<ContentNote>", desc = "What readers may want to be warned of."),
            field(name = "source", ty = "Option<Source>", desc = "Where an imported item came from."),
            field(
                name = "verification",
                ty = "Option<Verification>",
                desc = "Who checked the facts and when; null if nobody did."
            ),
            field(name = "published_at", ty = "Option<DateTime>", desc = "When the item was first published."),
            field(name = "updated_at", ty = "DateTime", desc = "When the item was last changed."),
            field(
                name = "expires_at",
                ty = "Option<DateTime>",
                desc = "When the item ceases to be shown; null for never. A drug alert always has it."
            ),
            field(
                name = "url",
                ty = "Option<Url>",
                desc = "The item's page on the web, where it has one over https: the resource itself or the page of its source."
            )
            $(, field $more)*
        )]
        pub(crate) enum $name {
            $($variant($type),)+
        }
    };
}
pub(crate) use content_interface;

content_interface! {
    /// A published item of any kind.
    pub(crate) enum Content {
        Resource(Resource),
        Event(Event),
        Campaign(Campaign),
        DrugAlert(DrugAlert),
        ServiceUpdate(ServiceUpdate),
        PolicyUpdate(PolicyUpdate),
        CommunityUpdate(CommunityUpdate),
    }
}

/// The object type that an item is.
pub(crate) fn content_node(item: &Arc<Item>, view: &View) -> Content {
    let envelope = Envelope::new(item.clone(), view.clone());
    match item.kind {
        Kind::Resource => Content::Resource(Resource(envelope)),
        Kind::Event => Content::Event(Event(envelope)),
        Kind::Campaign => Content::Campaign(Campaign(envelope)),
        Kind::Update => match update_family(item) {
            UpdateFamily::DrugAlert => Content::DrugAlert(DrugAlert(envelope)),
            UpdateFamily::ServiceUpdate => Content::ServiceUpdate(ServiceUpdate(envelope)),
            UpdateFamily::PolicyUpdate => Content::PolicyUpdate(PolicyUpdate(envelope)),
            UpdateFamily::CommunityUpdate => Content::CommunityUpdate(CommunityUpdate(envelope)),
        },
    }
}

/// The family of an update's kind; an unknown kind is a community update.
pub(crate) fn update_family(item: &Item) -> UpdateFamily {
    let kind = match &item.detail {
        Detail::Update(row) => UpdateKind::parse(&row.kind),
        _ => None,
    };
    kind.map_or(UpdateFamily::CommunityUpdate, UpdateFamily::of)
}

impl From<Content> for Node {
    fn from(content: Content) -> Self {
        match content {
            Content::Resource(item) => Self::Resource(item),
            Content::Event(item) => Self::Event(item),
            Content::Campaign(item) => Self::Campaign(item),
            Content::DrugAlert(item) => Self::DrugAlert(item),
            Content::ServiceUpdate(item) => Self::ServiceUpdate(item),
            Content::PolicyUpdate(item) => Self::PolicyUpdate(item),
            Content::CommunityUpdate(item) => Self::CommunityUpdate(item),
        }
    }
}

impl RegionalUpdate {
    /// The update that an item is, if it is one.
    pub(crate) fn of_item(item: &Arc<Item>, view: &View) -> Option<Self> {
        match content_node(item, view) {
            Content::DrugAlert(item) => Some(Self::DrugAlert(item)),
            Content::ServiceUpdate(item) => Some(Self::ServiceUpdate(item)),
            Content::PolicyUpdate(item) => Some(Self::PolicyUpdate(item)),
            Content::CommunityUpdate(item) => Some(Self::CommunityUpdate(item)),
            Content::Resource(_) | Content::Event(_) | Content::Campaign(_) => None,
        }
    }
}

/// Says that interfaces implement interfaces, which the derive macro cannot.
#[derive(Debug)]
pub(crate) struct Hierarchy;

impl async_graphql::OutputType for Hierarchy {
    fn type_name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("Content")
    }

    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        registry.add_implements("Content", "Node");
        registry.add_implements("RegionalUpdate", "Node");
        registry.add_implements("RegionalUpdate", "Content");
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &async_graphql::ContextSelectionSet<'_>,
        _: &async_graphql::Positioned<async_graphql::parser::types::Field>,
    ) -> async_graphql::ServerResult<async_graphql::Value> {
        Ok(async_graphql::Value::Null)
    }
}
