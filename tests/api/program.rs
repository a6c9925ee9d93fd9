//! The program itself, in a folder of its own: started as a server, and run as a command beside it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::harness::folder;
use crate::publisher::Publisher;

/// A running server of the program, with its log in a file.
pub struct Program {
    child: Child,
    pub folder: PathBuf,
    pub address: SocketAddr,
    pub metrics_address: SocketAddr,
    database_url: String,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Program {
    /// Starts a server on a new SQLite file, with the most talkative log.
    pub async fn start(name: &str, arguments: &[&str]) -> Self {
        let folder = folder(name);
        let database_url = format!("sqlite://{}?mode=rwc", folder.join("canary.sqlite").display());
        let talkative = ["--log", "trace", "--trusted-proxy", "127.0.0.1/32"];
        Self::launch(folder, database_url, &[&talkative, arguments].concat()).await
    }

    /// Starts a server on a given database.
    pub async fn start_on(name: &str, database_url: &str, arguments: &[&str]) -> Self {
        Self::launch(folder(name), database_url.to_string(), arguments).await
    }

    /// Kills the server as it is, which leaves it no time to finish anything, and starts another one in its place.
    pub async fn kill_and_restart(mut self, arguments: &[&str]) -> Self {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        Self::launch(self.folder.clone(), self.database_url.clone(), arguments).await
    }

    async fn launch(folder: PathBuf, database_url: String, arguments: &[&str]) -> Self {
        let log = File::create(folder.join("log")).unwrap();
        #[expect(clippy::zombie_processes, reason = "`Drop` waits; a start that fails ends the test")]
        let child = Command::new(env!("CARGO_BIN_EXE_solidarity"))
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"])
            .args(["--database-url", &database_url])
            .args(arguments)
            .current_dir(&folder)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let read = || std::fs::read_to_string(folder.join("log")).unwrap();
        for _ in 0..3_000 {
            if let Some(line) = read().lines().find(|line| line.contains("the server listens")) {
                let mut addresses = line
                    .split(|character: char| !character.is_ascii_digit() && !matches!(character, '.' | ':'))
                    .filter_map(|word| word.parse().ok());
                let (address, metrics_address) = (addresses.next().unwrap(), addresses.next().unwrap());
                return Self { child, folder, address, metrics_address, database_url };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the program did not start: {}", read());
    }

    /// A new client of the collective: its id and its secret.
    pub fn client(&self, scopes: &[&str]) -> (String, String) {
        let about =
            ["client", "create", "--organization", "starter-collection", "--name", "a test's", "--json", "--scope"];
        let made = self.run(&[&about, scopes].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: Value = serde_json::from_slice(&made.stdout).unwrap();
        let text = |name: &str| made[name].as_str().unwrap().to_string();
        (text("clientId"), text("clientSecret"))
    }

    /// A publisher's app with a token of a client.
    pub async fn publisher(&self, (id, secret): &(String, String)) -> Publisher {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.post(format!("http://{}/oauth/token", self.address)).basic_auth(id, Some(secret));
        let response = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        Publisher::new(self.address, body["access_token"].as_str().unwrap().to_string())
    }

    /// The memory of the process that is its own and in use, in KiB.
    pub fn memory(&self) -> usize {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// The files and connections that the process has open.
    pub fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).unwrap().count()
    }

    /// The value of a figure that the server measures.
    pub async fn figure(&self, name: &str) -> f64 {
        let text =
            reqwest::get(format!("http://{}/metrics", self.metrics_address)).await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Runs a command in the server's folder, on its database.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    /// The same with variables.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_solidarity"))
            .args(arguments)
            .env("SOLIDARITY_DATABASE_URL", &self.database_url)
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }
}
