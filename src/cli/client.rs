//! `solidarity client create|list|rotate-secret|disable|revoke-tokens`: what an operator does with clients. A secret is
//! printed once, to standard output, and never again. Takes effect at once beside a running server.

use std::collections::BTreeSet;

use anyhow::{anyhow, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::app::{App, SharedApp};
use crate::config::DatabaseConfig;
use crate::domain::limits::Limits;
use crate::domain::public_id::{Noun, PublicId};
use crate::domain::scope::Scope;
use crate::service::access::AccessError;
use crate::service::client::{self, By, ClientError, GrantInput, NewClient, WithSecret};
use crate::service::fault::Fault;
use crate::store::StoredClient;

/// Organizations that an error names.
const SHOWN: usize = 20;

#[derive(Args, Debug)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    database: DatabaseConfig,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a client of an organization; prints its secret, once.
    Create(Create),
    /// List all clients with what they hold.
    List {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Give a client another secret; the latest two are valid.
    RotateSecret {
        /// The client's id, `cli_...`.
        #[arg(value_parser = parse_id)]
        id: PublicId,
        /// One JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Disable a client at once and for good.
    Disable {
        /// The client's id, `cli_...`.
        #[arg(value_parser = parse_id)]
        id: PublicId,
    },
    /// Refuse all tokens that a client got before now.
    RevokeTokens {
        /// The client's id, `cli_...`.
        #[arg(value_parser = parse_id)]
        id: PublicId,
    },
}

#[derive(Args, Debug)]
struct Create {
    /// Slug of the organization that the client belongs to.
    #[arg(long)]
    organization: String,
    /// What people call it; at most 100 characters.
    #[arg(long)]
    name: String,
    /// A scope that it is to hold. May be repeated.
    #[arg(long = "scope", required = true, num_args = 1.., value_parser = scope_parser())]
    scopes: Vec<Scope>,
    /// A region by slug, code or id that all its scopes are limited to, with what lies inside it. May be repeated.
    #[arg(long = "region", num_args = 1..)]
    regions: Vec<String>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

/// Lists the scopes when one is wrong, and in `--help`.
fn scope_parser() -> impl TypedValueParser<Value = Scope> {
    PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.as_str()))
        .try_map(|name| Scope::parse(&name).ok_or("is not a scope"))
}

fn parse_id(text: &str) -> Result<PublicId, String> {
    PublicId::parse_as(text, Noun::Client).map_err(|fault| fault.to_string())
}

pub(super) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let app = super::setup::open_ready(&arguments.database, Limits::default()).await?;
    match arguments.action {
        Action::Create(create) => make(&app, create).await,
        Action::List { json } => list(&app, json).await,
        Action::RotateSecret { id, json } => {
            let made = client::rotate_secret(&app, By::Operator, id).await.map_err(explain)?;
            show(&app, &made, json)?;
            if !json {
                eprintln!("the secret before this one stays valid; rotate again to end it");
            }
            Ok(())
        }
        Action::Disable { id } => {
            client::disable(&app, By::Operator, id).await.map_err(explain)?;
            println!("{id} is disabled; its tokens are refused from now on");
            Ok(())
        }
        Action::RevokeTokens { id } => {
            client::revoke_tokens(&app, By::Operator, id).await.map_err(explain)?;
            println!("all tokens that {id} got before now are refused");
            Ok(())
        }
    }
}

async fn make(app: &SharedApp, create: Create) -> anyhow::Result<()> {
    let catalog = app.store.catalog();
    let Some(organization) = catalog.find_organization(&create.organization) else {
        let mut slugs: Vec<&str> = catalog.organizations().map(|known| known.slug.as_str()).collect();
        slugs.sort_unstable();
        let known = match slugs.len() {
            0 => "there is none yet; import one first".to_string(),
            count if count <= SHOWN => format!("the organizations are {}", slugs.join(", ")),
            count => {
                format!("among the {count} organizations are {}", slugs.get(..SHOWN).unwrap_or_default().join(", "))
            }
        };
        bail!("--organization: there is no organization {:?}; {known}", create.organization);
    };
    let regions = Some(create.regions).filter(|regions| !regions.is_empty());
    let grant = |scope: &Scope| GrantInput { scope: scope.as_str().to_string(), regions: regions.clone() };
    let new = NewClient {
        organization: organization.key,
        name: create.name,
        grants: create.scopes.iter().map(grant).collect(),
    };
    let made = client::create(app, By::Operator, &new).await.map_err(explain)?;
    show(app, &made, create.json)
}

