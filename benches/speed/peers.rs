//! The servers of others: Node programs in `benches/peers`, on the same cluster. Those that want normalized tables have them
//! in the schema `peers`, made from the same rows.

use std::path::{Path, PathBuf};
use std::process::Command;

use sea_orm::{ConnectionTrait, Database, Statement};
use serde_json::{Value, json};
use solidarity::store::ALIKE;

use crate::process::{Process, SERVER_CORE, on_core, port};
use crate::reads::{Read, three};

/// Name, program, and whose queries it takes.
pub const PEERS: [(&str, &str, &str); 4] = [
    ("Mercurius 16 JIT, same data model", "mercurius-same.mjs", "ours"),
    ("Mercurius 16 JIT, as usually written", "mercurius-usual.mjs", "ours"),
    ("GraphQL Yoga 5", "yoga.mjs", "ours"),
    ("PostGraphile 5", "postgraphile.mjs", "postgraphile"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// Installs what the peers need, and makes their tables; says why not if that cannot be.
pub async fn prepare(url: &str) -> Result<(), String> {
    if !folder().join("node_modules").exists() {
        let mut install = Command::new("npm");
        install.args(["ci", "--ignore-scripts", "--loglevel=error"]).current_dir(folder());
        let status = install.status().map_err(|fault| format!("npm: {fault}"))?;
        if !status.success() {
            return Err(format!("npm: {status}"));
        }
    }
    let connection = Database::connect(url).await.unwrap();
    let known = "SELECT 1 FROM information_schema.schemata WHERE schema_name = 'peers'";
    let known = Statement::from_string(connection.get_database_backend(), known);
    if connection.query_one_raw(known).await.unwrap().is_none() {
        let tables = std::fs::read_to_string(folder().join("normalized.sql")).unwrap();
        connection.execute_unprepared(&tables).await.unwrap();
        connection.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    }
    connection.close().await.unwrap();
    Ok(())
}

/// A peer on a database.
pub fn start(program: &str, url: &str) -> Process {
    let port = port();
    let mut command = on_core(SERVER_CORE, Path::new("node"));
    command.arg(program).current_dir(folder()).env("DATABASE_URL", url).env("PORT", port.to_string());
    if program.contains("same") {
        // Its statements are the server's own lists; the statements of others need a planner that sorts and hashes.
        let settings = ALIKE.map(|(name, value)| format!("-c {name}={value}")).join(" ");
        command.env("PGOPTIONS", settings);
    }
    Process::start(command, port, "ready", false)
}

/// The three reads in the words of a schema.
pub fn reads(schema: &str) -> Vec<Read> {
    let text = std::fs::read_to_string(folder().join("queries.json")).unwrap();
    let queries: Value = serde_json::from_str(&text).unwrap();
    let of = |read: Read| {
        let known = &queries[schema][read.name.to_lowercase()];
        let mut variables = json!({});
        for name in known["variables"].as_object().unwrap().keys() {
            variables[name] = read.variables[name].clone();
        }
        Read { query: known["query"].as_str().unwrap().to_string(), variables, ..read }
    };
    three().into_iter().map(of).collect()
}
