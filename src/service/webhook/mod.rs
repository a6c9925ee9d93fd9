//! Webhooks: making them, changing them, their secrets, and what is to be delivered. A webhook is told what the client that
//! made it may see. Must not send: `dispatch.rs` does.

pub mod dispatch;
mod outbox;

use secrecy::SecretString;

use super::access::{AccessError, recheck};
use super::client::ClientError;
use super::fault::{Fault, FaultCode};
use super::following::{FollowFault, Following, place_from_now};
use super::sight::sight_of;
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::locale::Preference;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::domain::text::Line;
use crate::domain::view::View;
use crate::domain::vocabulary::{ContentKind, Vocabulary};
use crate::store::{Delivery, Kind, PENDING, Webhook};
use crate::webhook::Secret;

/// Most webhooks of one organization.
pub const MOST_WEBHOOKS: u64 = 20;
/// Most characters of a description.
pub const DESCRIPTION_CHARS: usize = 200;
/// How long both secrets sign after a rotation, in hours.
pub const ROTATION_HOURS: i64 = 24;
/// The type of a message that is sent on demand.
pub const TEST: &str = "test";

const HOUR: i64 = 3_600_000_000;

/// What a webhook is told of. Absent members do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Kinds of content.
    pub kinds: Option<Vec<Kind>>,
    /// Regions by key, with what lies inside them.
    pub regions: Option<Vec<i64>>,
    /// Topics by key, with what is narrower.
    pub topics: Option<Vec<i64>>,
}

/// A webhook to be made.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where messages go.
    pub url: String,
    /// What people call it, if anything.
    pub description: Option<String>,
    /// What it is told of.
    pub question: Question,
}

/// What is to be other than it was. Absent members stay.
#[derive(Clone, Debug, Default)]
pub struct WebhookPatch {
    /// Where messages go.
    pub url: Option<String>,
    /// What people call it; none for nothing.
    pub description: Option<Option<String>>,
    /// Kinds of content; none for all.
    pub kinds: Option<Option<Vec<Kind>>>,
    /// Regions; none for all.
    pub regions: Option<Option<Vec<i64>>>,
    /// Topics; none for all.
    pub topics: Option<Option<Vec<i64>>>,
    /// Whether it is told of anything.
    pub is_enabled: Option<bool>,
}

/// Makes a webhook; it is told of what changes from now on.
pub async fn create(app: &App, actor: &Actor, new: &NewWebhook) -> Result<(Webhook, SecretString), ClientError> {
    let now = app.clock.now();
    let mut faults = Vec::new();
    let url = checked_url(app, &new.url).map_err(|fault| faults.push(fault)).ok();
    let description = checked_description(new.description.as_deref()).map_err(|fault| faults.push(fault)).ok();
    let (Some(url), Some(description)) = (url, description) else { return Err(ClientError::Refused(faults)) };
    let id = PublicId::new(Noun::Webhook, app.clock.random_id());
    let mut webhook = Webhook {
        id: id.key(),
        public_id: id.bare(),
        organization_id: actor.organization,
        client_id: actor.client,
        url,
        description,
        kinds: None,
        regions: None,
        topics: None,
        is_enabled: true,
        disabled_reason: None,
        disabled_at: None,
        failing_since: None,
        secret_version: 1,
        rotated_at: None,
        sight: String::new(),
        seq: 0,
        seq_at: 0,
        turned_at: 0,
        turned_key: 0,
        version: 1,
        created_at: now.as_micros(),
        updated_at: now.as_micros(),
    };
    set_question(&mut webhook, new.question.clone());
    begin_now(app, actor, &mut webhook).await?;
    let secret = secret_of(app, &webhook).ok_or_else(no_master)?.shown();
    let (tx, actor) = begin(app, actor).await?;
    if app.store.count_webhooks(&tx, actor.organization).await? >= MOST_WEBHOOKS {
        let message = format!("the organization has {MOST_WEBHOOKS} webhooks, which is the maximum");
        return Err(Fault::new(FaultCode::OutOfRange, "input", message).into());
    }
    app.store.insert_webhook(&tx, &webhook).await?;
    tx.commit().await?;
    Ok((webhook, secret))
}

