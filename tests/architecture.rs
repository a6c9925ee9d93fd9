//! The shape of the source: imports go down only, the surfaces never import each other, and no file outgrows its purpose.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows tests by their attribute only, not their helpers"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Layers from the ground up; those of one rank do not import each other.
const RANKS: [(&str, u8); 12] = [
    ("domain", 1),
    ("store", 2),
    ("auth", 2),
    ("bus", 2),
    ("mirror", 2),
    ("webhook", 2),
    ("service", 3),
    ("graphql", 4),
    ("feeds", 4),
    ("server", 5),
    ("cli", 6),
    ("main", 7),
];

/// Modules that all layers may import.
const LEAVES: [&str; 5] = ["app", "clock", "config", "telemetry", "lib"];

/// A file longer than this fails the build.
const MOST_LINES: usize = 600;

fn rank(layer: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == layer).map(|(_, rank)| *rank)
}

/// What a file imports upward or sideways: each as `layer -> layer`.
fn upward_imports(layer: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            let target: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if target == layer || LEAVES.contains(&target.as_str()) || LEAVES.contains(&layer) {
                continue;
            }
            if let (Some(own), Some(other)) = (rank(layer), rank(&target))
                && other >= own
            {
                found.push(format!("{layer} -> {target}"));
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn imports_go_down_only() {
    let source = root().join("src");
    let mut wrong = Vec::new();
    let files = rust_files(&source);
    assert!(files.len() > 50, "the source was not found");
    for file in files {
        let relative = file.strip_prefix(&source).unwrap();
        let layer = relative.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        assert!(rank(&layer).is_some() || LEAVES.contains(&layer.as_str()), "{layer} is no layer: name its rank here");
        let text = fs::read_to_string(&file).unwrap();
        wrong.extend(upward_imports(&layer, &text).into_iter().map(|found| format!("{}: {found}", relative.display())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_upward_or_sideways_import_is_found() {
    let upward = "use crate::domain::time;\nuse crate::graphql::context;\n// crate::server is only named here\n";
    assert_eq!(upward_imports("store", upward), ["store -> graphql"]);
    assert_eq!(upward_imports("graphql", "fn f() { crate::feeds::write() }"), ["graphql -> feeds"]);
    assert_eq!(upward_imports("graphql", "use crate::store::Item; use crate::app::App;"), Vec::<String>::new());
}

#[test]
fn no_file_outgrows_its_purpose() {
    let mut long = Vec::new();
    for folder in ["src", "entity", "migration", "playground", "tests", "benches"] {
        for file in rust_files(&root().join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            if lines > MOST_LINES {
                long.push(format!("{}: {lines} lines", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn migrations_never_know_entities() {
    for file in rust_files(&root().join("migration")) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("entity::"), "{} knows an entity", file.display());
    }
}
