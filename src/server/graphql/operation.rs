//! A subscription under way, whichever way it is answered by: what it follows, and the text of each page. A page has one text
//! for all who sent the same document with the same variables and see the same. Whoever has a token is looked up before
//! each page. Must not know how texts are sent.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::Selection;
use async_graphql_value::Value;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use metrics::Gauge;
use sha2::{Digest, Sha256};

use super::answer::{Entity, Outcome};
use super::errors;
use super::prepare::{Asker, Prepared, Reading, chosen};
use crate::graphql::{Asked, Delivered};
use crate::server::refusal::RequestId;
use crate::server::router::Shared;
use crate::service::access;
use crate::service::following::{FollowFault, LivePage, Subscriber};
use crate::store::fault;

/// A subscription that is followed.
pub(super) struct Operation {
    state: Shared,
    asker: Asker,
    prepared: Prepared,
    id: RequestId,
    /// Names the text that a page has for it.
    name: [u8; 32],
    subscriber: Subscriber,
    /// A page that is not told yet.
    page: Option<Arc<LivePage>>,
    /// Whether a page was told: the first one was paid for.
    has_told: bool,
    _open: Open,
}

/// One answer of a subscription.
pub(super) struct Told {
    /// The execution result, in JSON.
    pub text: Bytes,
    /// The token to go on from.
    pub token: String,
}

/// Why a subscription is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The token does not allow any more what it did.
    Forbidden,
    /// The database failed, or the server is at fault.
    Failed,
}

/// Counts a subscription for as long as it is followed.
struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

/// An execution result without data.
pub(super) fn refused(outcome: &Outcome) -> Vec<u8> {
    Entity::of(outcome).to_json()
}

impl Operation {
    /// Begins to follow what an operation asks for; from `last`, if the way tells what came last. An outcome instead if it
    /// cannot; nothing if it asks for nothing.
    pub async fn begin(
        state: &Shared,
        asker: Asker,
        prepared: Prepared,
        last: Option<String>,
        id: RequestId,
    ) -> Result<Option<Self>, Outcome> {
        let asked = Asked::default();
        let request = prepared.request(state, &asker, &Reading::now(state), None).data(asked.clone());
        let mut answers = state.schema.execute_stream(request);
        let limit = state.app.limits.execution;
        match tokio::time::timeout(limit, answers.next()).await {
            Ok(None) => {}
            Ok(Some(response)) => return Err(errors::sort_out(response, &id, &state.metrics)),
            Err(_) => return Err(Outcome::failed(errors::timeout(limit, &id))),
        }
        let Some(wish) = asked.take() else { return Ok(None) };
        if let Some(hash) = prepared.asked.new_hash {
            state.persisted.keep(hash, Arc::clone(&prepared.asked.text));
        }
        let name = name(&asker, &prepared);
        let following = state.hub.follow(&state.app, wish.following, last.or(wish.since), wish.with_body);
        let subscriber = match following.await {
            Ok(subscriber) => subscriber,
            Err(FollowFault::Malformed) => {
                let error = errors::coded(format!("since {}", FollowFault::Malformed), "BAD_REQUEST");
                return Err(Outcome::Rejected { errors: vec![error] });
            }
            Err(FollowFault::Crowded) => {
                state.metrics.shed.increment(1);
                let error = errors::coded(FollowFault::Crowded.to_string(), "OVERLOADED");
                return Err(Outcome::Rejected { errors: vec![error] });
            }
            Err(cause) => {
                failed(state, &cause, &id);
                return Err(Outcome::failed(errors::internal(&id)));
            }
        };
        state.metrics.subscriptions.increment(1.0);
        let open = Open(state.metrics.subscriptions.clone());
        let state = Arc::clone(state);
        Ok(Some(Self { state, asker, prepared, id, name, subscriber, page: None, has_told: false, _open: open }))
    }

    /// Waits for the next answer. Nothing is lost if it is not waited for to the end.
    pub async fn next(&mut self) -> Result<Told, Over> {
        let page = match &self.page {
            Some(page) => Arc::clone(page),
            None => {
                let page = self.subscriber.next().await.map_err(|cause| {
                    failed(&self.state, &cause, &self.id);
                    Over::Failed
                })?;
                Arc::clone(self.page.insert(page))
            }
        };
        if page.is_alone && self.has_told {
            self.pay().await;
        }
        if let Some(actor) = &self.asker.actor {
            let holds = async { access::holds(&self.state.app, actor).await.map_err(|_| Over::Failed) };
            if !page.holders.get(actor.jti.clone(), holds).await? {
                return Err(Over::Forbidden);
            }
        }
        let text = page.texts.get(self.name, self.render(&page)).await?;
        (self.page, self.has_told) = (None, true);
        self.state.metrics.told.increment(1);
        Ok(Told { text, token: page.page.next.clone() })
    }

