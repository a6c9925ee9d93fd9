//! Servers with content in them, and how a reader asks them.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use solidarity::app::{App, SharedApp};
use solidarity::auth::Keys;
use solidarity::bus::Bus;
use solidarity::clock::Clock;
use solidarity::domain::limits::Limits;
use solidarity::domain::scope::Scope;
use solidarity::domain::time::Zones;
use solidarity::server::{self, ServeOptions};
use solidarity::service::client::{self, By, GrantInput, NewClient};
use solidarity::service::import::{ImportError, ImportOptions, ImportReport, import};
use solidarity::service::seed;
use solidarity::store::Store;
use solidarity::webhook::{Policy, Sender};
use tokio::sync::OnceCell;

use crate::database::Database;
use crate::harness::Server;

/// Where a server that tests share is kept.
pub type Shared = OnceCell<(SocketAddr, SocketAddr, SharedApp)>;

/// When the tests' clock stands: late in November 2026.
pub const NOW: &str = "2026-11-23T12:00:00Z";

/// A clock that stands at [`NOW`].
pub fn clock() -> Clock {
    Clock::set_at(NOW.parse().unwrap())
}

/// Limits for tests that ask much: as the default, but that nothing is too dear.
pub fn generous() -> Limits {
    Limits {
        rate_anonymous: 1_000_000_000,
        cost_anonymous: 1_000_000,
        rate_client: 1_000_000_000,
        cost_client: 1_000_000,
        ..Limits::default()
    }
}

/// What sends to webhooks, on this machine too.
pub fn webhooks() -> Sender {
    Sender::new(Policy { allows_loopback: true })
}

/// An application on a migrated database that holds nothing.
pub async fn migrated(database: &Database, limits: Limits, clock: Clock) -> SharedApp {
    let store = Store::open(&database.url, &limits).await.unwrap();
    store.migrate_up().await.unwrap();
    store.reload_catalog().await.unwrap();
    Arc::new(App {
        clock,
        zones: Zones::bundled(),
        limits,
        keys: Keys::generate().unwrap(),
        store,
        bus: Bus::default(),
        webhooks: webhooks(),
    })
}

/// An application on a migrated database with the seeded regions and topics.
pub async fn open(database: &Database, limits: Limits, clock: Clock) -> SharedApp {
    let app = migrated(database, limits, clock).await;
    seed::seed(&app).await.unwrap();
    app
}

/// Imports lines that have no fault.
pub async fn load(app: &App, text: &str) -> ImportReport {
    match import(app, text, ImportOptions::default(), &mut |_, _| {}).await {
        Ok(report) => report,
        Err(ImportError::Faults(faults)) => {
            let faults: Vec<String> = faults.iter().map(|(line, fault)| format!("line {line}: {fault}")).collect();
            panic!("{}", faults.join("\n"));
        }
        Err(fault) => panic!("{fault}"),
    }
}

/// Waits until search finds all that was committed: a search itself waits for a quarter of a second only.
pub async fn index(app: &App) {
    let until = app.store.last_epoch().await.unwrap();
    while !app.store.catch_up_search(until, Duration::from_secs(1)).await.unwrap() {}
}

async fn listen(app: &SharedApp) -> server::Running {
    let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = ServeOptions {
        listen: loopback,
        metrics_listen: Some(loopback),
        public_url: None,
        trusted_proxies: Vec::new(),
    };
    server::start(Arc::clone(app), options).await.unwrap()
}

/// A client and its secret.
#[derive(Clone, Debug)]
pub struct TestClient {
    pub id: String,
    pub secret: String,
}

impl Server {
    /// A token of a new client with these scopes; without regions they hold everywhere.
    pub async fn client(&self, scopes: &[Scope], organization: &str, regions: &[&str]) -> String {
        let client = self.new_client(scopes, organization, regions).await;
        self.token_of(&client).await
    }

    /// A new client, as the operator's command line makes it.
    pub async fn new_client(&self, scopes: &[Scope], organization: &str, regions: &[&str]) -> TestClient {
        let regions = Some(regions).filter(|regions| !regions.is_empty());
        let grant = |scope: &Scope| GrantInput {
            scope: scope.as_str().to_string(),
            regions: regions.map(|regions| regions.iter().map(|region| (*region).to_string()).collect()),
        };
        let catalog = self.app.store.catalog();
        let found = catalog.find_organization(organization);
        let organization = found.unwrap_or_else(|| panic!("there is no organization {organization}")).key;
        let new =
            NewClient { organization, name: "a test's client".into(), grants: scopes.iter().map(grant).collect() };
        let made = client::create(&self.app, By::Operator, &new).await.unwrap();
        let id = format!("cli_{}", made.client.row.public_id);
        TestClient { id, secret: made.secret.expose_secret().to_string() }
    }

