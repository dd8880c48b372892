//! The only code that writes a file: a report or facts, where `-o FORMAT=PATH` says.
//!
//! Atomic, mode 0600, never through a symbolic link: the text goes to a new file beside the target, which then takes its
//! name. Whoever reads the target sees the old one or the new one, whole.

use std::fs::{File, OpenOptions, remove_file, rename, symlink_metadata};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;

/// How many names beside the target are tried.
const TRIES: u32 = 100;

/// Writes a file, or leaves everything as it was.
///
/// # Errors
/// Why it could not be written, with the path.
pub fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |why: String| format!("{}: {why}", path.display());
    match symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            return Err(told("a symbolic link: name the file itself".to_owned()));
        }
        Ok(there) if !there.is_file() => return Err(told("not a regular file".to_owned())),
        // What is not there is made; what cannot be seen fails below with its reason.
        Ok(_) | Err(_) => {}
    }
    let (mut file, beside) = beside(path).map_err(|error| told(error.to_string()))?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| rename(&beside, path));
    written.map_err(|error| {
        // The error that matters is the first one.
        let _ = remove_file(&beside);
        told(error.to_string())
    })
}

/// A new file in the same directory, under a name that nobody uses.
fn beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("not the name of a file"))?;
    for number in 0..TRIES {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}-{number}", process::id()));
        let beside = path.with_file_name(hidden);
        // create_new opens nothing that is there, be it a link (O_EXCL).
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)
        {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (file, beside)),
        }
    }
    Err(io::Error::other("too many unfinished files beside it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir, read_dir, read_to_string, set_permissions, write as put};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn replaces_a_file_whole_and_closes_it_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        put(&path, "old").unwrap();
        set_permissions(&path, PermissionsExt::from_mode(0o666)).unwrap();
        write(&path, "new").unwrap();
        assert_eq!(read_to_string(&path).unwrap(), "new");
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        assert_eq!(read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_link_is_not_followed_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        put(&target, "precious").unwrap();
        let link = folder.path().join("report.json");
        symlink(&target, &link).unwrap();
        assert!(write(&link, "new").unwrap_err().contains("symbolic link"));
        assert_eq!(read_to_string(&target).unwrap(), "precious");
        assert!(link.is_symlink());
    }

    #[test]
    fn says_why_it_cannot_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        create_dir(folder.path().join("directory")).unwrap();
        for (name, why) in [
            ("directory", "not a regular file"),
            ("none/report", "No such file"),
            ("..", "not "),
        ] {
            let said = write(&folder.path().join(name), "new").unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        assert_eq!(read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_unfinished_file_of_another_run_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let unfinished = folder
            .path()
            .join(format!(".report.json.{}-0", process::id()));
        put(&unfinished, "theirs").unwrap();
        write(&folder.path().join("report.json"), "new").unwrap();
        assert_eq!(read_to_string(unfinished).unwrap(), "theirs");
    }
}