    /// What is read for one alone costs what asking for it would; who has nothing left waits.
    async fn pay(&self) {
        let Some(charged) = self.asker.charged else { return };
        let cost = u32::try_from(self.prepared.asked.checked.cost).unwrap_or(u32::MAX).max(1);
        while let Err(exhausted) = self.state.rate_of(charged.is_client).charge(charged.key, cost.into()) {
            tokio::time::sleep(exhausted.wait.max(Duration::from_millis(10))).await;
        }
    }

    /// The text of a page. One that could not be made is no text: who follows comes again for it.
    async fn render(&self, page: &Arc<LivePage>) -> Result<Bytes, Over> {
        self.state.metrics.tellings.increment(1);
        let reading = Reading::now(&self.state);
        let request = self.prepared.request(&self.state, &self.asker, &reading, None);
        let request = request.data(Delivered(Arc::clone(page)));
        let limit = self.state.app.limits.execution;
        let mut answers = self.state.schema.execute_stream(request);
        let answered = AssertUnwindSafe(answers.next()).catch_unwind();
        let Ok(Ok(Some(response))) = tokio::time::timeout(limit, answered).await else {
            self.state.metrics.faults.increment(1);
            return Err(Over::Failed);
        };
        let outcome = errors::sort_out(response, &self.id, &self.state.metrics);
        if errors::is_ours(&outcome) {
            return Err(Over::Failed);
        }
        Ok(Bytes::from(Entity::of(&outcome).to_json()))
    }
}

fn failed(state: &Shared, cause: &FollowFault, id: &RequestId) {
    state.metrics.faults.increment(1);
    let cause = match cause {
        FollowFault::Database(cause) => fault::summary(cause),
        other => other.to_string(),
    };
    tracing::error!(request.id = id.0, cause, "a subscription failed");
}

/// Whether a document names a variable where it defines it and once more.
fn is_used_once(text: &str, name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let marks = || text.split('$').skip(1);
    let names = marks().filter(|rest| rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(is_letter)));
    // Between the mark and the name there may be a blank.
    names.count() == 2 && marks().all(|rest| rest.starts_with(is_letter))
}

/// What the text of a page depends on: the document, the variables but the place to go on from, the reader and the languages.
fn name(asker: &Asker, prepared: &Prepared) -> [u8; 32] {
    let asked = &prepared.asked;
    let mut variables = asked.variables.clone();
    let operation = chosen(&prepared.document.parsed, asked.operation_name.as_deref());
    for item in operation.iter().flat_map(|operation| &operation.selection_set.node.items) {
        let Selection::Field(field) = &item.node else { continue };
        if let Some(Value::Variable(name)) = field.node.get_argument("since").map(|value| &value.node)
            && is_used_once(&asked.text, name)
        {
            variables.remove(name);
        }
    }
    let reader = asker.actor.as_ref().map(|actor| (actor.client, actor.jti.as_str()));
    let language = asker.accept_language.as_deref();
    let variables = serde_json::to_string(&variables).unwrap_or_default();
    let parts = format!("{reader:?} {language:?} {:?} {variables:?}\n{}", asked.operation_name, asked.text);
    Sha256::digest(parts).into()
}

#[cfg(test)]
mod tests {
    use super::is_used_once;

    #[test]
    fn a_variable_is_used_once_if_nothing_else_names_it() {
        for (text, expected) in [
            ("subscription A($s: String) { contentChanged(since: $s) { hasMore } }", true),
            ("subscription A($s:String,$since:String){contentChanged(since:$s,kinds:$since){hasMore}}", true),
            ("subscription A($s: String) { contentChanged(since: $s, regions: [$s]) { hasMore } }", false),
            ("subscription A($s: String) { contentChanged { hasMore } }", false),
            ("subscription A($ s: String) { contentChanged(since: $s, regions: [$s]) { hasMore } }", false),
            ("subscription A($s: String) { contentChanged(since: $s) { a @include(if: $\n,s) } }", false),
        ] {
            assert_eq!(is_used_once(text, "s"), expected, "{text}");
        }
    }
}
