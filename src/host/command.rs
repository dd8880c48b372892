//! Programs of the host that may be asked: which they are, and where they are trusted.
//!
//! What an answer means is the business of the facts.

use super::process::{self, Limits};
use crate::source::Obstacle;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The programs that may be run: each reads only, and says here what it touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// sshd(8), asked with `-V` for its version, and with `-T` what it would do: reads its configuration, the files that includes and the host
    /// keys; writes nothing and takes no lock. It wants its privilege separation directory (`/run/sshd`) to be
    /// there, and looks up a `ListenAddress` that is a name.
    Sshd,
}

impl Tool {
    /// The program's name, without a directory.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sshd => "sshd",
        }
    }
}

/// What a program answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The name and the arguments, as a person would type them.
    pub argv: Vec<String>,
    /// The exit status, 0 to 255.
    pub status: i32,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

/// Where programs are looked for, in this order; and the PATH of those that run others.
pub(super) const DIRECTORIES: [&str; 6] = [
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
];

/// What a program of the host may take.
pub(super) const LIMITS: Limits = Limits {
    time: Duration::from_secs(5),
    bytes: 1 << 20,
};

/// Runs a tool of this machine.
pub(super) fn run(tool: Tool, args: &[&str]) -> Result<Output, Obstacle> {
    let name = tool.name();
    let program = find(name, &DIRECTORIES.map(Path::new)).ok_or_else(|| missing(tool))?;
    process::run(&program, name, args, LIMITS)
}

/// True if a tool of this machine can be run, false if there is none.
pub(super) fn installed(tool: Tool) -> Result<bool, Obstacle> {
    let directories = DIRECTORIES.map(Path::new);
    if find(tool.name(), &directories).is_some() {
        return Ok(true);
    }
    // Only what is certainly not there is not there.
    let maybe = |directory: &&Path| match directory.join(tool.name()).symlink_metadata() {
        Ok(_) => true,
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    };
    if directories.iter().any(maybe) {
        Err(missing(tool))
    } else {
        Ok(false)
    }
}

/// The obstacle that a tool is not there.
pub(super) fn missing(tool: Tool) -> Obstacle {
    Obstacle::ToolMissing {
        tool: tool.name().to_owned(),
    }
}

/// The first program of that name that nobody but root could have put there.
fn find(name: &str, directories: &[&Path]) -> Option<PathBuf> {
    directories
        .iter()
        .map(|directory| directory.join(name))
        .find(|candidate| is_trusted(candidate))
}

/// Looks at every directory above as well: who can rename one of them can put another in its place.
fn is_trusted(program: &Path) -> bool {
    let roots_alone = |meta: Metadata| meta.uid() == 0 && meta.mode() & 0o022 == 0;
    let Ok(real) = program.canonicalize() else {
        return false;
    };
    let runs = |meta: &Metadata| meta.is_file() && meta.mode() & 0o111 != 0;
    real.metadata()
        .is_ok_and(|meta| runs(&meta) && roots_alone(meta))
        && real
            .ancestors()
            .skip(1)
            .all(|directory| directory.metadata().is_ok_and(roots_alone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn finds_what_root_installed() {
        let found = find("sh", &DIRECTORIES.map(Path::new)).unwrap();
        assert!(found.ends_with("sh"));
        assert_eq!(find("no-such-program", &[Path::new("/usr/bin")]), None);
        assert_eq!(find("bin", &[Path::new("/usr")]), None, "a directory");
    }

    #[test]
    fn passes_over_a_program_that_others_could_have_put_there() {
        let directory = tempfile::tempdir().unwrap();
        let fake = directory.path().join("sh");
        fs::write(&fake, "#!/bin/sh\n").unwrap();
        // The file is beyond reproach if root runs this; the directory above it, /tmp, is not.
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
        let found = find("sh", &[directory.path(), Path::new("/usr/bin")]).unwrap();
        assert_eq!(found, Path::new("/usr/bin/sh"));
    }

    #[test]
    fn judges_a_link_by_what_it_leads_to() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("true");
        symlink("/usr/bin/true", &link).unwrap();
        assert!(is_trusted(&link));
        let evil = directory.path().join("evil");
        fs::write(&evil, "").unwrap();
        fs::set_permissions(&evil, fs::Permissions::from_mode(0o777)).unwrap();
        fs::remove_file(&link).unwrap();
        symlink(&evil, &link).unwrap();
        assert!(!is_trusted(&link));
    }
}
