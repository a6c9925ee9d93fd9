//! Where the keys in force come from: a file that only its owner can read, read again whenever it changes, or a text that
//! stands for the life of the process. Must not put a key into a database, a log or an error.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use secrecy::ExposeSecret;

use super::key::{KeyFault, KeySet};

/// Longest key file, in bytes; a set of two is about 600.
const MOST_BYTES: u64 = 16 * 1024;

/// Why a key file cannot be used. Each names the file.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileFault {
    /// The file cannot be read or written.
    #[error("key file {}: {what}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// Others than the owner can reach it.
    #[error("key file {} can be reached by others than its owner (mode {mode:04o}); run `chmod 600` on it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// It holds no usable keys.
    #[error("key file {} {fault}", path.display())]
    Keys {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: KeyFault,
    },
}

/// What tells that a file is not the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: (i64, i64),
    length: u64,
    inode: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { modified: (metadata.mtime(), metadata.mtime_nsec()), length: metadata.len(), inode: metadata.ino() }
    }
}

#[derive(Debug)]
struct Loaded {
    set: Arc<KeySet>,
    stamp: Option<Stamp>,
}

/// The keys of a running program.
#[derive(Debug)]
pub struct Keys {
    file: Option<PathBuf>,
    loaded: ArcSwap<Loaded>,
}

impl Keys {
    /// One new key that is kept nowhere: for tests, and for commands that issue no token.
    pub fn generate() -> Result<Self, KeyFault> {
        Ok(Self::fixed(KeySet::generate()?))
    }

    /// Keys from a text, such as an environment variable. They stay as they are.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        Ok(Self::fixed(KeySet::parse(text)?))
    }

    fn fixed(set: KeySet) -> Self {
        Self { file: None, loaded: ArcSwap::from_pointee(Loaded { set: Arc::new(set), stamp: None }) }
    }

    /// Keys from a file; one that does not exist is made, with one new key.
    pub fn open_or_create(path: &Path) -> Result<Self, KeyFileFault> {
        if !path.exists() {
            let set = KeySet::generate().map_err(|fault| KeyFileFault::Keys { path: path.to_path_buf(), fault })?;
            create(path, &set)?;
        }
        let (mut set, mut stamp) = read(path)?;
        if let Some(completed) = set.completed() {
            // One of an earlier version, which had no webhooks.
            let completed = completed.map_err(|fault| KeyFileFault::Keys { path: path.to_path_buf(), fault })?;
            match replace(path, &completed) {
                Ok(()) => (set, stamp) = read(path)?,
                Err(cause) => {
                    tracing::warn!(%cause, "the key file has no secret for webhooks, and cannot be given one")
                }
            }
        }
        Ok(Self {
            file: Some(path.to_path_buf()),
            loaded: ArcSwap::from_pointee(Loaded { set: Arc::new(set), stamp: Some(stamp) }),
        })
    }

    /// The keys in force. A file that changed is read again; one that cannot be read leaves the keys as they were.
    pub fn current(&self) -> Arc<KeySet> {
        let loaded = self.loaded.load_full();
        let Some(path) = &self.file else { return Arc::clone(&loaded.set) };
        let stamp = std::fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata));
        if stamp == loaded.stamp {
            return Arc::clone(&loaded.set);
        }
        let (set, stamp) = match read(path) {
            Ok((set, stamp)) => {
                tracing::info!("the key file changed and was read again");
                (Arc::new(set), Some(stamp))
            }
            Err(fault) => {
                tracing::warn!(cause = %fault, "the key file changed and cannot be used; the keys stay as they were");
                (Arc::clone(&loaded.set), stamp)
            }
        };
        self.loaded.store(Arc::new(Loaded { set: Arc::clone(&set), stamp }));
        set
    }
}

/// Puts a new key before those of a file, in one step for whoever reads it. The oldest of more than two goes.
pub fn rotate(path: &Path) -> Result<KeySet, KeyFileFault> {
    let (set, _) = read(path)?;
    let rotated = set.rotated().map_err(|fault| KeyFileFault::Keys { path: path.to_path_buf(), fault })?;
    replace(path, &rotated)?;
    Ok(rotated)
}

