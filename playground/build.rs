//! Bundles GraphiQL from npm into the build's own output folder and writes the table of files that the crate embeds.
//!
//! It never writes in the source tree and never fails the build for want of npm or of a network: the table is then empty
//! and the server shows its plain page. `PLAYGROUND=off` leaves GraphiQL out, `PLAYGROUND=require` makes its absence an
//! error, `PLAYGROUND_DIST=<folder>` takes a bundle that `node bundle.mjs <folder>` made elsewhere.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

const INPUTS: [&str; 6] = ["package.json", "package-lock.json", ".npmrc", "bundle.mjs", "index.html", "page"];
const PLAIN: [(&str, &str, &str); 7] = [
    ("plain/plain.js", "plain.js", "text/javascript; charset=utf-8"),
    ("page/library.js", "library.js", "text/javascript; charset=utf-8"),
    ("page/events.js", "events.js", "text/javascript; charset=utf-8"),
    ("page/token.js", "token.js", "text/javascript; charset=utf-8"),
    ("plain/plain.css", "plain.css", "text/css; charset=utf-8"),
    ("plain/icon.svg", "icon.svg", "image/svg+xml"),
    ("examples.json", "examples.json", "application/json"),
];
const NPM_LIMIT: Duration = Duration::from_secs(180);
const NODE_LIMIT: Duration = Duration::from_secs(60);
const HOW_TO: &str =
    "with Node 20 or later, npm and its registry or cache at hand, run `touch playground/build.rs` and build again";

/// Why GraphiQL is left out.
enum Absent {
    /// Somebody asked for it.
    Chosen(&'static str),
    /// Something is missing or failed.
    Failed(String),
}

fn main() {
    for input in INPUTS.iter().chain(&["build.rs", "plain", "examples.json"]) {
        println!("cargo:rerun-if-changed={input}");
    }
    for name in ["PLAYGROUND", "PLAYGROUND_DIST", "CARGO_NET_OFFLINE", "DOCS_RS"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));

    let note = match bundle(&root, &out) {
        Ok(()) => None,
        Err(absent) => {
            let _ = fs::remove_dir_all(out.join("dist"));
            let is_required = env::var("PLAYGROUND").is_ok_and(|value| value == "require");
            let reason = match absent {
                Absent::Chosen(reason) => reason.to_owned(),
                Absent::Failed(reason) => {
                    println!("cargo:warning=the playground is built without GraphiQL: {reason}; {HOW_TO}");
                    reason
                }
            };
            if is_required {
                println!("cargo::error=PLAYGROUND=require, but GraphiQL is not there: {reason}");
            }
            Some(reason)
        }
    };
    write_table(&root, &out, note.as_deref()).expect("the output folder can be written");
}

/// Leaves the bundle in `<out>/dist`.
fn bundle(root: &Path, out: &Path) -> Result<(), Absent> {
    if env::var_os("DOCS_RS").is_some() {
        return Err(Absent::Chosen("this is a build of the documentation"));
    }
    if env::var("PLAYGROUND").is_ok_and(|value| value == "off") {
        return Err(Absent::Chosen("it was left out by PLAYGROUND=off"));
    }
    let dist = out.join("dist");
    if let Some(made) = env::var_os("PLAYGROUND_DIST").filter(|value| !value.is_empty()).map(PathBuf::from) {
        println!("cargo:rerun-if-changed={}", made.display());
        let _ = fs::remove_dir_all(&dist);
        let _ = fs::remove_file(out.join("dist.hash"));
        return take(&made, &dist).map_err(|error| {
            println!("cargo::error=PLAYGROUND_DIST is not a bundle of `node bundle.mjs <folder>`: {error}");
            Absent::Chosen("PLAYGROUND_DIST is not a bundle")
        });
    }

    let hash =
        hash_inputs(root).map_err(|error| Absent::Failed(format!("the page's source cannot be read ({error})")))?;
    if dist.join("manifest.txt").is_file() && fs::read_to_string(out.join("dist.hash")).is_ok_and(|old| old == hash) {
        return Ok(());
    }
    check_node()?;
    let work = out.join("pg");
    let made = install_and_bundle(root, &work, &dist);
    // The installed packages are 200 MB per profile, and nothing needs them any more.
    let _ = fs::remove_dir_all(&work);
    made.map_err(Absent::Failed)?;
    let _ = fs::write(out.join("dist.hash"), hash);
    Ok(())
}

fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

fn check_node() -> Result<(), Absent> {
    let version = |program: &str| {
        let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(node) = version("node") else { return Err(Absent::Failed("node was not found".to_owned())) };
    let major: u32 = node.trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok()).unwrap_or(0);
    if major < 20 {
        return Err(Absent::Failed(format!("node {node} is older than 20")));
    }
    version(npm()).map(drop).ok_or_else(|| Absent::Failed("npm was not found".to_owned()))
}

fn install_and_bundle(root: &Path, work: &Path, dist: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(work);
    for input in INPUTS {
        copy(&root.join(input), &work.join(input)).map_err(|error| format!("{input} cannot be copied ({error})"))?;
    }
    let is_offline = env::var("CARGO_NET_OFFLINE").is_ok_and(|value| value == "true");
    let mut install = Command::new(npm());
    install
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"])
        .args(["--include=dev", "--include=optional", "--fetch-retries=0", "--fetch-timeout=15000"])
        .arg(if is_offline { "--offline" } else { "--prefer-offline" });
    run(install, work, "npm ci", NPM_LIMIT)?;
    let mut node = Command::new("node");
    node.arg("bundle.mjs").arg(dist);
    run(node, work, "the bundler", NODE_LIMIT)
}

