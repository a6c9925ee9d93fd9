//! Importing JSON Lines: every line is checked before the first is stored, and all of it is stored in one transaction
//! or nothing. Must not print: progress goes to a callback.

use std::collections::{HashMap, HashSet};

use sea_orm::{DatabaseTransaction, DbErr};

use super::catalog::{Placing, organization, region, topic};
use super::content::Making;
use super::fault::{Fault, FaultCode};
use super::identity::{Identity, content_references, declare, identity, publisher_of, title};
use super::input::Record;
use super::line::{Input, called, read};
use super::names::Names;
use super::prepare::{Settling, TakenSlugs, prepare as prepare_item, settle_slug};
use super::record::{Author, Recording, record};
use crate::app::App;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::text::slug_from;
use crate::domain::time::Timestamp;
use crate::domain::vocabulary::{PublicationStatus, RevisionAction, Vocabulary};
use crate::store::{Catalog, Detail, Kind, NewItem, Saving, shown_slug};

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Lines that made something new.
    pub created: usize,
    /// Lines that changed something.
    pub updated: usize,
    /// Lines that said what was there already.
    pub unchanged: usize,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Lines are wrong; each with its number, counted from 1.
    #[error("{} faults in the input; nothing was imported", .0.len())]
    Faults(Vec<(usize, Fault)>),
    /// The database failed.
    #[error("the database failed; nothing was imported")]
    Database(#[from] DbErr),
}

/// How lines without a record are taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportOptions {
    /// Items without `record.status` become drafts instead of being published.
    pub as_drafts: bool,
    /// The lines were made of a file of others: what was changed or taken back here since it was imported stays as it is.
    pub keeps_changes: bool,
}

/// Imports what was read from another format: of lines that are refused each is told, and the others are imported.
pub async fn import_read(
    app: &App,
    lines: Vec<(String, serde_json::Value)>,
    options: ImportOptions,
    report: &mut Vec<String>,
) -> Result<ImportReport, ImportError> {
    let mut lines = lines;
    let options = ImportOptions { keeps_changes: true, ..options };
    super::chain::settle(app, &mut lines, report).await?;
    loop {
        let text: Vec<String> = lines.iter().map(|(_, line)| line.to_string()).collect();
        match import(app, &text.join("\n"), options, &mut |_, _| {}).await {
            // The number of lines falls each time.
            Err(ImportError::Faults(faults)) if faults.iter().any(|(number, _)| (1..=lines.len()).contains(number)) => {
                for (number, fault) in &faults {
                    let name = lines.get(number.saturating_sub(1)).map_or("", |(name, _)| name.as_str());
                    report.push(format!("\"{}\": {fault}; it was left out", name.escape_debug()));
                }
                let mut number = 0;
                lines.retain(|_| {
                    number += 1;
                    !faults.iter().any(|(wrong, _)| *wrong == number)
                });
            }
            outcome => return outcome,
        }
    }
}

struct Line {
    number: usize,
    input: Input,
    record: Record,
    id: Option<PublicId>,
}

/// Imports a text of JSON Lines. `progress` is told how many lines are stored, of how many.
pub async fn import(
    app: &App,
    text: &str,
    options: ImportOptions,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<ImportReport, ImportError> {
    let now = app.clock.now();
    let mut faults = Vec::new();
    let mut broken = Vec::new();
    let mut lines = parse(text, now, options, &mut faults, &mut broken);
    let tx = app.store.begin().await?;
    app.store.lock_catalog(&tx).await?;
    let catalog = app.store.catalog_within(&tx).await?;
    let mut names = Names::of_catalog(&catalog);
    for (noun, slug) in broken {
        // So that lines that refer to a broken one are not called wrong too.
        names.declare(PublicId::new(noun, app.clock.random_id()), &slug);
    }
    let mut taken = HashSet::new();
    for line in &mut lines {
        match identify(app, &tx, &names, line).await? {
            Ok(id) => {
                line.id = Some(id);
                if !taken.insert(id.key()) {
                    let message = "another line is about the same item";
                    faults.push((line.number, Fault::new(FaultCode::NotUnique, "record.id", message)));
                }
                declare(&mut names, id, &line.input);
            }
            Err(fault) => faults.push((line.number, fault)),
        }
    }
    look_up_references(app, &tx, &lines, &mut names).await?;
    let ready = prepare(app, &tx, &names, &lines, options, &mut faults).await?;
    if !faults.is_empty() {
        faults.sort_by_key(|(number, _)| *number);
        tx.rollback().await?;
        return Err(ImportError::Faults(faults));
    }
    let ids = names.ids();
    let report = store(app, &tx, catalog, &ids, ready, progress).await?;
    app.store.commit(tx).await?;
    app.store.reload_catalog().await?;
    Ok(report)
}

/// Reads all lines. Of those that are wrong, what they are called is kept in `broken`.
fn parse(
    text: &str,
    now: Timestamp,
    options: ImportOptions,
    faults: &mut Vec<(usize, Fault)>,
    broken: &mut Vec<(Noun, String)>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        match read(line, now) {
            Ok((input, mut record)) => {
                if options.as_drafts && record.status.is_none() {
                    record.status = Some(PublicationStatus::Draft);
                }
                lines.push(Line { number: position + 1, input, record, id: None });
            }
            Err(fault) => {
                faults.push((position + 1, fault));
                broken.extend(called(line));
            }
        }
    }
    lines
}

