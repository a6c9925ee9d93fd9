//! Resources: what people can read, watch, print or use. Must not run statements itself.

pub(crate) mod input;
mod mutation;
mod query;

use async_graphql::{Context, Description, Object, Result};

pub(crate) use mutation::ResourceMutation;
pub(crate) use query::ResourceQuery;

use super::connection::{PageArgs, connection, content_page, rendered_connection};
use super::content::{
    ContentOrder, Envelope, Evidence, Listing, content_filter, content_type, rendered_content, stored, words,
};
use super::context::ContextExt;
use super::error::ApiError;
use super::loader::ItemRef;
use super::render::rendered;
use super::scalar::{DateTime, Locale, Url};
use crate::domain::limits::Limits;
use crate::domain::resource;
use crate::domain::view::View;
use crate::domain::vocabulary::{Audience, ReadingLevel, ResourceCategory, ResourceFormat, Vocabulary};
use crate::store::{Catalog, Condition, Detail, Filter, Kind, ListKind, Order, OrderField, Parent, unpack};

content_type! {
    /// Something to read, watch, print or use: harm-reduction information, education, news and media.
    Resource
}

impl Resource {
    fn row(&self) -> Result<&entity::resource::Model> {
        match &self.item.detail {
            Detail::Resource(row) => Ok(row),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not a resource".to_string())).into()),
        }
    }
}

/// A file that belongs to a resource, kept elsewhere.
#[derive(Clone, Debug, Description)]
pub(crate) struct ResourceFile(resource::ResourceFile);

#[Object(use_type_description)]
impl ResourceFile {
    /// Where the file is.
    async fn url(&self) -> Url {
        Url(self.0.url.to_string())
    }

    /// What the file is called.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// The file's media type, such as `application/pdf`.
    async fn media_type(&self) -> Option<&str> {
        self.0.media_type.as_deref()
    }

    /// The file's size in bytes.
    async fn size_bytes(&self) -> Option<u32> {
        self.0.size_bytes
    }

    /// The file's language.
    async fn locale(&self) -> Option<Locale> {
        self.0.locale.as_ref().map(|locale| Locale(locale.to_string()))
    }
}

#[Object(use_type_description)]
impl Resource {
    #[graphql(flatten)]
    async fn envelope(&self) -> &Envelope {
        &self.0
    }

    /// What the resource is for.
    async fn category(&self) -> Result<ResourceCategory> {
        Ok(ResourceCategory::parse(&self.row()?.category).unwrap_or(ResourceCategory::Other))
    }

    /// What form the resource has.
    async fn format(&self) -> Result<ResourceFormat> {
        Ok(ResourceFormat::parse(&self.row()?.format).unwrap_or(ResourceFormat::Other))
    }

    /// Whom the resource speaks to.
    async fn audience(&self) -> Result<Vec<Audience>> {
        Ok(unpack(&self.row()?.audience).filter_map(Audience::parse).collect())
    }

    /// Files that belong to the resource, kept elsewhere; at most 100.
    async fn files(&self) -> Result<Vec<ResourceFile>> {
        let files: Vec<resource::ResourceFile> = stored(&self.row()?.files)?;
        Ok(files.into_iter().map(ResourceFile).collect())
    }

    /// Where the resource itself is, if not here.
    async fn external_url(&self) -> Result<Option<Url>> {
        Ok(self.row()?.external_url.clone().map(Url))
    }

    /// What the resource rests on; the kinds of knowledge are not ranked.
    async fn evidence(&self) -> Result<Vec<Evidence>> {
        let evidence: Vec<crate::domain::content::Evidence> = stored(&self.row()?.evidence)?;
        Ok(evidence.into_iter().map(Evidence).collect())
    }

    /// When the content was last reviewed.
    async fn reviewed_at(&self) -> Result<Option<DateTime>> {
        Ok(self.row()?.reviewed_at.map(DateTime::micros))
    }

    /// When the content should be reviewed again.
    async fn review_due_at(&self) -> Result<Option<DateTime>> {
        Ok(self.row()?.review_due_at.map(DateTime::micros))
    }

    /// The resource that took this one's place.
    async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
        let Some(key) = self.row()?.superseded_by else { return Ok(None) };
        let item = ItemRef::load(ctx, Kind::Resource, key, &self.view).await?;
        Ok(item.map(|item| Self(Envelope::new(item, self.view.clone()))))
    }

    /// The licence, as an SPDX identifier or in words.
    async fn license(&self) -> Result<Option<&str>> {
        Ok(self.row()?.license.as_deref())
    }

    /// How hard the text is to read.
    async fn reading_level(&self) -> Result<Option<ReadingLevel>> {
        Ok(self.row()?.reading_level.as_deref().and_then(ReadingLevel::parse))
    }

    /// The languages of the resource itself; `translations` lists those of its title and summary here.
    async fn languages(&self) -> Result<Vec<Locale>> {
        Ok(unpack(&self.row()?.languages).map(|tag| Locale(tag.to_string())).collect())
    }
}

rendered!(ResourceFile { url, title, media_type, size_bytes, locale });
rendered_content!(Resource {
    category,
    format,
    audience,
    files,
    external_url,
    evidence,
    reviewed_at,
    review_due_at,
    license,
    reading_level,
    languages,
});

connection!(ResourceConnection, ResourceEdge, Resource, "resources");
rendered_connection!(ResourceConnection, ResourceEdge);

content_filter! {
    /// What a list of resources is narrowed to.
    ResourceFilter {
        /// What the resource is for.
        categories: Option<Vec<ResourceCategory>>,
        /// What form the resource has.
        formats: Option<Vec<ResourceFormat>>,
        /// Whom the resource speaks to.
        audiences: Option<Vec<Audience>>,
        /// How hard the text is to read.
        reading_levels: Option<Vec<ReadingLevel>>,
    }
}

impl ResourceFilter {
    fn resolve(self, catalog: &Catalog, limits: &Limits) -> Result<Filter, ApiError> {
        let mut filter = self.parts().resolve(catalog, limits)?;
        filter.conditions.extend(self.categories.map(|values| Condition::In("category", words(&values))));
        filter.conditions.extend(self.formats.map(|values| Condition::In("format", words(&values))));
        filter.conditions.extend(self.audiences.map(|values| Condition::Holds("audience", words(&values))));
        filter.conditions.extend(self.reading_levels.map(|values| Condition::In("reading_level", words(&values))));
        Ok(filter)
    }
}

/// A page of resources, of all or below a parent.
pub(crate) async fn resources(
    ctx: &Context<'_>,
    page: PageArgs,
    filter: Option<ResourceFilter>,
    order: Option<ContentOrder>,
    view: &View,
    parent: Option<Parent>,
) -> Result<ResourceConnection> {
    let filter = filter.unwrap_or_default().resolve(ctx.catalog(), &ctx.app().limits)?;
    let usual = Order { field: OrderField::Usual, is_descending: true };
    let order = order.map_or(Ok(usual), |order| order.resolve(&filter))?;
    let listing = Listing { list: ListKind::Of(Kind::Resource), order, filter, page, view: view.clone() };
    let page = match parent {
        Some(parent) => listing.run_below(ctx, parent).await?,
        None => listing.run(ctx).await?,
    };
    let (items, info, total) =
        content_page(&page, order, |item| Some(Resource(Envelope::new(item.clone(), view.clone()))));
    Ok(ResourceConnection { items, info, total })
}