/// Puts a set in the place of a file's, in one step.
fn replace(path: &Path, set: &KeySet) -> Result<(), KeyFileFault> {
    let written = write_beside(path, set)?;
    std::fs::rename(&written, path).map_err(fault(path, "cannot be replaced"))?;
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // So that the new name outlives a loss of power; some file systems cannot do it.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn fault(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> KeyFileFault {
    let path = path.to_path_buf();
    move |source| KeyFileFault::File { path, what, source }
}

/// Reads a file that only its owner can reach.
fn read(path: &Path) -> Result<(KeySet, Stamp), KeyFileFault> {
    let file = File::open(path).map_err(fault(path, "cannot be read"))?;
    let metadata = file.metadata().map_err(fault(path, "cannot be read"))?;
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyFileFault::Open { path: path.to_path_buf(), mode });
    }
    let text = io::read_to_string(io::Read::take(file, MOST_BYTES)).map_err(fault(path, "cannot be read"))?;
    let set = KeySet::parse(&text).map_err(|fault| KeyFileFault::Keys { path: path.to_path_buf(), fault })?;
    Ok((set, Stamp::of(&metadata)))
}

/// Makes the file whole or not at all; one that another process has just made stays.
fn create(path: &Path, set: &KeySet) -> Result<(), KeyFileFault> {
    let written = write_beside(path, set)?;
    let linked = std::fs::hard_link(&written, path);
    let _ = std::fs::remove_file(&written);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(fault(path, "cannot be made")(error)),
        _ => Ok(()),
    }
}

/// Writes a set into a new file beside another, for its owner only.
fn write_beside(path: &Path, set: &KeySet) -> Result<PathBuf, KeyFileFault> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{:016x}.new", rand::random::<u64>()));
    let beside = path.with_file_name(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)
        .map_err(fault(path, "cannot be written beside"))?;
    let written = file.write_all(set.private().expose_secret().as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(fault(path, "cannot be written beside")(error));
    }
    Ok(beside)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> PathBuf {
        let path = std::env::temp_dir().join(format!("solidarity-keys-{:016x}", rand::random::<u64>()));
        std::fs::create_dir(&path).unwrap();
        path
    }

    fn kids(set: &KeySet) -> Vec<String> {
        set.kids().map(str::to_string).collect()
    }

    #[test]
    fn a_file_is_made_for_its_owner_only_and_followed_when_it_is_rotated() {
        let folder = folder();
        let path = folder.join("keys.json");
        let keys = Keys::open_or_create(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let before = kids(&keys.current());
        assert_eq!(kids(&Keys::open_or_create(&path).unwrap().current()), before);
        let rotated = rotate(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(kids(&keys.current()), kids(&rotated));
        assert_eq!(rotated.kids().nth(1), before.first().map(String::as_str));
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "something was left beside the file");
        std::fs::write(&path, "{}").unwrap();
        assert_eq!(kids(&keys.current()), kids(&rotated), "a broken file took the keys away");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_without_the_secret_of_webhooks_gets_one_that_stays() {
        let folder = folder();
        let path = folder.join("keys.json");
        Keys::open_or_create(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut jwks: serde_json::Value = serde_json::from_str(&text).unwrap();
        jwks.as_object_mut().unwrap().remove("webhooks").unwrap();
        std::fs::write(&path, jwks.to_string()).unwrap();
        let keys = Keys::open_or_create(&path).unwrap();
        let master = keys.current().webhooks().unwrap();
        assert_eq!(rotate(&path).unwrap().webhooks(), Some(master));
        assert_eq!(Keys::open_or_create(&path).unwrap().current().webhooks(), Some(master));
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(Keys::parse(&jwks.to_string()).unwrap().current().webhooks().is_none());
        jwks["webhooks"] = serde_json::json!("short");
        assert!(Keys::parse(&jwks.to_string()).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_that_others_can_reach_is_refused_by_name() {
        let folder = folder();
        let path = folder.join("keys.json");
        Keys::open_or_create(&path).unwrap();
        for mode in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let message = Keys::open_or_create(&path).unwrap_err().to_string();
            assert!(message.contains("keys.json") && message.contains(&format!("{mode:04o}")), "{message}");
            assert!(rotate(&path).is_err());
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