/// The id of the item that a line is about: the one it gives, the one that is stored under its source or slug, or a
/// new one.
async fn identify(
    app: &App,
    tx: &DatabaseTransaction,
    names: &Names<'_>,
    line: &Line,
) -> Result<Result<PublicId, Fault>, DbErr> {
    let identity = identity(&line.input);
    if let Some(text) = &line.record.id {
        let parsed = PublicId::parse_as(text, identity.noun);
        return Ok(parsed.map_err(|fault| Fault::new(FaultCode::Invalid, "record.id", fault.to_string())));
    }
    let Some(kind) = Kind::of_noun(identity.noun) else {
        let known = identity.slug.and_then(|slug| names.get(identity.noun, slug));
        return Ok(Ok(known.unwrap_or_else(|| PublicId::new(identity.noun, app.clock.random_id()))));
    };
    let organization = names.get(Noun::Organization, publisher_of(&identity));
    let mut stored = None;
    if let (Some(organization), Some((system, external_id))) = (organization, identity.source) {
        stored = app.store.stored_by_source(tx, organization.key(), system, external_id).await?;
    }
    if let (None, Some(slug), Some(own)) = (&stored, identity.slug, organization) {
        stored = app.store.stored_by_own_slug(tx, own.key(), kind, slug).await?;
    }
    let known = stored.and_then(|row| identity.noun.id_of(&row.public_id).parse().ok());
    Ok(Ok(known.unwrap_or_else(|| PublicId::new(identity.noun, app.clock.random_id()))))
}

/// Adds the stored items that lines refer to and no line declares.
async fn look_up_references(
    app: &App,
    tx: &DatabaseTransaction,
    lines: &[Line],
    names: &mut Names<'_>,
) -> Result<(), DbErr> {
    for line in lines {
        for (noun, reference) in content_references(&line.input) {
            let Some(kind) = Kind::of_noun(noun).filter(|_| names.get(noun, &reference).is_none()) else { continue };
            let row = match PublicId::parse_as(&reference, noun) {
                Ok(id) => app.store.stored_by_key(tx, id.key()).await?.filter(|row| row.kind == kind.number()),
                Err(_) => {
                    let slug = reference.rsplit(':').next().unwrap_or_default();
                    app.store.stored_by_any_slug(tx, kind, slug).await?
                }
            };
            let Some(row) = row else { continue };
            if let Ok(id) = noun.id_of(&row.public_id).parse::<PublicId>() {
                names.declare(id, shown_slug(&row));
            }
        }
    }
    Ok(())
}

/// Everything that an import will store.
#[derive(Default)]
struct Ready {
    regions: Vec<(entity::region::Model, bool)>,
    topics: Vec<(entity::topic::Model, bool)>,
    organizations: Vec<(entity::organization::Model, bool)>,
    /// Items as they are to be and as they were.
    items: Vec<(NewItem, Option<NewItem>)>,
    unchanged: usize,
}

