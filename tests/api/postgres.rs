//! PostgreSQL's own programs, for those that start clusters.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The newest PostgreSQL that Debian has installed.
pub fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut versions: Vec<PathBuf> = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    versions.retain(|path| path.join("initdb").exists());
    versions.sort();
    versions.pop()
}

/// Runs a program of PostgreSQL, which refuses to be run by root.
pub fn run(program: &Path, arguments: &[&str]) {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    let mut command = Command::new(if is_root { Path::new("runuser") } else { program });
    if is_root {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.current_dir("/").status();
    assert!(status.as_ref().is_ok_and(std::process::ExitStatus::success), "{}: {status:?}", program.display());
}
