//! The GraphQL surface: types, queries, errors; one folder a noun. Resolvers parse, call one store or service function
//! and wrap the answer. Must not hold SQL or know HTTP.

mod access;
mod campaign;
mod client;
mod connection;
mod content;
pub mod context;
mod error;
mod event;
mod following;
mod given;
pub mod guard;
mod import;
#[cfg(test)]
mod input_tests;
mod later;
mod lists;
mod loader;
mod members;
mod meta;
mod organization;
mod payload;
mod region;
mod render;
#[cfg(test)]
mod render_tests;
mod resource;
mod root;
mod scalar;
mod search;
mod topic;
mod update;
mod vocabulary;
mod wanted;
mod webhook;

pub use render::{Plans, Rendering, Short};
pub use root::Root;

use async_graphql::{MergedObject, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};

pub use following::{Asked, Delivered, Subscription, Wish};

/// The executable schema. It holds no data: each request brings its own [`context::RequestContext`].
pub type ApiSchema = Schema<Root<Query>, Root<Mutation>, Subscription>;

// The engine asks the last one for a field first; the types of the first one come first in the schema.
/// Everything that can be read.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    content::NodeQuery,
    meta::MetaQuery,
    webhook::WebhookQuery,
    client::ClientQuery,
    following::FollowingQueries,
    search::SearchQueries,
    organization::OrganizationQuery,
    topic::TopicQuery,
    region::RegionQuery,
    event::CalendarQueries,
    update::UpdateQuery,
    event::EventQuery,
    campaign::CampaignQuery,
    resource::ResourceQuery,
);

/// Everything that can be changed. Each field says the scope that it requires and has a guard that asks for it
/// (`access.rs`); its payload has the form that `payload.rs` describes.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    resource::ResourceMutation,
    event::EventMutation,
    event::SeriesMutation,
    campaign::CampaignMutation,
    update::DrugAlertMutation,
    update::ServiceUpdateMutation,
    update::PolicyUpdateMutation,
    update::CommunityUpdateMutation,
    update::AlertMutation,
    content::ContentMutation,
    import::ImportMutation,
    region::RegionMutation,
    topic::TopicMutation,
    organization::OrganizationMutation,
    client::ClientMutation,
    webhook::WebhookMutation,
);

/// Builds the schema, without a database.
pub fn schema() -> ApiSchema {
    builder().finish()
}

/// The same for queries that were answered before, which need not be validated: what validation finds depends on nothing but
/// the document, the variables and the operation's name. Must get no document that asks for the schema itself.
pub fn schema_of_known() -> ApiSchema {
    // At each root field the engine looks through all types for those of a federation, unless it is told that there are some.
    builder().validation_mode(ValidationMode::Fast).enable_federation().finish()
}

fn builder() -> SchemaBuilder<Root<Query>, Root<Mutation>, Subscription> {
    Schema::build(Root::<Query>::default(), Root::<Mutation>::default(), Subscription)
        .register_output_type::<content::Content>()
        .register_output_type::<content::Node>()
        .register_output_type::<content::Hierarchy>()
        .disable_suggestions()
}

/// How a request is rendered that asks for nothing but what its document says. `plans` are those of the document; `short` if the
/// engine has it as [`Plans::shortened`] made it.
pub fn rendering(plans: Option<std::sync::Arc<Plans>>, short: Option<Short>) -> Rendering {
    static TABLES: std::sync::LazyLock<render::Tables> = std::sync::LazyLock::new(tables);
    Rendering::new(&TABLES, plans, short)
}

/// The types whose fields can be rendered.
fn tables() -> render::Tables {
    render::Tables::default()
        .with::<connection::PageInfo>()
        .with::<organization::Organization>()
        .with::<region::Region>()
        .with::<topic::Topic>()
        .with::<content::LocalizedValue>()
        .with::<content::Localization>()
        .with::<content::TranslationInfo>()
        .with::<content::Attribution>()
        .with::<content::Source>()
        .with::<content::Verification>()
        .with::<content::Evidence>()
        .with::<resource::Resource>()
        .with::<resource::ResourceFile>()
        .with::<resource::ResourceConnection>()
        .with::<resource::ResourceEdge>()
        .with::<event::Event>()
        .with::<event::EventConnection>()
        .with::<event::EventEdge>()
        .with::<campaign::Campaign>()
        .with::<campaign::CampaignConnection>()
        .with::<campaign::CampaignEdge>()
}

/// The schema as SDL, sorted, with descriptions: what `schema.graphql` holds.
pub fn sdl() -> String {
    schema().sdl_with_options(
        SDLExportOptions::new().include_specified_by().sorted_fields().sorted_arguments().sorted_enum_items(),
    )
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::*;

    #[test]
    fn what_is_rendered_is_in_the_schema_and_takes_no_arguments() {
        let document = parse_schema(schema().sdl()).unwrap();
        let mut fields = std::collections::HashMap::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let TypeKind::Object(object) = ty.node.kind else { continue };
            for field in object.fields {
                fields.insert(
                    (ty.node.name.node.to_string(), field.node.name.node.to_string()),
                    field.node.arguments.len(),
                );
            }
        }
        let mut count = 0;
        for (of, field) in tables().all() {
            assert_eq!(fields.get(&(of.clone(), field.clone())), Some(&0), "{of}.{field}");
            count += 1;
        }
        assert!(count > 150, "{count}");
    }
}
