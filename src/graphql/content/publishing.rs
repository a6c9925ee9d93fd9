//! The inputs of the mutations that create, update and upsert an item: the members of a kind are declared once, and the
//! three types come out. Must not know one kind.

/// Declares `<Kind>CreateInput`, `<Kind>UpdateInput` and `<Kind>UpsertInput` with the members that all kinds share and
/// the kind's own. What is `required` may be left out of an update only; what is `optional` may always be left out.
macro_rules! publishing_inputs {
    (
        $create:ident $update:ident $upsert:ident: $noun:literal
        required { $($(#[$required_doc:meta])+ $required:ident: $required_type:ty,)* }
        optional { $($(#[$optional_doc:meta])+ $optional:ident: $optional_type:ty,)* }
    ) => {
        $crate::graphql::content::publishing_inputs! {
            @types $create $update $upsert: $noun
            required {
                /// The language of `title`, `summary` and `body`.
                locale: $crate::graphql::scalar::Locale,
                /// The title, 1 to 200 characters in one line.
                title: String,
                $($(#[$required_doc])+ $required: $required_type,)*
            }
            optional {
                /// The item's name in addresses, unique among items of its kind (`NOT_UNIQUE`): lower-case letters and
                /// digits joined by single hyphens, at most 80 characters. Made from the title by default.
                slug: String,
                /// Who may read the item; `PUBLIC` by default.
                visibility: $crate::domain::vocabulary::Visibility,
                /// The summary, 1 to 600 characters.
                summary: String,
                /// The whole text, 1 to 65 536 characters.
                body: $crate::graphql::scalar::Markdown,
                /// The texts in other languages, at most 30.
                translations: Vec<$crate::graphql::content::input::TranslationInput>,
                /// Who is credited, if it is not the publisher alone.
                attribution: $crate::graphql::content::input::AttributionInput,
                /// The regions that the item is about, by id, slug or code such as `CA-BC`; at most 8.
                regions: Vec<String>,
                /// The topics that the item is about, by id or slug; at most 12.
                topics: Vec<String>,
                /// What readers may want to be warned of.
                content_notes: Vec<$crate::domain::vocabulary::ContentNote>,
                /// Who checked the facts and when.
                verification: $crate::graphql::content::input::VerificationInput,
                /// When the item ceases to be shown; by default never. A drug alert must have it (`EXPIRY_REQUIRED`,
                /// `EXPIRY_TOO_FAR`).
                expires_at: $crate::graphql::scalar::DateTime,
                $($(#[$optional_doc])+ $optional: $optional_type,)*
            }
        }
    };
    (
        @types $create:ident $update:ident $upsert:ident: $noun:literal
        required { $($(#[$required_doc:meta])+ $required:ident: $required_type:ty,)* }
        optional { $($(#[$optional_doc:meta])+ $optional:ident: $optional_type:ty,)* }
    ) => {
        #[doc = concat!("A new ", $noun, ". The client's organization publishes it.")]
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $create {
            /// Makes a repeated create answer what the first one answered, for 24 hours, per client; 1 to 200
            /// characters. The same key with another input is refused (`IDEMPOTENCY_KEY_REUSED`).
            idempotency_key: Option<String>,
            /// Where the item was taken from, if it was imported.
            source: Option<$crate::graphql::content::input::SourceInput>,
            $($(#[$required_doc])+ $required: $required_type,)*
            $($(#[$optional_doc])+ $optional: Option<$optional_type>,)*
        }

        #[doc = concat!("Changes to a stored ", $noun, ". A member that is left out, as a literal or as an omitted")]
        /// variable, stays as it is; null clears it (`REQUIRED` where a new one must have it). A list or an object takes
        /// the place of the whole one before.
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $update {
            /// The global id of the item to change.
            id: async_graphql::ID,
            /// The version that the change is based on; another one is `STALE_VERSION`.
            expected_version: i32,
            /// Where the item was taken from, if it was imported.
            source: Option<$crate::graphql::content::input::SourceInput>,
            $($(#[$required_doc])+ $required: Option<$required_type>,)*
            $($(#[$optional_doc])+ $optional: Option<$optional_type>,)*
        }

        #[doc = concat!("The whole of one ", $noun, " that another system keeps. It is made if the client's organization")]
        /// has none of the same `source.system` and `source.externalId`; else it takes that one's place, and what is left
        /// out or null is cleared.
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $upsert {
            /// Where the item is taken from; `system` and `externalId` are its key within the publisher.
            source: $crate::graphql::content::input::SourceInput,
            /// The version that the change is based on; another one is `STALE_VERSION`. Left out: any.
            expected_version: Option<i32>,
            $($(#[$required_doc])+ $required: $required_type,)*
            $($(#[$optional_doc])+ $optional: Option<$optional_type>,)*
        }
    };
}
pub(crate) use publishing_inputs;