async fn prepare(
    app: &App,
    tx: &DatabaseTransaction,
    names: &Names<'_>,
    lines: &[Line],
    options: ImportOptions,
    faults: &mut Vec<(usize, Fault)>,
) -> Result<Ready, DbErr> {
    let mut ready = Ready::default();
    let mut slugs = TakenSlugs::new();
    let now = app.clock.now();
    let stored_rows = app.store.stored_catalog_within(tx).await?;
    for line in lines {
        let Some(id) = line.id else { continue };
        let place = |stored| Placing { id, record: &line.record, stored, names, now };
        let touch = |updated_at: &mut i64| {
            if line.record.updated_at.is_none() {
                *updated_at = now.as_micros();
            }
        };
        let outcome = match &line.input {
            Input::Region(input) => {
                let stored = stored_rows.0.iter().find(|row| row.id == id.key());
                region(input, &place(stored.map(|row| (row.created_at, row.updated_at))), &app.zones).map(|row| {
                    push(&mut ready.regions, row, stored, &mut ready.unchanged, |row| touch(&mut row.updated_at))
                })
            }
            Input::Topic(input) => {
                let stored = stored_rows.1.iter().find(|row| row.id == id.key());
                topic(input, &place(stored.map(|row| (row.created_at, row.updated_at)))).map(|row| {
                    push(&mut ready.topics, row, stored, &mut ready.unchanged, |row| touch(&mut row.updated_at))
                })
            }
            Input::Organization(input) => {
                let stored = stored_rows.2.iter().find(|row| row.id == id.key());
                organization(input, &place(stored.map(|row| (row.created_at, row.updated_at)))).map(|row| {
                    push(&mut ready.organizations, row, stored, &mut ready.unchanged, |row| touch(&mut row.updated_at));
                })
            }
            _ => match content(app, tx, names, line, id, &mut slugs).await? {
                Ok(Some((_, Some(stored)))) if options.keeps_changes && is_changed_here(app, tx, &stored).await? => {
                    let message = format!(
                        "was changed or taken back here since it was imported: it stays {} as it is",
                        stored.content.status
                    );
                    Err(vec![Fault::new(FaultCode::InvalidStateTransition, "item", message)])
                }
                Ok(Some(item)) => {
                    ready.items.push(item);
                    Ok(())
                }
                Ok(None) => {
                    ready.unchanged += 1;
                    Ok(())
                }
                Err(found) => Err(found),
            },
        };
        if let Err(found) = outcome {
            faults.extend(found.into_iter().map(|fault| (line.number, fault)));
        }
    }
    Ok(ready)
}

/// Keeps a catalog row if it is new or differs from the stored one.
fn push<T: PartialEq>(
    rows: &mut Vec<(T, bool)>,
    mut row: T,
    stored: Option<&T>,
    unchanged: &mut usize,
    touch: impl FnOnce(&mut T),
) {
    if stored == Some(&row) {
        *unchanged += 1;
        return;
    }
    if stored.is_some() {
        touch(&mut row);
    }
    rows.push((row, stored.is_none()));
}

