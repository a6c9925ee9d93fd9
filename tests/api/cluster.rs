//! A PostgreSQL cluster of its own, as durable as one comes: for measures, since the tests' cluster may have `fsync` off.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use url::Url;

/// A running cluster, stopped and gone when this is dropped.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    pub url: Url,
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
        let text = folder.to_str().unwrap().to_string();
        run(&programs.join("initdb"), &["-D", &text, "-A", "trust", "-U", "postgres"]);
        let settings = format!("-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on");
        let log = format!("{text}/log");
        run(&programs.join("pg_ctl"), &["-D", &text, "-l", &log, "-w", "-o", &settings, "start"]);
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres").parse().unwrap();
        Some(Self { folder, programs, url })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let text = self.folder.to_str().unwrap();
        run(&self.programs.join("pg_ctl"), &["-D", text, "-m", "immediate", "stop"]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
