//! The look-ups that work for every kind: by global id, and the steps that all lists share. Must not know one kind.

use std::sync::Arc;

use async_graphql::{Context, ID, Lookahead, Object, Result};

use super::{Node, content_node};
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::view::View;
use crate::domain::vocabulary::ContentKind;
use crate::graphql::connection::{PageArgs, order_name};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::loader::PageBelow;
use crate::graphql::organization::Organization;
use crate::graphql::region::Region;
use crate::graphql::scalar::Locale;
use crate::graphql::topic::Topic;
use crate::graphql::wanted::Wanted;
use crate::store::{Columns, Filter, Kind, ListKind, ListQuery, Order, Page, Parent, Read};

/// Looking up by global id.
#[derive(Debug, Default)]
pub(crate) struct NodeQuery;

#[Object]
impl NodeQuery {
    // Relay refuses every refetchable fragment if this field takes more than an id.
    /// The object of a global id; null if there is none that the caller may see. In the languages of
    /// `Accept-Language`; `nodes` takes others.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "The global id.")] id: ID) -> Result<Option<Node>> {
        let view = ctx.view(None)?;
        let id = parse_id(&id, "id")?;
        let with_body = wants_body(ctx.look_ahead());
        Ok(find(ctx, id, &view, with_body).await?)
    }

    /// The objects of some global ids, in their order; null where there is none that the caller may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global ids; at most 100.")] ids: Vec<ID>,
        #[graphql(desc = "Preferred languages for everything below, best first; at most 10.")] locales: Option<
            Vec<Locale>,
        >,
    ) -> Result<Vec<Option<Node>>> {
        let view = ctx.view(locales)?;
        let limit = ctx.app().limits.list_inputs;
        if ids.len() > limit {
            let message = format!("ids holds {} values, more than the maximum of {limit}", ids.len());
            return Err(ApiError::BadInput(message).into());
        }
        let mut wanted = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            wanted.push(parse_id(id, &format!("ids[{position}]"))?);
        }
        let with_body = wants_body(ctx.look_ahead());
        let mut items = std::collections::HashMap::new();
        for kind in Kind::ALL {
            let keys: Vec<i64> = wanted.iter().filter(|id| id.noun == kind.noun()).map(|id| id.key()).collect();
            if !keys.is_empty() {
                items.extend(ctx.app().store.find_items(kind, &keys, &view, with_body).await.map_err(ApiError::from)?);
            }
        }
        let node = |id: &PublicId| match Kind::of_noun(id.noun) {
            Some(_) => items
                .get(&id.key())
                .filter(|item| item.public_id() == id.to_string())
                .map(|item| content_node(item, &view).into()),
            None => of_catalog(ctx, *id, &view),
        };
        Ok(wanted.iter().map(node).collect())
    }
}

/// Parses a global id of any noun.
pub(crate) fn parse_id(id: &str, argument: &str) -> Result<PublicId, ApiError> {
    id.parse().map_err(|fault| ApiError::BadInput(format!("{argument} {fault}")))
}

/// The kind of content that a value of the schema names.
pub(crate) fn kind_of(kind: ContentKind) -> Kind {
    match kind {
        ContentKind::Resource => Kind::Resource,
        ContentKind::Event => Kind::Event,
        ContentKind::Campaign => Kind::Campaign,
        ContentKind::RegionalUpdate => Kind::Update,
    }
}

/// The value of the schema that names a kind of content.
pub(crate) fn name_of(kind: Kind) -> ContentKind {
    match kind {
        Kind::Resource => ContentKind::Resource,
        Kind::Event => ContentKind::Event,
        Kind::Campaign => ContentKind::Campaign,
        Kind::Update => ContentKind::RegionalUpdate,
    }
}

/// Whether the body of a node is selected.
pub(crate) fn wants_body(selected: Lookahead<'_>) -> bool {
    selected.field("body").exists() || selected.field("bodyHtml").exists()
}

async fn find(ctx: &Context<'_>, id: PublicId, view: &View, with_body: bool) -> Result<Option<Node>, ApiError> {
    if Kind::of_noun(id.noun).is_none() {
        return Ok(of_catalog(ctx, id, view));
    }
    let item = ctx.app().store.find_item(id, view, Columns::with_body(with_body)).await?;
    Ok(item.map(|item| content_node(&item, view).into()))
}

fn of_catalog(ctx: &Context<'_>, id: PublicId, view: &View) -> Option<Node> {
    let (catalog, name) = (ctx.catalog(), id.to_string());
    match id.noun {
        Noun::Region => catalog.find_region(&name).map(|found| Node::Region(Region::new(found.clone(), view))),
        Noun::Topic => catalog.find_topic(&name).map(|found| Node::Topic(Topic::new(found.clone(), view))),
        Noun::Organization => {
            catalog.find_organization(&name).map(|found| Node::Organization(Organization::new(found.clone(), view)))
        }
        Noun::Resource | Noun::Event | Noun::Campaign | Noun::Update | Noun::Client | Noun::Webhook | Noun::Message => {
            None
        }
    }
}

/// A list of content as a resolver asks for it.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) list: ListKind,
    pub(crate) order: Order,
    pub(crate) filter: Filter,
    pub(crate) page: PageArgs,
    pub(crate) view: View,
}

impl Listing {
    fn query(self, ctx: &Context<'_>) -> Result<ListQuery, ApiError> {
        let wanted = Wanted::of_list(ctx);
        Ok(ListQuery {
            page: self.page.request(&ctx.app().limits, order_name(self.order))?,
            list: self.list,
            order: self.order,
            filter: self.filter,
            columns: wanted.columns,
            with_total: wanted.total,
            with_more: wanted.more,
            view: self.view,
        })
    }

    /// One page of everything.
    pub(crate) async fn run(self, ctx: &Context<'_>) -> Result<Arc<Page>, ApiError> {
        let query = self.query(ctx)?;
        let page = ctx.app().store.list(&query).await?;
        query.read(&page).into_iter().for_each(|read| ctx.note(read));
        Ok(Arc::new(page))
    }

    /// One page below a region, an organization or a linking item; parents of one field share a statement.
    pub(crate) async fn run_below(self, ctx: &Context<'_>, parent: Parent) -> Result<Arc<Page>, ApiError> {
        let query = Arc::new(self.query(ctx)?);
        let page = ctx.loader().load_one(PageBelow { query, parent }).await;
        let page = page.map_err(ApiError::Internal)?;
        Ok(page.unwrap_or_default())
    }
}

/// How one item is named.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// By global id.
    Id(ID),
    /// By slug.
    Slug(String),
}

/// The visible item of a name.
pub(crate) async fn find_one(
    ctx: &Context<'_>,
    kind: Kind,
    by: By,
    view: &View,
) -> Result<Option<Arc<crate::store::Item>>, ApiError> {
    let read = Wanted::of_item(ctx).columns;
    let store = &ctx.app().store;
    Ok(match by {
        By::Id(id) => {
            let id =
                PublicId::parse_as(&id, kind.noun()).map_err(|fault| ApiError::BadInput(format!("by.id {fault}")))?;
            ctx.note(Read::Item(id.key()));
            store.find_item(id, view, read).await?
        }
        By::Slug(slug) if slug.len() > crate::domain::text::SLUG_CHARS || slug.contains('\0') => None,
        By::Slug(slug) => {
            let found = store.find_item_by_slug(kind, &slug, view, read).await?;
            // Any other may get a slug that none has, and none may get one that another has.
            let any = Read::List { kind, regions: None, topics: None, shown: None };
            ctx.note(found.as_ref().map_or(any, |item| Read::Item(item.content.id)));
            found
        }
    })
}
