//! What a line is about, by its own words: which noun, slug, publisher and source, what it is called and what it refers
//! to. Must not look anything up.

use super::input::Ref;
use super::line::Input;
use super::names::Names;
use crate::domain::campaign::Ask;
use crate::domain::public_id::{Noun, PublicId};

/// The organization that publishes what names no publisher.
pub const DEFAULT_PUBLISHER: &str = "starter-collection";

/// What decides which item a line is about.
pub(super) struct Identity<'a> {
    pub noun: Noun,
    pub slug: Option<&'a str>,
    pub publisher: Option<&'a Ref>,
    pub source: Option<(&'a str, &'a str)>,
}

pub(super) fn identity(input: &Input) -> Identity<'_> {
    macro_rules! of_content {
        ($noun:expr, $input:expr) => {
            Identity {
                noun: $noun,
                slug: $input.slug.as_deref(),
                publisher: $input.publisher.as_ref(),
                source: $input.source.as_ref().map(|source| (&*source.system, &*source.external_id)),
            }
        };
    }
    let of_catalog = |noun, slug| Identity { noun, slug: Some(slug), publisher: None, source: None };
    match input {
        Input::Region(input) => of_catalog(Noun::Region, &input.slug),
        Input::Topic(input) => of_catalog(Noun::Topic, &input.slug),
        Input::Organization(input) => of_catalog(Noun::Organization, &input.slug),
        Input::Resource(input) => of_content!(Noun::Resource, input),
        Input::Event(input) => of_content!(Noun::Event, input),
        Input::Campaign(input) => of_content!(Noun::Campaign, input),
        Input::DrugAlert(input) => of_content!(Noun::Update, input),
        Input::ServiceUpdate(input) => of_content!(Noun::Update, input),
        Input::PolicyUpdate(input) => of_content!(Noun::Update, input),
        Input::CommunityUpdate(input) => of_content!(Noun::Update, input),
    }
}

pub(super) fn publisher_of<'a>(identity: &Identity<'a>) -> &'a str {
    identity.publisher.map_or(DEFAULT_PUBLISHER, |publisher| &**publisher)
}

/// What an item is called in its original language; empty for nouns of the catalog.
pub(super) fn title(input: &Input) -> &str {
    match input {
        Input::Resource(input) => &input.title,
        Input::Event(input) => &input.title,
        Input::Campaign(input) => &input.title,
        Input::DrugAlert(input) => &input.title,
        Input::ServiceUpdate(input) => &input.title,
        Input::PolicyUpdate(input) => &input.title,
        Input::CommunityUpdate(input) => &input.title,
        Input::Region(_) | Input::Topic(_) | Input::Organization(_) => "",
    }
}

/// Makes the names of a line known.
pub(super) fn declare(names: &mut Names<'_>, id: PublicId, input: &Input) {
    if let Some(slug) = identity(input).slug {
        names.declare(id, slug);
    } else {
        names.declare(id, &id.to_string());
    }
    if let Input::Region(region) = input {
        for code in &region.codes {
            names.declare(id, &code.value);
        }
    }
}

/// All references of a line to content.
pub(super) fn content_references(input: &Input) -> Vec<(Noun, String)> {
    let mut found: Vec<(Noun, String)> = Vec::new();
    let mut add = |noun: Noun, references: &[Ref]| found.extend(references.iter().map(|r| (noun, r.to_string())));
    match input {
        Input::Resource(input) => add(Noun::Resource, input.superseded_by.as_slice()),
        Input::Event(input) => {
            add(Noun::Campaign, input.campaign.as_slice());
            add(Noun::Resource, &input.materials);
            add(Noun::Update, &input.updates);
        }
        Input::Campaign(input) => {
            add(Noun::Resource, &input.resources);
            add(Noun::Update, &input.updates);
            for ask in &input.asks {
                if let Ask::ShowUp(ask) = ask {
                    found.extend(ask.event.iter().map(|event| (Noun::Event, event.clone())));
                }
            }
        }
        Input::DrugAlert(input) => add(Noun::Update, input.supersedes.as_slice()),
        Input::ServiceUpdate(input) => add(Noun::Update, input.supersedes.as_slice()),
        Input::PolicyUpdate(input) => add(Noun::Update, input.supersedes.as_slice()),
        Input::CommunityUpdate(input) => add(Noun::Update, input.supersedes.as_slice()),
        Input::Region(_) | Input::Topic(_) | Input::Organization(_) => {}
    }
    found
}
