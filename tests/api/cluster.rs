//! A PostgreSQL cluster of its own, as durable as one comes: for measures, since the tests' cluster may have `fsync` off.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use url::Url;

/// A running cluster, stopped and gone when this is dropped.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    pub url: Url,
    settings: String,
}

/// The newest PostgreSQL that Debian has installed.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.retain(|path| path.join("initdb").exists());
    versions.sort();
    versions.pop()
}

/// Runs a program of PostgreSQL, which refuses to be run by root.
fn run(program: &Path, arguments: &[&str]) {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    let mut command = Command::new(if is_root { Path::new("runuser") } else { program });
    if is_root {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.current_dir("/").status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{}: {status:?}", program.display());
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
