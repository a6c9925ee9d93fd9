//! Batches what nested fields ask for: pages below many parents, and single items that others refer to. One for each
//! request, so that nothing crosses viewers.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use async_graphql::Context;
use sea_orm::DbErr;

use super::context::ContextExt;
use super::error::ApiError;
use crate::app::SharedApp;
use crate::domain::view::View;
use crate::store::{Columns, Filter, Item, Kind, ListKind, ListQuery, Order, Page, PageRequest, Parent};

/// The loaders of a request.
#[derive(Debug)]
pub(crate) struct Loader {
    app: SharedApp,
}

impl Loader {
    pub(super) fn new(app: SharedApp) -> Self {
        Self { app }
    }
}

/// A page below one parent. Keys that differ only in the parent travel in one statement.
#[derive(Clone, Debug)]
pub(crate) struct PageBelow {
    pub(crate) query: Arc<ListQuery>,
    pub(crate) parent: Parent,
}

/// What makes two questions the same, whoever asks: within a request the viewer is the same, the languages do not
/// matter to what is read.
type Question<'a> = (ListKind, Order, &'a Filter, &'a PageRequest, (Columns, bool, bool, bool));

impl PageBelow {
    fn question(&self) -> Question<'_> {
        let query = &self.query;
        let is_topic = matches!(self.parent, Parent::Topic(_));
        (
            query.list,
            query.order,
            &query.filter,
            &query.page,
            (query.columns, query.with_total, query.with_more, is_topic),
        )
    }
}

impl PartialEq for PageBelow {
    fn eq(&self, other: &Self) -> bool {
        self.parent == other.parent && self.question() == other.question()
    }
}

impl Eq for PageBelow {}

impl Hash for PageBelow {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.parent, self.question()).hash(state);
    }
}

impl async_graphql::dataloader::Loader<PageBelow> for Loader {
    type Value = Arc<Page>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[PageBelow]) -> Result<HashMap<PageBelow, Self::Value>, Self::Error> {
        let mut questions: HashMap<Question<'_>, Vec<&PageBelow>> = HashMap::new();
        for key in keys {
            questions.entry(key.question()).or_default().push(key);
        }
        let mut loaded = HashMap::with_capacity(keys.len());
        for asked in questions.values() {
            let Some(first) = asked.first() else { continue };
            let parents: Vec<Parent> = asked.iter().map(|key| key.parent).collect();
            let pages = self.app.store.list_below(&first.query, Some(&parents)).await.map_err(Arc::new)?;
            loaded.extend(asked.iter().copied().cloned().zip(pages.into_iter().map(Arc::new)));
        }
        Ok(loaded)
    }
}

/// An item that another refers to.
#[derive(Clone, Debug)]
pub(crate) struct ItemRef {
    pub(crate) kind: Kind,
    pub(crate) key: i64,
    pub(crate) with_body: bool,
    pub(crate) view: View,
}

impl ItemRef {
    /// The visible item of a key, together with those that sibling fields ask for.
    pub(crate) async fn load(
        ctx: &Context<'_>,
        kind: Kind,
        key: i64,
        view: &View,
    ) -> Result<Option<Arc<Item>>, ApiError> {
        let found = ctx.loader().load_one(Self { kind, key, with_body: wants_body(ctx), view: view.clone() }).await;
        found.map_err(ApiError::Internal)
    }
}

fn wants_body(ctx: &Context<'_>) -> bool {
    let selected = ctx.look_ahead();
    selected.field("body").exists() || selected.field("bodyHtml").exists()
}

impl PartialEq for ItemRef {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, self.key, self.with_body) == (other.kind, other.key, other.with_body)
    }
}

impl Eq for ItemRef {}

impl Hash for ItemRef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.kind, self.key, self.with_body).hash(state);
    }
}

impl async_graphql::dataloader::Loader<ItemRef> for Loader {
    type Value = Arc<Item>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ItemRef]) -> Result<HashMap<ItemRef, Self::Value>, Self::Error> {
        let mut loaded = HashMap::with_capacity(keys.len());
        for kind in Kind::ALL {
            let asked: Vec<&ItemRef> = keys.iter().filter(|key| key.kind == kind).collect();
            let Some(first) = asked.first() else { continue };
            let with_body = asked.iter().any(|key| key.with_body);
            let wanted: Vec<i64> = asked.iter().map(|key| key.key).collect();
            let found = self.app.store.find_items(kind, &wanted, &first.view, with_body).await.map_err(Arc::new)?;
            for key in asked {
                if let Some(item) = found.get(&key.key) {
                    loaded.insert(key.clone(), item.clone());
                }
            }
        }
        Ok(loaded)
    }
}

/// The update that supersedes another.
#[derive(Clone, Debug)]
pub(crate) struct Superseding {
    pub(crate) key: i64,
    pub(crate) with_body: bool,
    pub(crate) view: View,
}

impl Superseding {
    /// The update that supersedes one, together with those that sibling fields ask for.
    pub(crate) async fn load(ctx: &Context<'_>, key: i64, view: &View) -> Result<Option<Arc<Item>>, ApiError> {
        let found = ctx.loader().load_one(Self { key, with_body: wants_body(ctx), view: view.clone() }).await;
        found.map_err(ApiError::Internal)
    }
}

impl PartialEq for Superseding {
    fn eq(&self, other: &Self) -> bool {
        (self.key, self.with_body) == (other.key, other.with_body)
    }
}

impl Eq for Superseding {}

impl Hash for Superseding {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.key, self.with_body).hash(state);
    }
}

impl async_graphql::dataloader::Loader<Superseding> for Loader {
    type Value = Arc<Item>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[Superseding]) -> Result<HashMap<Superseding, Self::Value>, Self::Error> {
        let Some(first) = keys.first() else { return Ok(HashMap::new()) };
        let wanted: Vec<i64> = keys.iter().map(|key| key.key).collect();
        let with_body = keys.iter().any(|key| key.with_body);
        let found = self.app.store.find_superseding(&wanted, &first.view, with_body).await.map_err(Arc::new)?;
        Ok(keys.iter().filter_map(|key| found.get(&key.key).map(|item| (key.clone(), item.clone()))).collect())
    }
}
