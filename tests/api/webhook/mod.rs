//! Webhooks: who makes them tells a receiver of changes, signed, at least once, and of nothing hidden.

mod receiver;
mod trial;

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use solidarity::domain::public_id::{Noun, PublicId};
use solidarity::domain::scope::Scope;
use solidarity::domain::time::DAY_MICROS;
use solidarity::service::client::{self, By, GrantInput};
use solidarity::service::follow::follow;
use solidarity::service::webhook::dispatch;
use tokio::task::AbortHandle;

use crate::actor::{clock, generous, load, open};
use crate::database::Database;
use crate::harness::Server;
use crate::lines::{organization, text};
use crate::publisher::{CREATE, Publisher, UPDATE, resource_input};
use receiver::{Received, Receiver};

const MINUTE: i64 = 60_000_000;

const DELIVERIES: &str = "query($id: ID!) { webhook(id: $id) { isEnabled disabledReason failingSince version
    deliveries(first: 50) { id type contentId status nextAttemptAt doneAt attempts { at status failure } } } }";

/// A mutation by its input, with what it answers.
fn mutation(name: &str, shown: &str) -> String {
    let input = name[..1].to_uppercase() + &name[1..];
    format!(
        "mutation($input: {input}Input!) {{ {name}(input: $input) {{ {shown} userErrors {{ code field message }} }} }}"
    )
}

/// A server with a dispatcher, and who has webhooks there.
struct Hooks {
    server: Server,
    token: String,
    tasks: [AbortHandle; 2],
}

impl Drop for Hooks {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Hooks {
    async fn start() -> Self {
        let database = Database::fresh().await;
        let app = open(&database, generous(), clock()).await;
        load(&app, &text([organization("hub"), organization("other")])).await;
        let server = Server::of(app, Some(database)).await;
        let token = server.client(Scope::ALL, "hub", &[]).await;
        let tasks = [follow(server.app.clone()).abort_handle(), dispatch::run(server.app.clone()).abort_handle()];
        Self { server, token, tasks }
    }

    /// The answer of the only field of a document.
    async fn ask(&self, document: &str, variables: Value) -> Value {
        let mut answer = self.server.ask_as(&self.token, document, variables).await;
        assert!(answer["errors"].is_null(), "{document}: {answer:#}");
        answer["data"].as_object_mut().unwrap().values_mut().next().unwrap().take()
    }

    async fn change(&self, name: &str, shown: &str, input: Value) -> Value {
        self.ask(&mutation(name, shown), json!({ "input": input })).await
    }

    /// A new webhook: its id and its secret.
    async fn webhook(&self, url: &str, more: Value) -> (String, String) {
        let mut input = json!({ "url": url });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.change("webhookCreate", "webhook { id } secret", input).await;
        assert_eq!(made["userErrors"], json!([]), "{made:#}");
        let text = |value: &Value| value.as_str().unwrap().to_string();
        (text(&made["webhook"]["id"]), text(&made["secret"]))
    }

    async fn log(&self, id: &str) -> Value {
        self.ask(DELIVERIES, json!({ "id": id })).await
    }

