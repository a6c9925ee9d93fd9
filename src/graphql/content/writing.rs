//! The mutations that create, update and upsert items of one kind: declared once, so that all kinds have the same three
//! with the same payloads. Must not know one kind.

use async_graphql::{Context, Result};
use serde_json::Value;

use super::answer::{Answered, answer, caller, look_at};
use crate::domain::vocabulary::RevisionAction;
use crate::graphql::context::ContextExt;
use crate::graphql::members::Members;
use crate::service::edit::{Create, Refusal, Update, Upsert, create_once, perform};
use crate::store::NewItem;

/// The language of texts when neither the input nor the item says one: personal information is found in any.
const UNKNOWN: &str = "und";

/// Makes a draft of a kind.
pub(crate) async fn create(ctx: &Context<'_>, kind: &'static str, input: Value) -> Result<Answered> {
    let caller = caller(ctx)?;
    let mut members = Members::of(input);
    let said = look_at(&members, UNKNOWN);
    let outcome = async {
        let key: Option<String> = members.optional("idempotencyKey")?;
        let create = Create { kind, input: members.rest() };
        Box::pin(create_once(ctx.app(), &caller, &create, key.as_deref())).await
    };
    answer(ctx, outcome.await, said)
}

/// Changes an item of a kind.
pub(crate) async fn update(ctx: &Context<'_>, kind: &'static str, input: Value) -> Result<Answered> {
    let caller = caller(ctx)?;
    let members = Members::of(input);
    let given = members.as_map().clone();
    let outcome = patch(ctx, &caller, Some(kind), members, RevisionAction::Updated).await;
    let language = outcome.as_ref().ok().map(original_language).unwrap_or_default();
    let said = look_at(&Members::of(Value::Object(given)), &language);
    answer(ctx, outcome, said)
}

/// Changes what a patch says.
pub(crate) async fn patch(
    ctx: &Context<'_>,
    caller: &crate::service::edit::Caller,
    kind: Option<&'static str>,
    mut members: Members,
    action: RevisionAction,
) -> std::result::Result<NewItem, Refusal> {
    let id = members.required("id")?;
    let expected_version = members.required("expectedVersion")?;
    let update = Update { kind, id, expected_version, patch: members.rest(), action };
    Box::pin(perform(ctx.app(), caller, &update)).await
}

fn original_language(item: &NewItem) -> String {
    let texts: Vec<crate::domain::content::ContentText> = serde_json::from_str(&item.content.texts).unwrap_or_default();
    texts.first().map_or_else(|| UNKNOWN.to_string(), |text| text.locale.to_string())
}

/// Makes a draft of a kind, or changes the item of the same source.
pub(crate) async fn upsert(ctx: &Context<'_>, kind: &'static str, input: Value) -> Result<Answered> {
    let caller = caller(ctx)?;
    let mut members = Members::of(input);
    let said = look_at(&members, UNKNOWN);
    let outcome = async {
        let expected_version = members.optional("expectedVersion")?;
        let upsert = Upsert { kind, input: members.rest(), expected_version };
        Box::pin(perform(ctx.app(), &caller, &upsert)).await
    };
    answer(ctx, outcome.await, said)
}

/// Declares the three mutations of a kind with their payloads. `$kind` is that of a line of the content format.
macro_rules! writing_mutations {
    (
        $(#[doc = $doc:literal])+ $mutation:ident: $noun:ident $field:ident $kind:literal, $called:literal
        requires $scope:ident $wire:literal
        create $create:ident($create_input:ident) -> $create_payload:ident
        update $update:ident($update_input:ident) -> $update_payload:ident
        upsert $upsert:ident($upsert_input:ident) -> $upsert_payload:ident
    ) => {
        $crate::graphql::content::writing_mutations! { @payload $create_payload: $noun $field "creating" $called }
        $crate::graphql::content::writing_mutations! { @payload $update_payload: $noun $field "changing" $called }
        $crate::graphql::content::writing_mutations! { @payload $upsert_payload: $noun $field "upserting" $called }

        $(#[doc = $doc])+
        #[derive(Debug, Default)]
        pub(crate) struct $mutation;

        #[async_graphql::Object]
        impl $mutation {
            #[doc = concat!("Makes a draft of ", $called, ". Requires scope `", $wire, "`.")]
            #[graphql(guard = $crate::graphql::access::RequireScope(&[$crate::domain::scope::Scope::$scope]))]
            async fn $create(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "What it says.")] input: $crate::graphql::given::Given<$create_input>,
            ) -> async_graphql::Result<Option<$create_payload>> {
                let answered = $crate::graphql::content::create(ctx, $kind, input.into_json(ctx)).await?;
                Ok(Some(answered.into()))
            }

            #[doc = concat!("Changes ", $called, " of the own organization: what the input leaves out stays, null clears. One that ")]
            #[doc = concat!("is published or scheduled takes the scope that publishes it, too. Requires scope `", $wire, "`.")]
            #[graphql(guard = $crate::graphql::access::RequireScope(&[$crate::domain::scope::Scope::$scope]))]
            async fn $update(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "Which one, and what changes.")] input: $crate::graphql::given::Given<$update_input>,
            ) -> async_graphql::Result<Option<$update_payload>> {
                let answered = $crate::graphql::content::update(ctx, $kind, input.into_json(ctx)).await?;
                Ok(Some(answered.into()))
            }

            #[doc = concat!("Makes a draft of ", $called, ", or replaces what the one of the same `source.system` and ")]
            #[doc = concat!("`source.externalId` says; nothing changes if it says that already. Requires scope `", $wire, "`.")]
            #[graphql(guard = $crate::graphql::access::RequireScope(&[$crate::domain::scope::Scope::$scope]))]
            async fn $upsert(
                &self,
                ctx: &async_graphql::Context<'_>,
                #[graphql(desc = "What it says.")] input: $crate::graphql::given::Given<$upsert_input>,
            ) -> async_graphql::Result<Option<$upsert_payload>> {
                let answered = $crate::graphql::content::upsert(ctx, $kind, input.into_json(ctx)).await?;
                Ok(Some(answered.into()))
            }
        }
    };
    (@payload $payload:ident: $noun:ident $field:ident $doing:literal $called:literal) => {
        #[doc = concat!("What came of ", $doing, " ", $called, ".")]
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub(crate) struct $payload {
            /// The item as it is now; null if nothing was changed.
            $field: Option<$noun>,
            /// Why nothing was changed; empty if it was.
            user_errors: Vec<$crate::graphql::payload::UserError>,
            /// What to look at again; it was stored all the same.
            warnings: Vec<$crate::graphql::payload::Warning>,
        }

        impl From<$crate::graphql::content::Answered> for $payload {
            fn from(answered: $crate::graphql::content::Answered) -> Self {
                let $crate::graphql::content::Answered { item, user_errors, warnings, view } = answered;
                let $field = item.map(|item| $noun($crate::graphql::content::Envelope::new(item, view)));
                Self { $field, user_errors, warnings }
            }
        }
    };
}
pub(crate) use writing_mutations;
