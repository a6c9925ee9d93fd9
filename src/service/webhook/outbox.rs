//! From the change log to deliveries: each webhook has a place in the log, and moves on with the deliveries that lie between
//! in one transaction, so that each change becomes one delivery, whichever node makes it. Must not send.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sea_orm::DbErr;

use super::{content_kind, following};
use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::following::Place;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::vocabulary::Vocabulary;
use crate::service::access;
use crate::service::following::{Between, FollowFault, Happened, What, happened};
use crate::store::{Delivery, PENDING, Webhook};

/// The type of a message that says that a copy has to be made anew.
pub(super) const RESYNC: &str = "resync";

/// Changes that a webhook may be read ahead of its place without writing that down.
const FAR: i64 = 500;

/// Where webhooks were read to, each with the place that was stored when it was.
pub(super) type Ahead = HashMap<i64, (Place, Place)>;

/// Moves all webhooks on to the end of the log; one that fails keeps no other one waiting.
pub(super) async fn fill(app: &App, webhooks: &[Webhook], ahead: &mut Ahead) -> Result<(), DbErr> {
    ahead.retain(|key, _| webhooks.iter().any(|webhook| webhook.id == *key));
    let mut failure = None;
    let mut holders: HashMap<i64, Option<Actor>> = HashMap::new();
    for webhook in webhooks {
        let holder = match holders.entry(webhook.client_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(access::client(app, webhook.client_id).await?),
        };
        let Some(holder) = holder else {
            app.store.disable_webhook(webhook.id, app.clock.now(), "CLIENT").await?;
            continue;
        };
        if let Err(cause) = move_on(app, webhook.clone(), holder, ahead).await {
            failure = Some(cause);
        }
    }
    failure.map_or(Ok(()), Err)
}

async fn move_on(app: &App, mut webhook: Webhook, holder: &Actor, ahead: &mut Ahead) -> Result<(), DbErr> {
    loop {
        let following = following(app, &webhook, holder);
        let sight = following.named();
        let stored = Place {
            question: [0; 8],
            seq: webhook.seq,
            at: webhook.seq_at,
            walk: None,
            turned: (webhook.turned_at, webhook.turned_key),
        };
        let place = ahead.get(&webhook.id).filter(|(base, _)| *base == stored).map_or(stored, |(_, read)| *read);
        let between = happened(app, &following, place).await.map_err(|fault| match fault {
            FollowFault::Database(cause) => cause,
            other => DbErr::Custom(other.to_string()),
        })?;
        let Between { happened, is_resync, place: to, has_more } = between;
        // What it may see is other than it was: of what it may not see any more nothing is told, its end included.
        let is_other = sight != webhook.sight;
        if to == place && !is_other {
            return Ok(());
        }
        if happened.is_empty() && !is_resync && !is_other && to.seq - stored.seq < FAR {
            ahead.insert(webhook.id, (stored, to));
            if has_more {
                continue;
            }
            return Ok(());
        }
        let mut moved = Webhook { sight, ..webhook.clone() };
        (moved.seq, moved.seq_at) = (to.seq, to.at);
        (moved.turned_at, moved.turned_key) = to.turned;
        let mut deliveries: Vec<Delivery> = happened.into_iter().map(|happened| of(app, &webhook, happened)).collect();
        if is_resync || is_other {
            deliveries.push(new_delivery(app, &webhook, RESYNC, app.clock.now().as_micros()));
        }
        if !app.store.move_webhook(&webhook, &moved, deliveries).await? || !has_more {
            return Ok(());
        }
        webhook = moved;
    }
}

/// A delivery of nothing but its type.
pub(super) fn new_delivery(app: &App, webhook: &Webhook, what: &str, happened_at: i64) -> Delivery {
    let id = PublicId::new(Noun::Message, app.clock.random_id());
    let now = app.clock.now().as_micros();
    Delivery {
        id: id.key(),
        public_id: id.bare(),
        webhook_id: webhook.id,
        what: what.to_string(),
        item_id: None,
        kind: None,
        reason: None,
        purge: false,
        happened_at,
        status: PENDING.to_string(),
        attempts: 0,
        next_at: now,
        created_at: now,
        done_at: None,
    }
}

fn of(app: &App, webhook: &Webhook, happened: Happened) -> Delivery {
    let (what, reason, purge) = match happened.what {
        What::Published => ("content.published", None, false),
        What::Updated => ("content.updated", None, false),
        What::Removed { reason, purge } => ("content.removed", Some(reason.as_str().to_string()), purge),
    };
    let delivery = new_delivery(app, webhook, what, happened.at.as_micros());
    let kind = Some(content_kind(happened.kind).as_str().to_string());
    Delivery { item_id: Some(happened.id), kind, reason, purge, ..delivery }
}