    /// The log once something of it is true.
    async fn log_where(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..1_000 {
            let log = self.log(id).await;
            if is_so(&log) {
                return log;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came so: {:#}", self.log(id).await);
    }

    /// Time goes by, and whoever acts gets a new token.
    async fn later(&mut self, micros: i64) {
        self.server.app.clock.advance(micros);
        self.token = self.server.client(Scope::ALL, "hub", &[]).await;
        self.server.app.bus.turned();
    }

    async fn publisher(&self) -> Publisher {
        Publisher::new(self.server.address, self.server.client(Scope::ALL, "hub", &[]).await)
    }
}

fn types(all: &[Received]) -> Vec<(String, Value)> {
    let of = |received: &Received| {
        let mut json = received.json();
        (json["type"].as_str().unwrap().to_string(), json["data"].take())
    };
    all.iter().map(of).collect()
}

fn place(title: &str, region: &str) -> Value {
    let mut input = resource_input(title);
    input["regions"] = json!([region]);
    input
}

fn reference(item: &Value) -> Value {
    json!({ "id": item["id"], "expectedVersion": item["version"] })
}

#[tokio::test]
async fn a_receiver_is_told_of_each_change_signed_and_of_nothing_hidden() {
    let hooks = Hooks::start().await;
    let receiver = Receiver::start(|_| 204).await;
    let filter = json!({ "kinds": ["RESOURCE"], "regions": ["CA-BC"] });
    let (id, secret) = hooks.webhook(&receiver.url(), filter).await;
    let publisher = hooks.publisher().await;
    publisher.made(CREATE, &place("A draft", "vancouver")).await;
    publisher.publish(&place("Elsewhere", "toronto")).await;
    let item = publisher.publish(&place("Here", "vancouver")).await;
    let mut patch = reference(&item);
    patch["title"] = json!("Here still");
    let item = publisher.made(UPDATE, &patch).await;
    let withdraw = mutation("contentWithdraw", "content { id version }");
    publisher.made(&withdraw, &reference(&item)).await;

    let all = receiver.wait_for(3).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.all().len(), 3, "{all:#?}");
    let mut told = types(&all);
    told.sort_by_key(|(what, _)| what.clone());
    let about = |more: Value| {
        let mut data = json!({ "id": item["id"], "kind": "RESOURCE" });
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        data
    };
    assert_eq!(
        told,
        [
            ("content.published".to_string(), about(json!({}))),
            ("content.removed".to_string(), about(json!({ "reason": "WITHDRAWN", "purge": true }))),
            ("content.updated".to_string(), about(json!({}))),
        ]
    );
    let ids: BTreeSet<&String> = all.iter().map(|received| &received.id).collect();
    assert_eq!(ids.len(), 3);
    for received in &all {
        assert!(received.id.starts_with("msg_") && received.is_signed_by(&secret), "{received:?}");
        assert!(!received.body.contains("Here"), "a text of the item went out: {}", received.body);
    }
    let log = hooks.log_where(&id, |log| {
        log["deliveries"].as_array().unwrap().iter().all(|delivery| delivery["status"] == "DELIVERED")
    });
    let log = log.await;
    assert_eq!(log["deliveries"].as_array().unwrap().len(), 3);
    assert_eq!(log["deliveries"][0]["attempts"][0]["status"], 204, "{log:#}");

    // A test, and both signatures during a rotation.
    let rotated =
        hooks.change("webhookRotateSecret", "webhook { previousSecretUntil } secret", json!({ "id": id })).await;
    let new = rotated["secret"].as_str().unwrap();
    assert_ne!(new, secret);
    assert_eq!(rotated["webhook"]["previousSecretUntil"], "2026-11-24T12:00:00Z");
    let tested = hooks.change("webhookTest", "delivery { id type status }", json!({ "id": id })).await;
    assert_eq!((&tested["delivery"]["type"], &tested["delivery"]["status"]), (&json!("test"), &json!("PENDING")));
    let last = receiver.wait_for(4).await.pop().unwrap();
    assert_eq!(
        (Some(last.id.as_str()), last.json()["type"].as_str()),
        (tested["delivery"]["id"].as_str(), Some("test"))
    );
    assert!(last.is_signed_by(&secret) && last.is_signed_by(new));

    // Deleted, it is told of nothing more, and nothing of it is left.
    hooks.change("webhookDelete", "deletedId", json!({ "id": id })).await;
    publisher.publish(&place("Afterwards", "vancouver")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.all().len(), 4);
    assert!(hooks.ask(DELIVERIES, json!({ "id": id })).await.is_null());
}

#[tokio::test]
async fn partners_content_is_told_to_those_only_who_may_read_it_and_ends_with_their_client() {
    let hooks = Hooks::start().await;
    let (partner, stranger) = (Receiver::start(|_| 200).await, Receiver::start(|_| 200).await);
    let make = mutation("webhookCreate", "webhook { id }");
    let client = hooks.server.new_client(&[Scope::WebhooksManage, Scope::ContentReadPartners], "other", &[]).await;
    let token = hooks.server.token_of(&client).await;
    let made = hooks.server.ask_as(&token, &make, json!({ "input": { "url": partner.url() } })).await;
    assert!(made["data"]["webhookCreate"]["webhook"]["id"].is_string(), "{made:#}");
    let other = hooks.server.client(&[Scope::WebhooksManage], "other", &[]).await;
    hooks.server.ask_as(&other, &make, json!({ "input": { "url": stranger.url() } })).await;
    let publisher = hooks.publisher().await;
    let mut input = place("For partners", "vancouver");
    input["visibility"] = json!("PARTNERS");
    publisher.publish(&input).await;
    partner.wait_for(1).await;
    publisher.publish(&place("For all", "vancouver")).await;
    stranger.wait_for(1).await;
    assert_eq!(types(&partner.wait_for(2).await).len(), 2);
    assert_eq!(stranger.all().len(), 1, "a stranger was told of what is for partners");

    // With the client goes what it was told.
    let id = client.id.clone();
    let id = PublicId::parse_as(&id, Noun::Client).unwrap();
    client::disable(&hooks.server.app, By::Operator, id).await.unwrap();
    publisher.publish(&place("Later", "vancouver")).await;
    stranger.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(partner.all().len(), 2, "a disabled client's webhook was told");
    let list = "{ webhooks { url isEnabled disabledReason } }";
    let listed = hooks.server.ask_as(&other, list, json!({})).await;
    let of = |url: String| {
        let all = listed["data"]["webhooks"].as_array().unwrap().clone();
        all.into_iter().find(|webhook| webhook["url"] == url.as_str()).unwrap()
    };
    assert_eq!(of(partner.url())["disabledReason"], "CLIENT", "{listed:#}");
    assert_eq!(of(stranger.url())["isEnabled"], true);
}

#[tokio::test]
async fn what_fails_is_tried_again_and_given_up_in_the_end_and_no_redirect_is_followed() {
    let mut hooks = Hooks::start().await;
    let receiver = Receiver::start(|_| 500).await;
    let (id, _) = hooks.webhook(&receiver.url(), json!({})).await;
    let item = hooks.publisher().await.publish(&place("Once", "vancouver")).await;
    receiver.wait_for(1).await;
    let failed = |attempts: usize| {
        move |log: &Value| log["deliveries"][0]["attempts"].as_array().is_some_and(|all| all.len() == attempts)
    };
    let log = hooks.log_where(&id, |log| failed(1)(log) && log["failingSince"].is_string()).await;
    let delivery = &log["deliveries"][0];
    assert_eq!((&delivery["status"], &delivery["contentId"]), (&json!("PENDING"), &item["id"]), "{log:#}");
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(receiver.all().len(), 1, "it is tried again before its time");
    receiver.answer(|_| 302);
    hooks.later(MINUTE).await;
    receiver.wait_for(2).await;
    hooks.log_where(&id, failed(2)).await;
    receiver.answer(|_| 0);
    hooks.later(10 * MINUTE).await;
    let all = receiver.wait_for(3).await;
    assert!(all.iter().all(|received| received.id == all[0].id), "an attempt has another id");
    hooks.log_where(&id, failed(3)).await;
    receiver.answer(|_| 503);
    for attempts in 4..=10 {
        hooks.later(25 * 60 * MINUTE).await;
        hooks.log_where(&id, failed(attempts)).await;
        if hooks.log(&id).await["isEnabled"] == false {
            break;
        }
    }
    // Five days without any success end it before all attempts are made, if they lie so far apart.
    let log = hooks.log(&id).await;
    assert_eq!((&log["isEnabled"], &log["disabledReason"]), (&json!(false), &json!("FAILING")), "{log:#}");
    let attempts = log["deliveries"][0]["attempts"].as_array().unwrap().clone();
    let statuses: Vec<Option<i64>> = attempts.iter().map(|attempt| attempt["status"].as_i64()).collect();
    assert_eq!(statuses[..2], [Some(500), Some(302)]);
    assert!(statuses[2].is_none() || statuses[2] == Some(200), "{statuses:?}");

    // Enabled again it is told of what changes from then on, and the old message can be delivered again.
    let version = log["version"].clone();
    let input = json!({ "id": id, "expectedVersion": version, "isEnabled": true });
    let enabled = hooks.change("webhookUpdate", "webhook { isEnabled disabledReason }", input).await;
    assert_eq!(enabled["webhook"], json!({ "isEnabled": true, "disabledReason": null }), "{enabled:#}");
    receiver.answer(|_| 200);
    let again = json!({ "id": log["deliveries"][0]["id"] });
    let again = hooks.change("webhookRedeliver", "delivery { status }", again).await;
    assert_eq!(again["delivery"]["status"], "PENDING", "{again:#}");
    let log = hooks.log_where(&id, |log| log["deliveries"][0]["status"] == "DELIVERED").await;
    assert!(log["failingSince"].is_null(), "{log:#}");
}

#[tokio::test]
async fn a_message_that_never_arrives_is_given_up_and_shown() {
    let mut hooks = Hooks::start().await;
    let receiver = Receiver::start(|received| if received.body.contains("\"test\"") { 400 } else { 200 }).await;
    let (id, _) = hooks.webhook(&receiver.url(), json!({})).await;
    hooks.change("webhookTest", "delivery { id }", json!({ "id": id })).await;
    for attempts in 1..=10 {
        receiver.wait_for(attempts * 2 - 1).await;
        hooks
            .log_where(&id, |log| {
                let all = log["deliveries"].as_array().unwrap();
                let test = all.iter().find(|delivery| delivery["type"] == "test").unwrap();
                test["attempts"].as_array().unwrap().len() == attempts
            })
            .await;
        // Others arrive meanwhile, so that the webhook is not disabled.
        hooks.publisher().await.publish(&place(&format!("Number {attempts}"), "vancouver")).await;
        receiver.wait_for(attempts * 2).await;
        hooks.log_where(&id, |log| log["failingSince"].is_null()).await;
        hooks.later(25 * 60 * MINUTE).await;
    }
    let log = hooks.log(&id).await;
    let dead: Vec<&Value> =
        log["deliveries"].as_array().unwrap().iter().filter(|delivery| delivery["status"] == "DEAD").collect();
    assert_eq!(dead.len(), 1, "{log:#}");
    assert!(dead[0]["nextAttemptAt"].is_null() && dead[0]["doneAt"].is_string());
    let filtered = "query($id: ID!) { webhook(id: $id) { deliveries(statuses: [DEAD]) { type } } }";
    assert_eq!(hooks.ask(filtered, json!({ "id": id })).await, json!({ "deliveries": [{ "type": "test" }] }));
    // After thirty days nothing of it is kept.
    hooks.later(31 * DAY_MICROS).await;
    while hooks.server.app.store.forget_deliveries(hooks.server.app.clock.now().plus_days(-30)).await.unwrap() {}
    assert_eq!(hooks.log(&id).await["deliveries"], json!([]));
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_left_alone_at_once() {
    let hooks = Hooks::start().await;
    let receiver = Receiver::start(|_| 410).await;
    let (id, _) = hooks.webhook(&receiver.url(), json!({})).await;
    let publisher = hooks.publisher().await;
    publisher.publish(&place("One", "vancouver")).await;
    let log = hooks.log_where(&id, |log| log["isEnabled"] == false).await;
    assert_eq!(log["disabledReason"], "GONE");
    assert_eq!(log["deliveries"][0]["status"], "DEAD");
    publisher.publish(&place("Two", "vancouver")).await;
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    assert_eq!(receiver.all().len(), 1);
    let refused = hooks.change("webhookTest", "delivery { id }", json!({ "id": id })).await;
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_STATE_TRANSITION");
}

#[tokio::test]
async fn who_takes_a_webhook_over_gets_nothing_that_its_maker_was_told() {
    let hooks = Hooks::start().await;
    let (old, new) = (Receiver::start(|_| 500).await, Receiver::start(|_| 200).await);
    let (id, secret) = hooks.webhook(&old.url(), json!({})).await;
    let publisher = hooks.publisher().await;
    let mut input = place("For partners", "vancouver");
    input["visibility"] = json!("PARTNERS");
    publisher.publish(&input).await;
    old.wait_for(1).await;
    let log = hooks.log_where(&id, |log| log["failingSince"].is_string()).await;
    assert!(log["deliveries"][0]["contentId"].is_string());

    let other = hooks.server.client(&[Scope::WebhooksManage], "hub", &[]).await;
    let seen = hooks.server.ask_as(&other, DELIVERIES, json!({ "id": id })).await;
    let delivery = &seen["data"]["webhook"]["deliveries"][0];
    assert!(delivery["contentId"].is_null() && delivery["status"] == "PENDING", "{seen:#}");
    let input = json!({ "id": id, "expectedVersion": log["version"], "url": new.url() });
    let update = mutation("webhookUpdate", "webhook { url }");
    let taken = hooks.server.ask_as(&other, &update, json!({ "input": input })).await;
    assert_eq!(taken["data"]["webhookUpdate"]["webhook"]["url"], new.url(), "{taken:#}");
    assert_eq!(hooks.log(&id).await["deliveries"][0]["status"], "DEAD", "what was for the maker is told still");
    publisher.publish(&input_for("partners")).await;
    let shown = publisher.publish(&place("For all", "vancouver")).await;
    let all = new.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(new.all().len(), 1, "{all:#?}");
    assert_eq!(all[0].json()["data"]["id"], shown["id"]);
    assert!(all[0].is_signed_by(&secret));
}

fn input_for(visibility: &str) -> Value {
    let mut input = place("Not for all", "vancouver");
    input["visibility"] = json!(visibility.to_uppercase());
    input
}

#[tokio::test]
async fn a_client_with_other_rights_is_told_to_begin_anew() {
    let hooks = Hooks::start().await;
    let receiver = Receiver::start(|_| 200).await;
    let scopes = [Scope::WebhooksManage, Scope::ContentReadPartners];
    let client = hooks.server.new_client(&scopes, "other", &[]).await;
    let token = hooks.server.token_of(&client).await;
    let make = mutation("webhookCreate", "webhook { id }");
    hooks.server.ask_as(&token, &make, json!({ "input": { "url": receiver.url() } })).await;
    let publisher = hooks.publisher().await;
    let item = publisher.publish(&input_for("partners")).await;
    receiver.wait_for(1).await;
    let less = vec![GrantInput { scope: "webhooks:manage".to_string(), regions: None }];
    let id = PublicId::parse_as(&client.id, Noun::Client).unwrap();
    client::set_grants(&hooks.server.app, By::Operator, id, &less).await.unwrap();
    let withdraw = mutation("contentWithdraw", "content { id }");
    publisher.made(&withdraw, &reference(&item)).await;
    let all = receiver.wait_for(2).await;
    assert_eq!(types(&all)[1], ("resync".to_string(), json!({})));
    // A filter that is changed has the same effect; what is disabled gives up what it had.
    let list = "{ webhooks { id version } }";
    let webhook = hooks.server.ask_as(&token, list, json!({})).await["data"]["webhooks"][0].clone();
    let update = mutation("webhookUpdate", "webhook { version }");
    let input = json!({ "id": webhook["id"], "expectedVersion": webhook["version"], "kinds": ["EVENT"] });
    hooks.server.ask_as(&token, &update, json!({ "input": input })).await;
    assert_eq!(types(&receiver.wait_for(3).await)[2].0, "resync");
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused_by_its_field() {
    let hooks = Hooks::start().await;
    for (input, code, field) in [
        (json!({ "url": "http://hooks.example.org/" }), "UNSAFE_URL", "input.url"),
        (json!({ "url": "https://169.254.169.254/" }), "UNSAFE_URL", "input.url"),
        (json!({ "url": "https://[::ffff:10.0.0.1]/" }), "UNSAFE_URL", "input.url"),
        (json!({ "url": "https://intranet/" }), "UNSAFE_URL", "input.url"),
        (json!({ "url": "nonsense" }), "UNSAFE_URL", "input.url"),
        (json!({ "url": "https://a.example.org/", "description": "x".repeat(201) }), "TOO_LONG", "input.description"),
        (json!({ "url": "https://a.example.org/", "regions": ["nowhere"] }), "INVALID_REFERENCE", "input.regions[0]"),
        (json!({ "url": "https://a.example.org/", "topics": vec!["x"; 11] }), "OUT_OF_RANGE", "input.topics"),
    ] {
        let refused = hooks.change("webhookCreate", "webhook { id } secret", input.clone()).await;
        let error = &refused["userErrors"][0];
        assert_eq!(
            (error["code"].as_str(), error["field"].as_str()),
            (Some(code), Some(field)),
            "{input}: {refused:#}"
        );
        assert!(refused["webhook"].is_null() && refused["secret"].is_null());
    }
    let (id, _) = hooks.webhook("https://a.example.org/", json!({})).await;
    let stale = json!({ "id": id, "expectedVersion": 7, "description": "x" });
    let stale = hooks.change("webhookUpdate", "webhook { id }", stale).await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    for _ in 1..20 {
        hooks.webhook("https://a.example.org/", json!({})).await;
    }
    let many = hooks.change("webhookCreate", "webhook { id }", json!({ "url": "https://a.example.org/" })).await;
    assert_eq!(many["userErrors"][0]["code"], "OUT_OF_RANGE", "{many:#}");
}