async fn list(app: &SharedApp, json: bool) -> anyhow::Result<()> {
    for client in app.store.list_clients(None, u64::from(u32::MAX)).await? {
        let described = Described::of(app, &client);
        if json {
            described.print()?;
            continue;
        }
        let state = if described.is_enabled { "enabled" } else { "disabled" };
        println!("{} {state} {} {:?}", described.client_id, described.organization, described.name);
        for grant in &described.grants {
            println!("    {grant}");
        }
    }
    Ok(())
}

/// Each scope with where it holds.
fn grants(app: &App, client: &StoredClient) -> Vec<String> {
    let place = |region: &Option<i64>| match region {
        None => "everywhere".to_string(),
        Some(key) => app.store.catalog().region(*key).map_or_else(|| key.to_string(), |region| region.slug.clone()),
    };
    client.grants.iter().map(|(scope, region)| format!("{} {}", scope.as_str(), place(region))).collect()
}

/// A client as `--json` prints it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    organization: String,
    name: &'a str,
    is_enabled: bool,
    scopes: Vec<&'static str>,
    /// Empty if all scopes hold everywhere.
    regions: Vec<String>,
    /// Each scope with where it holds.
    grants: Vec<String>,
}

impl<'a> Described<'a> {
    fn of(app: &App, client: &'a StoredClient) -> Self {
        let catalog = app.store.catalog();
        let organization = catalog.organization(client.row.organization_id);
        let mut scopes: Vec<&str> = client.grants.iter().map(|(scope, _)| scope.as_str()).collect();
        scopes.dedup();
        let keys: BTreeSet<i64> = client.grants.iter().filter_map(|(_, region)| *region).collect();
        Self {
            client_id: Noun::Client.id_of(&client.row.public_id),
            client_secret: None,
            organization: organization.map_or_else(String::new, |found| found.slug.clone()),
            name: &client.row.name,
            is_enabled: client.row.is_enabled,
            scopes,
            regions: keys.into_iter().filter_map(|key| Some(catalog.region(key)?.slug.clone())).collect(),
            grants: grants(app, client),
        }
    }

    fn print(&self) -> anyhow::Result<()> {
        println!("{}", serde_json::to_string(self)?);
        Ok(())
    }
}

/// The one time that a secret is shown.
fn show(app: &App, made: &WithSecret, json: bool) -> anyhow::Result<()> {
    let secret = made.secret.expose_secret();
    let described = Described { client_secret: Some(secret), ..Described::of(app, &made.client) };
    if json {
        return described.print();
    }
    println!("client id      {}", described.client_id);
    println!("client secret  {secret}");
    eprintln!("the secret is shown this once; store it where only the client can read it");
    Ok(())
}

/// The faults of an input, each by the flag that it is about.
fn explain(error: ClientError) -> anyhow::Error {
    let name = |fault: &Fault| match fault.field.as_str() {
        "input.name" => "--name: ",
        "input.id" => "ID: ",
        field if field.contains(".regions") => "--region: ",
        field if field.contains(".scope") => "--scope: ",
        _ => "",
    };
    match error {
        ClientError::Refused(faults) => {
            let mut told: Vec<String> =
                faults.iter().map(|fault| format!("{}{}", name(fault), fault.message)).collect();
            told.dedup();
            anyhow!(told.join("; "))
        }
        ClientError::Access(AccessError::Database(cause)) => anyhow::Error::new(cause).context("the database failed"),
        ClientError::Access(error) => error.into(),
    }
}
