//! From an input of any kind to the rows of an item, and the slug that the item gets. Must not store.

use std::collections::HashMap;

use sea_orm::{DatabaseExecutor, DbErr};

use super::content::Making;
use super::fault::Fault;
use super::line::Input;
use super::{campaign, event, resource, update};
use crate::app::App;
use crate::domain::text::SLUG_CHARS;
use crate::domain::time::Zones;
use crate::store::{Kind, NewItem};

/// Makes the rows of an item; `None` if the input is not of content.
pub(super) fn prepare(input: &Input, making: &Making<'_>, zones: &Zones) -> Option<Result<NewItem, Vec<Fault>>> {
    Some(match input {
        Input::Resource(input) => resource::prepare(input, making),
        Input::Event(input) => event::prepare(input, making, zones),
        Input::Campaign(input) => campaign::prepare(input, making),
        Input::DrugAlert(input) => update::prepare_alert(input, making),
        Input::ServiceUpdate(input) => update::prepare_service(input, making),
        Input::PolicyUpdate(input) => update::prepare_policy(input, making),
        Input::CommunityUpdate(input) => update::prepare_community(input, making),
        Input::Region(_) | Input::Topic(_) | Input::Organization(_) => return None,
    })
}

/// Whether everyone may know of an item.
pub(super) fn is_public(content: &entity::content::Model) -> bool {
    content.status == "PUBLISHED" && content.visibility == "PUBLIC"
}

/// Slugs that items of the same transaction have taken.
pub(super) type TakenSlugs = HashMap<(Kind, String), i64>;

/// An item that is to have a slug, as it is to be and as it is stored.
pub(super) struct Settling<'a> {
    pub kind: Kind,
    pub content: &'a mut entity::content::Model,
    pub stored: Option<&'a entity::content::Model>,
}

/// Gives an item the slug that it asks for. One that the public sees gets a number if the slug is taken; one that it
/// does not see keeps its wish to itself, so that nobody learns of it by asking for the same slug.
pub(super) async fn settle_slug(
    app: &App,
    reads: &DatabaseExecutor<'_>,
    settling: Settling<'_>,
    taken: &mut TakenSlugs,
) -> Result<(), DbErr> {
    let Settling { kind, content, stored } = settling;
    let wanted = content.wanted_slug.take().unwrap_or_else(|| content.slug.clone());
    if !is_public(content) {
        content.slug = format!("~{}", content.public_id);
        content.wanted_slug = Some(wanted);
        return Ok(());
    }
    if stored.is_some_and(|stored| is_public(stored) && stored.slug == wanted) {
        content.slug = wanted;
        return Ok(());
    }
    // Whoever else wants it now waits, and then sees that it is taken. Who only plans finds that out at the commit.
    if let DatabaseExecutor::Transaction(tx) = reads {
        app.store.lock_slug(tx, kind, &wanted).await?;
    }
    let is_taken = async |number: u32| -> Result<bool, DbErr> {
        let slug = numbered(&wanted, number);
        if let Some(owner) = taken.get(&(kind, slug.clone())) {
            return Ok(*owner != content.id);
        }
        Ok(app.store.stored_by_slug(reads, kind, &slug).await?.is_some_and(|row| row.id != content.id))
    };
    // Doubles until a number is free, then halves the gap below: of a thousand alike, twenty are looked up.
    let (mut below, mut free) = (0, 1);
    while is_taken(free).await? {
        (below, free) = (free, free.saturating_mul(2));
    }
    while free - below > 1 {
        let middle = below + (free - below) / 2;
        if is_taken(middle).await? { below = middle } else { free = middle }
    }
    let slug = numbered(&wanted, free);
    taken.insert((kind, slug.clone()), content.id);
    content.slug = slug;
    Ok(())
}

/// A slug with its number at the end, within the limit; the first has none.
fn numbered(wanted: &str, number: u32) -> String {
    if number < 2 {
        return wanted.to_string();
    }
    let ending = format!("-{number}");
    let room = SLUG_CHARS.saturating_sub(ending.len());
    wanted.get(..room).unwrap_or(wanted).trim_end_matches('-').to_string() + &ending
}