/// Changes a webhook. One that is enabled again is told of what changes from then on.
pub async fn update(
    app: &App,
    actor: &Actor,
    (id, expected): (PublicId, i64),
    patch: &WebhookPatch,
) -> Result<Webhook, ClientError> {
    let mut faults = Vec::new();
    let mut keep = |checked: Result<String, Fault>| checked.map_err(|fault| faults.push(fault)).ok();
    let url = patch.url.as_deref().and_then(|url| keep(checked_url(app, url)));
    let description = patch.description.as_ref();
    let description = description.and_then(|text| keep(checked_description(text.as_deref())));
    if !faults.is_empty() {
        return Err(ClientError::Refused(faults));
    }
    // Before the transaction, as it looks at the log.
    let found = app.store.find_webhook(id).await?.filter(|webhook| webhook.organization_id == actor.organization);
    let mut started = found.ok_or_else(unknown)?;
    // Another client must not be told at its own address what the one that made it may see.
    let is_taken = url.is_some() && started.client_id != actor.client;
    let is_restarted = (patch.is_enabled == Some(true) && !started.is_enabled) || is_taken;
    if is_restarted {
        begin_now(app, actor, &mut started).await?;
    }
    let (tx, actor) = begin(app, actor).await?;
    let mut webhook = own(app, &tx, &actor, id).await?;
    if webhook.version != expected {
        let message = format!("the webhook has version {}", webhook.version);
        return Err(Fault::new(FaultCode::StaleVersion, "input.expectedVersion", message).into());
    }
    webhook.url = url.unwrap_or(webhook.url);
    webhook.description = description.unwrap_or(webhook.description);
    if let Some(kinds) = &patch.kinds {
        webhook.kinds = kinds.as_deref().map(packed_kinds);
    }
    if let Some(regions) = &patch.regions {
        webhook.regions = regions.as_deref().map(packed);
    }
    if let Some(topics) = &patch.topics {
        webhook.topics = topics.as_deref().map(packed);
    }
    let now = app.clock.now().as_micros();
    if is_restarted {
        restart(app, &tx, &actor, &mut webhook, &started).await?;
    }
    match patch.is_enabled {
        Some(true) => (webhook.is_enabled, webhook.disabled_at, webhook.disabled_reason) = (true, None, None),
        Some(false) if webhook.is_enabled => {
            (webhook.is_enabled, webhook.disabled_at) = (false, Some(now));
            webhook.disabled_reason = Some("ASKED".to_string());
            app.store.give_up(&tx, webhook.id, now).await?;
        }
        _ => {}
    }
    changed(app, &tx, &mut webhook).await?;
    tx.commit().await?;
    app.bus.turned();
    Ok(webhook)
}

/// Gives a webhook another secret; for a day both sign.
pub async fn rotate_secret(app: &App, actor: &Actor, id: PublicId) -> Result<(Webhook, SecretString), ClientError> {
    let found = app.store.find_webhook(id).await?.filter(|webhook| webhook.organization_id == actor.organization);
    let mut started = found.ok_or_else(unknown)?;
    begin_now(app, actor, &mut started).await?;
    let (tx, actor) = begin(app, actor).await?;
    let mut webhook = own(app, &tx, &actor, id).await?;
    if webhook.client_id != actor.client {
        restart(app, &tx, &actor, &mut webhook, &started).await?;
    }
    webhook.secret_version = webhook.secret_version.saturating_add(1);
    webhook.rotated_at = Some(app.clock.now().as_micros());
    let secret = secret_of(app, &webhook).ok_or_else(no_master)?.shown();
    changed(app, &tx, &mut webhook).await?;
    tx.commit().await?;
    app.bus.turned();
    Ok((webhook, secret))
}

/// Deletes a webhook with all that was to be delivered to it.
pub async fn delete(app: &App, actor: &Actor, id: PublicId) -> Result<(), ClientError> {
    let (tx, actor) = begin(app, actor).await?;
    let webhook = own(app, &tx, &actor, id).await?;
    app.store.delete_webhook(&tx, webhook.id).await?;
    tx.commit().await?;
    Ok(())
}