/// The rows of a content line; `None` if they are stored already.
async fn content(
    app: &App,
    tx: &DatabaseTransaction,
    names: &Names<'_>,
    line: &Line,
    id: PublicId,
    slugs: &mut TakenSlugs,
) -> Result<Result<Option<(NewItem, Option<NewItem>)>, Vec<Fault>>, DbErr> {
    let identity = identity(&line.input);
    let Some(kind) = Kind::of_noun(identity.noun) else { return Ok(Ok(None)) };
    let mut faults = Vec::new();
    let organization = publisher(names, &identity).unwrap_or_else(|fault| {
        faults.push(fault);
        PublicId::new(Noun::Organization, app.clock.random_id())
    });
    let stored = app.store.stored_item_locked(tx, kind, id.key()).await?;
    let slug = match (identity.slug, &stored) {
        (Some(slug), _) => slug.to_string(),
        (None, Some(stored)) => shown_slug(&stored.content).to_string(),
        (None, None) => slug_from(title(&line.input)),
    };
    let making = Making {
        id,
        slug,
        organization,
        record: &line.record,
        stored: stored.as_ref().map(|stored| &stored.content),
        names,
        now: app.clock.now(),
    };
    let Some(made) = prepare_item(&line.input, &making, &app.zones) else { return Ok(Ok(None)) };
    if let (false, Err(others)) = (faults.is_empty(), &made) {
        faults.extend(others.iter().cloned());
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let mut item = match made {
        Ok(item) => item,
        Err(found) => return Ok(Err(found)),
    };
    wait_for_its_hour(&mut item, making.now);
    let settling = Settling { kind, content: &mut item.content, stored: stored.as_ref().map(|stored| &stored.content) };
    settle_slug(app, &tx.into(), settling, slugs).await?;
    if stored.as_ref() == Some(&item) {
        return Ok(Ok(None));
    }
    if let (Some(stored), None) = (&stored, line.record.version) {
        // Once more with the version that the change makes: it may be that of the original's words too.
        let (version, updated_at) = (Some(stored.content.version + 1), Some(making.now));
        let record = Record { version, updated_at, ..line.record.clone() };
        let Some(Ok(mut changed)) = prepare_item(&line.input, &Making { record: &record, ..making }, &app.zones) else {
            return Ok(Ok(None));
        };
        wait_for_its_hour(&mut changed, app.clock.now());
        (changed.content.slug, changed.content.wanted_slug) = (item.content.slug, item.content.wanted_slug);
        item = changed;
    }
    Ok(Ok(Some((item, stored))))
}

/// Whether an item was last changed by someone here, and not by an import.
async fn is_changed_here(app: &App, tx: &DatabaseTransaction, stored: &NewItem) -> Result<bool, DbErr> {
    let last = app.store.find_revision(tx, stored.content.id, stored.content.version).await?;
    Ok(last.is_some_and(|revision| revision.action != RevisionAction::Imported.as_str()))
}

/// An update that takes the place of another is scheduled if its hour has not come, so that it does not take the other
/// away before it is there itself.
fn wait_for_its_hour(item: &mut NewItem, now: Timestamp) {
    let is_later = item.content.published_at.is_some_and(|at| at > now.as_micros());
    if let (true, "PUBLISHED", Detail::Update(update)) = (is_later, &*item.content.status, &item.detail)
        && update.supersedes.is_some()
    {
        item.content.status = PublicationStatus::Scheduled.as_str().to_string();
    }
}

/// The organization that publishes a line.
fn publisher(names: &Names<'_>, identity: &Identity<'_>) -> Result<PublicId, Fault> {
    let field = "input.publisher";
    match names.get(Noun::Organization, publisher_of(identity)) {
        None if identity.publisher.is_none() => {
            Err(Fault::new(FaultCode::Required, field, "is required: the organization that publishes"))
        }
        _ => names.resolve(Noun::Organization, publisher_of(identity), field),
    }
}

async fn store(
    app: &App,
    tx: &DatabaseTransaction,
    catalog: Catalog,
    ids: &HashMap<i64, String>,
    ready: Ready,
    progress: &mut (dyn FnMut(usize, usize) + Send),
) -> Result<ImportReport, DbErr> {
    let now = app.clock.now();
    let mut report = ImportReport { unchanged: ready.unchanged, ..ImportReport::default() };
    let total = ready.regions.len() + ready.topics.len() + ready.organizations.len() + ready.items.len();
    let changes_catalog = total > ready.items.len();
    let mut count = |report: &mut ImportReport, is_new: bool| {
        if is_new {
            report.created += 1
        } else {
            report.updated += 1
        }
        progress(report.created + report.updated, total);
    };
    let is_changed = ready.regions.iter().any(|(_, is_new)| !is_new) || ready.topics.iter().any(|(_, is_new)| !is_new);
    if is_changed || ready.organizations.iter().any(|(_, is_new)| !is_new) {
        // What lies in what may have changed, or a name that search knows: the worker lists and indexes everything anew.
        app.store.begin_reindex(tx).await?;
    }
    for (row, is_new) in ready.regions {
        app.store.save_region(tx, row, is_new, now).await?;
        count(&mut report, is_new);
    }
    for (row, is_new) in ready.topics {
        app.store.save_topic(tx, row, is_new, now).await?;
        count(&mut report, is_new);
    }
    for (row, is_new) in ready.organizations {
        app.store.save_organization(tx, row, is_new, now).await?;
        count(&mut report, is_new);
    }
    let catalog = if changes_catalog { app.store.catalog_within(tx).await? } else { catalog };
    let author = Author { client: None, action: RevisionAction::Imported, note: None };
    for (item, before) in &ready.items {
        let saving = Saving { item, before: before.as_ref(), what: None, at: now };
        record(app, tx, &Recording { catalog: &catalog, ids, author: &author }, saving).await?;
        count(&mut report, before.is_none());
    }
    Ok(report)
}
