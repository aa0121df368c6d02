//! Which user of the machine each organisation's plugin is.
//!
//! A number belongs to one organisation and plugin for ever: files that were left behind are nobody else's. The list is a
//! file beside the workers' home folders; nothing secret is in it.

use kernel::TenantId;
use runtime::sandbox::Identity;
use runtime::sandbox::probe::FIRST_USER;
use std::collections::HashMap;
use std::fs::{DirBuilder, OpenOptions, read_to_string};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Hands out users.
#[derive(Debug)]
pub struct Users {
    file: PathBuf,
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    users: HashMap<String, u32>,
    last: u32,
}

impl Users {
    /// Keeps the list in `file`, which is read at its first use.
    #[must_use]
    pub fn at(file: PathBuf) -> Self {
        Self { file, known: Mutex::default() }
    }

    /// The user of this plugin of this organisation.
    ///
    /// # Errors
    /// The list cannot be read or written: without it two might become the same.
    pub fn of(&self, tenant: TenantId, plugin_id: &str) -> io::Result<Identity> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.is_none() {
            *known = Some(self.read()?);
        }
        let known = known.get_or_insert_default();
        let name = format!("{tenant} {plugin_id}");
        let uid = match known.users.get(&name) {
            Some(uid) => *uid,
            None => {
                let uid = known.last.max(FIRST_USER) + 1;
                self.append(&format!("{uid} {name}\n"))?;
                known.last = uid;
                known.users.insert(name, uid);
                uid
            }
        };
        Ok(Identity { uid, gid: uid })
    }

    fn read(&self) -> io::Result<Known> {
        let text = match read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            other => other?,
        };
        let mut known = Known::default();
        // A last line without its end was never acted upon.
        for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
            let Some((uid, name)) = line.split_once(' ') else { continue };
            let Ok(uid) = uid.parse::<u32>() else { continue };
            known.last = known.last.max(uid);
            known.users.insert(name.to_owned(), uid);
        }
        Ok(known)
    }

    fn append(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.file.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&self.file)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use uuid::Uuid;

    #[test]
    fn nobody_gets_somebody_elses_user_and_everybody_keeps_theirs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("workers/users");
        let (acme, globex) = (TenantId::new(Uuid::from_u128(1)), TenantId::new(Uuid::from_u128(2)));
        let users = Users::at(file.clone());
        let first = users.of(acme, "badges").unwrap();
        assert_eq!(users.of(acme, "badges").unwrap(), first);
        let second = users.of(globex, "badges").unwrap();
        let third = users.of(acme, "todo").unwrap();
        assert!(first.uid > FIRST_USER && first != second && second != third && first != third);
        let again = Users::at(file);
        assert_eq!(again.of(globex, "badges").unwrap(), second, "after a restart");
        assert!(again.of(globex, "todo").unwrap().uid > third.uid);
    }
}
