//! Servers as processes of their own, held to one core, and what they use.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The core of servers that are measured; what sends and what stores has the other one.
pub const SERVER_CORE: &str = "0";
pub const OTHER_CORE: &str = "1";

/// A free port.
pub fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A command on one core.
pub fn on_core(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program).stdin(Stdio::null());
    command
}

/// A running server; killed when this is dropped.
pub struct Process {
    child: Child,
    pub port: u16,
}

impl Process {
    /// Starts a command and waits for the line on its standard output or error that says that it serves.
    pub fn start(mut command: Command, port: u16, ready: &str, is_on_error: bool) -> Self {
        if is_on_error {
            command.stdout(Stdio::null()).stderr(Stdio::piped());
        } else {
            // What it says on the way down, when the database goes before it, is of no interest.
            command.stdout(Stdio::piped()).stderr(Stdio::null());
        }
        let mut child = command.spawn().unwrap_or_else(|fault| panic!("{command:?}: {fault}"));
        let mut lines: Box<dyn BufRead + Send> = if is_on_error {
            Box::new(BufReader::new(child.stderr.take().unwrap()))
        } else {
            Box::new(BufReader::new(child.stdout.take().unwrap()))
        };
        let mut all = String::new();
        loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).unwrap() > 0, "{command:?} did not start: {all}");
            if line.contains(ready) {
                break;
            }
            all.push_str(&line);
        }
        // What it says from now on is read, so that it never waits for that.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { child, port }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Processor time so far, in nanoseconds.
    pub fn time(&self) -> u64 {
        time_of(self.pid())
    }

    /// Resident memory, in MiB.
    pub fn memory(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1_024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor time of all threads of a process, in nanoseconds.
fn time_of(pid: u32) -> u64 {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return 0 };
    let of = |thread: std::fs::DirEntry| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split(' ').next()?.parse::<u64>().ok()
    };
    threads.flatten().filter_map(of).sum()
}

/// Processor time of the children of a process so far, by child.
pub fn children(pid: u32) -> std::collections::HashMap<u32, u64> {
    let parent = |pid: u32| -> Option<u32> {
        let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|child| parent(*child) == Some(pid)).map(|child| (child, time_of(child))).collect()
}

/// Processor time that children used between two looks, in nanoseconds.
pub fn between(before: &std::collections::HashMap<u32, u64>, after: &std::collections::HashMap<u32, u64>) -> u64 {
    after.iter().map(|(pid, time)| time.saturating_sub(before.get(pid).copied().unwrap_or(0))).sum()
}

/// Holds the children of a process to a core, those to come included.
pub fn hold(pid: u32, core: &str) {
    for pid in children(pid).keys().copied().chain([pid]) {
        let _ = Command::new("taskset").args(["-acp", core, &pid.to_string()]).stdout(Stdio::null()).status();
    }
}
