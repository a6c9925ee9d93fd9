//! A PostgreSQL cluster of its own, as durable as one comes: for measures, since the tests' cluster may have `fsync` off.

use std::path::PathBuf;

use url::Url;

use crate::postgres::{programs, run};

/// A running cluster, stopped and gone when this is dropped.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    pub url: Url,
    settings: String,
}

impl Cluster {
    /// A new cluster below the folder for temporary files; none if PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("solidarity-cluster-{port}"));
        run(&programs.join("initdb"), &["-D", folder.to_str().unwrap(), "-A", "trust", "-U", "postgres"]);
        let settings = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on");
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres").parse().unwrap();
        let cluster = Self { folder, programs, url, settings };
        cluster.launch();
        Some(cluster)
    }

    /// Starts it again where it was stopped.
    pub fn launch(&self) {
        let text = self.folder.to_str().unwrap();
        let log = format!("{text}/log");
        run(&self.programs.join("pg_ctl"), &["-D", text, "-l", &log, "-w", "-o", &self.settings, "start"]);
    }

    /// Stops it as a loss of power would.
    pub fn stop(&self) {
        run(&self.programs.join("pg_ctl"), &["-D", self.folder.to_str().unwrap(), "-m", "immediate", "stop"]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
