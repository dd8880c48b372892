//! What PAM asks whoever logs in: the files of pam.d(5), line by line, and the small files that its modules go by.
//!
//! What a stack of modules answers belongs to the model. Arguments are masked: some modules take a password of their own.

mod line;

pub use line::{Kind, Line, What, parse};

use crate::fact::Fact;
use crate::source::HostText;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The services that are looked at: sshd, console, change of account, and `other`, which stands in for what is not there.
pub const SERVICES: [&str; 5] = ["sshd", "login", "su", "su-l", "other"];

/// The files that modules read and that decide who gets in. Everything else that one reads is its own business.
pub const AIDES: [&str; 5] = [
    "/etc/nologin",
    "/run/nologin",
    "/etc/securetty",
    "/etc/shells",
    "/etc/security/access.conf",
];

/// The configuration of PAM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pam {
    /// By the name under which it is asked for: a service, or whatever an include names. The source says which file that is.
    pub files: BTreeMap<HostText, Fact<Vec<Line>>>,
    /// The lines that say something of each of [`AIDES`].
    pub aides: BTreeMap<HostText, Fact<Vec<HostText>>>,
    /// The modules that are installed, by their file names; unknown where their directories were not found.
    pub modules: Option<BTreeSet<HostText>>,
}

impl Pam {
    /// True if a module goes by name, number or groups of an account (pam_succeed_if(8)).
    pub fn asks_who(&self) -> bool {
        let lines = self.files.values().filter_map(|file| file.known().ok());
        let mut modules = lines
            .flat_map(|(lines, _)| lines)
            .filter_map(|line| match &line.what {
                What::Rule { module, .. } => module.as_ref(),
                What::All(_) => None,
            });
        modules.any(|module| module.raw().ends_with("pam_succeed_if.so"))
    }
}

/// The lines of a small file that say something.
pub fn words(text: &[u8]) -> Vec<HostText> {
    let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines
        .filter(|line| !matches!(line.first(), None | Some(b'#')))
        .map(HostText::from_bytes)
        .collect()
}
