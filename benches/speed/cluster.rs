//! PostgreSQL for the measures: one cluster for each size of data, kept between runs.

use std::path::PathBuf;

use crate::data::{Size, VERSION, copy, fill};
use crate::postgres::{programs, run};

/// A running cluster, stopped when this is dropped.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    pub url: String,
    /// The process that all others of the cluster are children of.
    pub pid: u32,
}

impl Cluster {
    /// A cluster with data of a size; none if PostgreSQL is not installed.
    pub async fn with(size: Size) -> Option<Self> {
        let programs = programs()?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("solidarity-speed-{VERSION}-{}", size.resources));
        let text = folder.to_str().unwrap();
        if !folder.join("PG_VERSION").exists() {
            run(&programs.join("initdb"), &["-D", text, "-A", "trust", "-U", "postgres"]);
        }
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=1GB -c fsync=off \
             -c max_wal_size=1GB -c max_connections=200 -c autovacuum=off"
        );
        let log = format!("{text}/log");
        run(&programs.join("pg_ctl"), &["-D", text, "-l", &log, "-w", "-o", &settings, "start"]);
        let pid = std::fs::read_to_string(folder.join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().trim().parse().unwrap();
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Self { folder, programs, url, pid };
        fill(&cluster.url, size).await;
        copy(&cluster.url, size).await;
        Some(cluster)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        run(&self.programs.join("pg_ctl"), &["-D", self.folder.to_str().unwrap(), "-m", "fast", "stop"]);
    }
}