/// Sends a webhook a message that tells nothing.
pub async fn test(app: &App, actor: &Actor, id: PublicId) -> Result<Delivery, ClientError> {
    let (tx, actor) = begin(app, actor).await?;
    let webhook = own(app, &tx, &actor, id).await?;
    is_enabled(&webhook)?;
    let delivery = outbox::new_delivery(app, &webhook, TEST, app.clock.now().as_micros());
    app.store.insert_deliveries(&tx, std::slice::from_ref(&delivery)).await?;
    app.store.commit(tx).await?;
    app.bus.turned();
    Ok(delivery)
}

/// Delivers a message again, with all attempts before it.
pub async fn redeliver(app: &App, actor: &Actor, id: PublicId) -> Result<Delivery, ClientError> {
    let (tx, actor) = begin(app, actor).await?;
    let found = app.store.find_delivery_within(&tx, id).await?;
    let found = found.filter(|(_, webhook)| webhook.organization_id == actor.organization);
    let Some((mut delivery, webhook)) = found else {
        return Err(Fault::new(FaultCode::NotFound, "input.id", "there is no such delivery").into());
    };
    is_enabled(&webhook)?;
    if delivery.status != PENDING {
        delivery.attempts = 0;
    }
    (delivery.status, delivery.done_at) = (PENDING.to_string(), None);
    delivery.next_at = app.clock.now().as_micros();
    app.store.revive_delivery(&tx, &delivery).await?;
    app.store.commit(tx).await?;
    app.bus.turned();
    Ok(delivery)
}

/// Until when both secrets of a webhook sign, in microseconds since 1970; none if it had one only.
pub fn both_until(webhook: &Webhook) -> Option<i64> {
    webhook.rotated_at.map(|at| at.saturating_add(ROTATION_HOURS * HOUR))
}

/// The secrets that sign for a webhook now, the newest first.
fn secrets_of(app: &App, webhook: &Webhook) -> Vec<Secret> {
    let Some(master) = app.keys.current().webhooks() else { return Vec::new() };
    let id = Noun::Webhook.id_of(&webhook.public_id);
    let now = app.clock.now().as_micros();
    let is_both = both_until(webhook).is_some_and(|until| now < until);
    let versions = [Some(webhook.secret_version), is_both.then_some(webhook.secret_version - 1)];
    versions.into_iter().flatten().map(|version| Secret::derive(&master, &id, version)).collect()
}

fn secret_of(app: &App, webhook: &Webhook) -> Option<Secret> {
    secrets_of(app, webhook).into_iter().next()
}

/// What a webhook follows, for what its client may see.
fn following(app: &App, webhook: &Webhook, actor: &Actor) -> Following {
    let sight = sight_of(actor, &app.store.catalog());
    Following {
        kinds: kinds_of(webhook),
        regions: keys_of(webhook.regions.as_deref()),
        topics: keys_of(webhook.topics.as_deref()),
        is_alerts: false,
        view: View {
            sight: sight.into(),
            preference: std::sync::Arc::new(Preference::default()),
            now: app.clock.now(),
        },
    }
}

/// The kinds that a webhook is told of; none for all.
pub fn kinds_of(webhook: &Webhook) -> Option<Vec<Kind>> {
    let names: Vec<String> = serde_json::from_str(webhook.kinds.as_deref()?).unwrap_or_default();
    Some(names.iter().filter_map(|name| kind_of(name)).collect())
}

/// The keys in a column of regions or topics; none for all.
pub fn keys_of(column: Option<&str>) -> Option<Vec<i64>> {
    column.map(|text| serde_json::from_str(text).unwrap_or_default())
}

fn kind_of(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| content_kind(*kind).as_str() == name)
}

/// The name of a kind in the API.
const fn content_kind(kind: Kind) -> ContentKind {
    match kind {
        Kind::Resource => ContentKind::Resource,
        Kind::Event => ContentKind::Event,
        Kind::Campaign => ContentKind::Campaign,
        Kind::Update => ContentKind::RegionalUpdate,
    }
}

fn packed_kinds(kinds: &[Kind]) -> String {
    let names: Vec<&str> = kinds.iter().map(|kind| content_kind(*kind).as_str()).collect();
    serde_json::Value::from(names).to_string()
}

fn packed(keys: &[i64]) -> String {
    serde_json::Value::from(keys).to_string()
}

