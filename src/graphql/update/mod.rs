//! Regional updates: what changed in a region, after OASIS CAP 1.2. Must not run statements itself.

mod family;
pub(crate) mod input;
mod list;
mod mutation;
mod query;

use async_graphql::{Context, ID, Object, Result};

pub(crate) use family::{CommunityUpdate, DrugAlert, PolicyUpdate, ServiceUpdate};
pub(crate) use list::{
    AlertFilter, DrugAlertConnection, RegionalUpdateConnection, RegionalUpdateFilter, active_alerts, updates,
};
pub(crate) use mutation::{
    AlertMutation, CommunityUpdateMutation, DrugAlertMutation, PolicyUpdateMutation, ServiceUpdateMutation,
};
pub(crate) use query::UpdateQuery;

use super::content::{
    Attribution, Envelope, Localization, Source, TranslationInfo, Verification, content_interface, stored,
};
use super::error::ApiError;
use super::later::Later;
use super::loader::{ItemRef, Superseding};
use super::organization::Organization;
use super::region::Region;
use super::scalar::{DateTime, Html, Markdown, Url};
use super::topic::Topic;
use crate::domain::locale::LocalizedText;
use crate::domain::vocabulary::{
    ContentNote, PublicationStatus, UpdateKind, UpdateMessageType, Visibility, Vocabulary,
};
use crate::store::{Detail, Kind};

content_interface! {
    /// What changed in a region: an alert about drugs, a service, law and policy, or something else of the community.
    pub(crate) enum RegionalUpdate {
        DrugAlert(DrugAlert),
        ServiceUpdate(ServiceUpdate),
        PolicyUpdate(PolicyUpdate),
        CommunityUpdate(CommunityUpdate),
    }
    field(name = "kind", ty = "UpdateKind", desc = "What the update reports.")
    field(name = "message_type", ty = "UpdateMessageType", desc = "Whether it is new, changes an earlier one or ends it (CAP 1.2 `msgType`).")
    field(name = "supersedes", ty = "Option<Later<RegionalUpdate>>", desc = "The update whose place this one takes.")
    field(name = "superseded_by", ty = "Option<Later<RegionalUpdate>>", desc = "The update that took this one's place.")
    field(name = "issued_at", ty = "DateTime", desc = "When it was issued (CAP 1.2 `sent`).")
    field(name = "effective_at", ty = "Option<DateTime>", desc = "Since when it holds, if not since it was issued (CAP 1.2 `effective`).")
    field(name = "instructions", ty = "Option<String>", desc = "What people can do (CAP 1.2 `instruction`).")
}

/// The fields that all updates share beyond the envelope.
#[derive(Clone, Debug)]
pub(crate) struct UpdateFields(pub(crate) Envelope);

impl UpdateFields {
    fn row(&self) -> Result<&entity::regional_update::Model> {
        match &self.0.item.detail {
            Detail::Update(row) => Ok(row),
            _ => Err(ApiError::from(sea_orm::DbErr::Custom("not an update".to_string())).into()),
        }
    }

    fn kind(&self) -> Result<UpdateKind> {
        Ok(UpdateKind::parse(&self.row()?.kind).unwrap_or(UpdateKind::Other))
    }
}

#[Object]
impl UpdateFields {
    /// Whether it is new, changes an earlier one or ends it (CAP 1.2 `msgType`).
    pub(crate) async fn message_type(&self) -> Result<UpdateMessageType> {
        Ok(UpdateMessageType::parse(&self.row()?.message_type).unwrap_or(UpdateMessageType::Alert))
    }

    /// The update whose place this one takes.
    pub(crate) async fn supersedes(&self, ctx: &Context<'_>) -> Result<Option<Later<RegionalUpdate>>> {
        let Some(key) = self.row()?.supersedes else { return Ok(None) };
        let item = ItemRef::load(ctx, Kind::Update, key, &self.0.view).await?;
        Ok(item.and_then(|item| RegionalUpdate::of_item(&item, &self.0.view)).map(Later))
    }

    /// The update that took this one's place.
    pub(crate) async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<Later<RegionalUpdate>>> {
        let item = Superseding::load(ctx, self.0.item.content.id, &self.0.view).await?;
        Ok(item.and_then(|item| RegionalUpdate::of_item(&item, &self.0.view)).map(Later))
    }

    /// When it was issued (CAP 1.2 `sent`).
    pub(crate) async fn issued_at(&self) -> Result<DateTime> {
        Ok(DateTime::micros(self.row()?.issued_at))
    }

    /// Since when it holds, if not since it was issued (CAP 1.2 `effective`).
    pub(crate) async fn effective_at(&self) -> Result<Option<DateTime>> {
        Ok(self.row()?.effective_at.map(DateTime::micros))
    }

    /// What people can do (CAP 1.2 `instruction`).
    pub(crate) async fn instructions(&self) -> Result<Option<String>> {
        let instructions: LocalizedText = stored(&self.row()?.instructions)?;
        Ok(instructions.text(&self.0.view.preference))
    }
}

/// What interfaces call on each type, since it reaches two objects inside.
macro_rules! update_delegates {
    ($($name:ident)+) => {$(
        impl $name {
        pub(crate) async fn message_type(&self, ctx: &Context<'_>) -> Result<UpdateMessageType> {
            UpdateFields(self.0.clone()).message_type(ctx).await
        }

        pub(crate) async fn supersedes(&self, ctx: &Context<'_>) -> Result<Option<Later<RegionalUpdate>>> {
            UpdateFields(self.0.clone()).supersedes(ctx).await
        }

        pub(crate) async fn superseded_by(&self, ctx: &Context<'_>) -> Result<Option<Later<RegionalUpdate>>> {
            UpdateFields(self.0.clone()).superseded_by(ctx).await
        }

        pub(crate) async fn issued_at(&self, ctx: &Context<'_>) -> Result<DateTime> {
            UpdateFields(self.0.clone()).issued_at(ctx).await
        }

        pub(crate) async fn effective_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
            UpdateFields(self.0.clone()).effective_at(ctx).await
        }

        pub(crate) async fn instructions(&self, ctx: &Context<'_>) -> Result<Option<String>> {
            UpdateFields(self.0.clone()).instructions(ctx).await
        }
        }
    )+};
}
update_delegates!(DrugAlert ServiceUpdate PolicyUpdate CommunityUpdate);
