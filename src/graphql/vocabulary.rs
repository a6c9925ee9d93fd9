//! Registers the vocabularies of the domain as GraphQL enums, with their descriptions. Must not name a value itself.

use std::borrow::Cow;
use std::sync::LazyLock;

use async_graphql::parser::types::Field;
use async_graphql::registry::{EnumBuilder, MetaEnumValue, MetaTypeId, Registry};
use async_graphql::resolver_utils::{EnumItem, EnumType, enum_value, parse_enum};
use async_graphql::{ContextSelectionSet, InputType, InputValueResult, OutputType, Positioned, ServerResult, Value};

use super::render::{Plan, Render, Writing};
use crate::domain::vocabulary::Vocabulary;
use crate::domain::vocabulary::*;

fn register<V: Vocabulary + InputType>(registry: &mut Registry) -> String {
    registry.create_input_type::<V, _>(MetaTypeId::Enum, |_| {
        let values = V::VALUES.iter().map(|(_, name, description)| {
            let mut value = MetaEnumValue::new(*name);
            value.description = Some((*description).to_string());
            ((*name).to_string(), value)
        });
        EnumBuilder::new(V::NAME, values.collect())
            .description(Some(V::DESCRIPTION.to_string()))
            .rust_typename(std::any::type_name::<V>())
            .build()
    })
}

macro_rules! graphql_enums {
    ($($name:ident)+) => {$(
        impl EnumType for $name {
            fn items() -> &'static [EnumItem<Self>] {
                static ITEMS: LazyLock<Vec<EnumItem<$name>>> = LazyLock::new(|| {
                    <$name as Vocabulary>::VALUES.iter().map(|(value, name, _)| EnumItem { name, value: *value }).collect()
                });
                &ITEMS
            }
        }

        impl Render for $name {
            fn render(&self, _: &Plan, to: &mut Writing<'_>) -> Option<()> {
                // Names need no escapes.
                to.out.push(b'"');
                to.out.extend_from_slice(self.as_str().as_bytes());
                to.out.push(b'"');
                Some(())
            }
        }

        impl InputType for $name {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as Vocabulary>::NAME)
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register::<Self>(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                parse_enum(value.unwrap_or_default())
            }

            fn to_value(&self) -> Value {
                enum_value(*self)
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as Vocabulary>::NAME)
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register::<Self>(registry)
            }

            async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                Ok(enum_value(*self))
            }
        }
    )+};
}

graphql_enums! {
    RegionKind CodeScheme TopicFacet
    WebhookDeliveryStatus WebhookDisabledReason
    ContentKind TombstoneReason PublicationStatus Visibility TranslationOrigin TextDirection AttributionKind VerificationMethod
    ContentNote EvidenceBasis
    ResourceCategory ResourceFormat Audience ReadingLevel
    UpdateKind UpdateMessageType AlertSeverity AlertUrgency AlertCertainty NaloxoneGuidance RouteOfUse ServiceStatus
    PolicyEffect
    EventKind EventFormat EventStatus LocationDisclosure AccessibilityFeature
    CampaignKind CampaignState CampaignUrgency ContactChannel
    UserErrorCode WarningCode RevisionAction
}