fn set_question(webhook: &mut Webhook, question: Question) {
    webhook.kinds = question.kinds.as_deref().map(packed_kinds);
    webhook.regions = question.regions.as_deref().map(packed);
    webhook.topics = question.topics.as_deref().map(packed);
}

/// Puts a webhook to the end of the log.
async fn begin_now(app: &App, actor: &Actor, webhook: &mut Webhook) -> Result<(), ClientError> {
    // All that the client holds, whatever of it its token says.
    let holder = super::access::client(app, actor.client).await?;
    let following = following(app, webhook, holder.as_ref().unwrap_or(actor));
    webhook.sight = following.named();
    let place = place_from_now(app, &following).await.map_err(|fault| match fault {
        FollowFault::Database(cause) => cause,
        other => sea_orm::DbErr::Custom(other.to_string()),
    })?;
    (webhook.seq, webhook.seq_at) = (place.seq, place.at);
    (webhook.turned_at, webhook.turned_key) = place.turned;
    Ok(())
}

async fn begin(app: &App, actor: &Actor) -> Result<(sea_orm::DatabaseTransaction, Actor), ClientError> {
    let tx = app.store.begin().await?;
    let actor = recheck(app, &tx, actor).await?;
    if !actor.has(Scope::WebhooksManage) {
        return Err(AccessError::Lacks(Scope::WebhooksManage).into());
    }
    Ok((tx, actor))
}

/// A webhook of the own organization; others do not exist.
async fn own(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    actor: &Actor,
    id: PublicId,
) -> Result<Webhook, ClientError> {
    let found = app.store.find_webhook_within(tx, id.key()).await?;
    found.filter(|webhook| webhook.organization_id == actor.organization).ok_or_else(unknown)
}

/// Begins anew for a client, with what changes from now on: what was still to be told was for another one, or is old.
async fn restart(
    app: &App,
    tx: &sea_orm::DatabaseTransaction,
    actor: &Actor,
    webhook: &mut Webhook,
    started: &Webhook,
) -> Result<(), ClientError> {
    (webhook.client_id, webhook.failing_since) = (actor.client, None);
    webhook.sight.clone_from(&started.sight);
    (webhook.seq, webhook.seq_at) = (started.seq, started.seq_at);
    (webhook.turned_at, webhook.turned_key) = (started.turned_at, started.turned_key);
    Ok(app.store.give_up(tx, webhook.id, app.clock.now().as_micros()).await?)
}

async fn changed(app: &App, tx: &sea_orm::DatabaseTransaction, webhook: &mut Webhook) -> Result<(), ClientError> {
    webhook.version = webhook.version.saturating_add(1);
    webhook.updated_at = app.clock.now().as_micros();
    Ok(app.store.update_webhook(tx, webhook).await?)
}

fn unknown() -> ClientError {
    Fault::new(FaultCode::NotFound, "input.id", "there is no such webhook").into()
}

fn no_master() -> ClientError {
    let message = "this server has no secret to derive webhooks' secrets from; its operator adds it to the keys";
    Fault::new(FaultCode::Invalid, "input", message).into()
}

fn is_enabled(webhook: &Webhook) -> Result<(), ClientError> {
    if webhook.is_enabled {
        return Ok(());
    }
    Err(Fault::new(FaultCode::InvalidStateTransition, "input.id", "the webhook is disabled; enable it first").into())
}

fn checked_url(app: &App, text: &str) -> Result<String, Fault> {
    let checked = app.webhooks.policy().check(text);
    checked.map(|url| url.to_string()).map_err(|fault| Fault::new(FaultCode::UnsafeUrl, "input.url", fault.to_string()))
}

fn checked_description(text: Option<&str>) -> Result<String, Fault> {
    let Some(text) = text else { return Ok(String::new()) };
    let parsed = Line::<DESCRIPTION_CHARS>::parse(text);
    parsed.map(|line| line.to_string()).map_err(|fault| {
        let code = if matches!(fault, crate::domain::text::TextFault::TooLong { .. }) {
            FaultCode::TooLong
        } else {
            FaultCode::Invalid
        };
        Fault::new(code, "input.description", fault.to_string())
    })
}