/// Runs a program to its end or to the limit. The reason of a failure holds npm's own code, never a path.
fn run(mut command: Command, work: &Path, name: &str, limit: Duration) -> Result<(), String> {
    let log = work.join("output.log");
    let file = File::create(&log).map_err(|error| format!("{name} has no log file ({error})"))?;
    let errors = file.try_clone().map_err(|error| format!("{name} has no log file ({error})"))?;
    command.current_dir(work).env_remove("NODE_ENV").stdin(Stdio::null()).stdout(file).stderr(errors);
    let mut child = command.spawn().map_err(|error| format!("{name} did not start ({error})"))?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| format!("{name} cannot be waited for ({error})"))? {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("{name} took longer than {} seconds", limit.as_secs()));
        }
        thread::sleep(Duration::from_millis(50));
    };
    if status.success() {
        return Ok(());
    }
    let output = fs::read_to_string(&log).unwrap_or_default();
    let code = output.lines().find_map(|line| line.split_once("error code ").map(|(_, code)| code.trim()));
    Err(match code {
        Some(code) => format!("{name} failed with {code}"),
        None => format!("{name} failed ({status})"),
    })
}

/// Takes a finished bundle: its manifest and the files that it lists, and nothing else of the folder.
fn take(made: &Path, dist: &Path) -> io::Result<()> {
    let manifest = fs::read_to_string(made.join("manifest.txt"))?;
    copy(&made.join("manifest.txt"), &dist.join("manifest.txt"))?;
    for name in manifest.lines().filter_map(|line| line.split('\t').next()) {
        copy(&made.join(format!("{name}.gz")), &dist.join(format!("{name}.gz")))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap_or(to))?;
        return fs::copy(from, to).map(drop);
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn hash_inputs(root: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    let mut waiting: Vec<PathBuf> = INPUTS.iter().map(|input| root.join(input)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let mut entries = fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
            entries.sort();
            waiting.extend(entries);
        } else {
            path.strip_prefix(root).unwrap_or(&path).hash(&mut hasher);
            fs::read(&path)?.hash(&mut hasher);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

/// Writes `assets.rs`: `BUNDLE`, `PLAIN`, `PLAIN_PAGE` and `NOTE`.
fn write_table(root: &Path, out: &Path, note: Option<&str>) -> io::Result<()> {
    let mut table = String::from("static BUNDLE: &[Asset] = &[\n");
    if note.is_none() {
        for line in fs::read_to_string(out.join("dist/manifest.txt"))?.lines() {
            let [path, mime, etag, is_immutable] = line.split('\t').collect::<Vec<_>>()[..] else {
                return Err(io::Error::other("a line of manifest.txt has not four columns"));
            };
            let _ = writeln!(table, "{},", asset(path, mime, etag, &format!("dist/{path}.gz"), is_immutable == "true"));
        }
    }
    table.push_str("];\nstatic PLAIN: &[Asset] = &[\n");
    for (source, path, mime) in PLAIN {
        let bytes = fs::read(root.join(source))?;
        fs::write(out.join(path), &bytes)?;
        let _ = writeln!(table, "{},", asset(path, mime, &etag(&bytes), path, false));
    }
    let page = fs::read_to_string(root.join("plain/index.html"))?.replace("<!--note-->", &plain_note(note));
    fs::write(out.join("plain.html"), &page)?;
    let page = asset("plain.html", "text/html; charset=utf-8", &etag(page.as_bytes()), "plain.html", false);
    let _ = writeln!(table, "];\nstatic PLAIN_PAGE: Asset = {page};\nconst NOTE: Option<&str> = {note:?};");
    fs::write(out.join("assets.rs"), table)
}

fn asset(path: &str, mime: &str, etag: &str, file: &str, is_immutable: bool) -> String {
    let etag = format!("\"{etag}\"");
    let is_gzip = file.ends_with(".gz");
    format!(
        "Asset {{ path: {path:?}, mime: {mime:?}, etag: {etag:?}, is_gzip: {is_gzip}, is_immutable: {is_immutable}, \
         bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), {:?})) }}",
        format!("/{file}")
    )
}

/// FNV-1a over 128 bits: the same on every machine, and enough to tell one of our own files from its next version.
fn etag(bytes: &[u8]) -> String {
    let start = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    let hash = bytes
        .iter()
        .fold(start, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b));
    format!("{hash:032x}")
}

fn plain_note(note: Option<&str>) -> String {
    let Some(reason) = note else {
        return "<p>The full playground, with completion and documentation, is at <a href=\"./\">the root</a>.</p>"
            .to_owned();
    };
    let reason = reason.replace('&', "&amp;").replace('<', "&lt;");
    format!(
        "<p class=\"note\">GraphiQL is not in this build: {reason}. To add it, install Node 20 or later with npm, see that \
         npm reaches its registry or has the packages in its cache, run <code>touch playground/build.rs</code> and build \
         again.</p>"
    )
}
