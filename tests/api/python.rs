//! Python and its packages as second opinions: skipped where they are missing, except under `CI=true`.

use std::process::Command;

/// An interpreter that has a package, with the time zones of the package `tzdata` only; nothing, and a word on why, if
/// there is none.
pub fn python(package: &str) -> Option<Command> {
    let program = std::env::var("SOLIDARITY_PYTHON").unwrap_or_else(|_| "python3".to_string());
    let command = || {
        let mut command = Command::new(&program);
        command.env("PYTHONTZPATH", "").env("PYTHONIOENCODING", "utf-8");
        command
    };
    let check = command().args(["-c", &format!("import {package}, tzdata")]).output();
    if check.is_ok_and(|output| output.status.success()) {
        return Some(command());
    }
    assert!(std::env::var_os("CI").is_none(), "CI needs Python with {package}; SOLIDARITY_PYTHON names it");
    println!("skipped: {program} has no package {package}; SOLIDARITY_PYTHON names one that has");
    None
}