    /// A token of a client with all that it holds, over HTTP.
    pub async fn token_of(&self, client: &TestClient) -> String {
        let form = [("grant_type", "client_credentials")];
        let request = self.http.post(self.url("/oauth/token")).basic_auth(&client.id, Some(&client.secret));
        let response = request.form(&form).send().await.unwrap();
        assert_eq!(response.status(), 200, "no token");
        let body: Value = response.json().await.unwrap();
        body["access_token"].as_str().unwrap().to_string()
    }

    /// The whole answer to a document that a client with a token asks, errors included.
    pub async fn ask_as(&self, token: &str, document: &str, variables: Value) -> Value {
        let request = self.http.post(self.url("/graphql")).bearer_auth(token);
        let response = request.json(&json!({ "query": document, "variables": variables })).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.as_u16() < 500, "{status} for {document} {variables}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|fault| panic!("{fault} in {body}"))
    }
    /// A server of its own with the demo content, at [`NOW`].
    pub async fn demo() -> Self {
        Self::demo_on(Database::fresh().await).await
    }

    /// The same on a given database.
    pub async fn demo_on(database: Database) -> Self {
        let app = open(&database, generous(), clock()).await;
        seed::load_demo(&app).await.unwrap();
        index(&app).await;
        Self::of(app, Some(database)).await
    }

    /// A server with the seeded regions and topics and these lines, at [`NOW`].
    pub async fn with_content(text: &str) -> Self {
        Self::with_limited_content(text, generous()).await
    }

    /// The same with limits of its own.
    pub async fn with_limited_content(text: &str, limits: Limits) -> Self {
        let database = Database::fresh().await;
        let app = open(&database, limits, clock()).await;
        load(&app, text).await;
        index(&app).await;
        Self::of(app, Some(database)).await
    }

    /// A server of an application.
    pub async fn of(app: SharedApp, database: Option<Database>) -> Self {
        let running = listen(&app).await;
        Self::assemble(running.address, running.metrics_address.unwrap(), app, Some(running), database)
    }

    /// The one server with the demo content that tests share which only read.
    pub async fn shared_demo() -> Self {
        static SHARED: Shared = Shared::const_new();
        Self::shared(&SHARED, Self::demo).await
    }

    /// A server that tests share. It lives on a thread of its own, since each test has a runtime of its own. Tests talk to it
    /// over HTTP only: a connection to the database that a test's runtime opened would end with it, in the server's pool.
    pub async fn shared<F: Future<Output = Self>>(shared: &Shared, make: impl FnOnce() -> F + Send + 'static) -> Self {
        let start = || async {
            let (sender, receiver) = mpsc::channel();
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let server = make().await;
                    sender.send((server.address, server.metrics_address, Arc::clone(&server.app))).unwrap();
                    std::future::pending::<()>().await;
                });
            });
            tokio::task::spawn_blocking(move || receiver.recv().unwrap()).await.unwrap()
        };
        let (address, metrics_address, app) = shared.get_or_init(start).await;
        Self::assemble(*address, *metrics_address, Arc::clone(app), None, None)
    }

    /// The whole answer to a document, errors included.
    pub async fn ask(&self, document: &str, variables: Value, language: Option<&str>) -> Value {
        let mut request = self.http.post(self.url("/graphql"));
        if let Some(language) = language {
            request = request.header("accept-language", language);
        }
        let response = request.json(&json!({ "query": document, "variables": variables })).send().await.unwrap();
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.as_u16() < 500, "{status} for {document} {variables}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|fault| panic!("{fault} in {body}"))
    }

    /// The data of a document that runs without errors.
    pub async fn query(&self, document: &str, variables: Value) -> Value {
        self.query_in(None, document, variables).await
    }

    /// The same with `Accept-Language`.
    pub async fn query_in(&self, language: Option<&str>, document: &str, variables: Value) -> Value {
        let mut answer = self.ask(document, variables.clone(), language).await;
        assert!(answer["errors"].is_null(), "{document} {variables}: {:#}", answer["errors"]);
        answer["data"].take()
    }

    /// Code and message of the first error of a document that fails.
    pub async fn refusal(&self, document: &str, variables: Value) -> (String, String) {
        let answer = self.ask(document, variables.clone(), None).await;
        let error = &answer["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        assert!(error.is_object(), "no error of {document} {variables}: {answer:#}");
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }
}

/// The slugs of a connection's nodes, in order.
pub fn slugs(connection: &Value) -> Vec<String> {
    members(connection, "slug")
}

/// One member of each of a connection's nodes, in order.
pub fn members(connection: &Value, name: &str) -> Vec<String> {
    let nodes = connection["nodes"].as_array().unwrap_or_else(|| panic!("no nodes in {connection:#}"));
    nodes.iter().map(|node| node[name].as_str().unwrap_or_default().to_string()).collect()
}
