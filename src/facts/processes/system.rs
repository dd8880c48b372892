//! Whether a process runs a program of the system, and not something else that is called so.

use super::{Exe, Namespaces, Process, Seen};
use crate::fact::Unjudged;

/// Where programs of the system are, as its packages have them.
const PLACES: [&str; 5] = ["/usr/", "/bin/", "/sbin/", "/lib/", "/snap/"];

impl Process {
    /// True if it runs one of these programs as the host has it: from a place of the system's, outside of containers, and
    /// in the user namespace that is ours (`here`), since whoever has one of his own can lay any file over any path there.
    ///
    /// # Errors
    /// [`Unjudged::Unknown`] if something that decides was not seen.
    pub fn runs(&self, programs: &[&str], here: &Seen<Namespaces>) -> Result<bool, Unjudged> {
        if let Exe::Unseen(why) = &self.exe {
            return Err(why.clone().into());
        }
        let Some((place, name)) = self.exe.path().and_then(|it| it.raw().rsplit_once('/')) else {
            return Ok(false);
        };
        let within = |directory: &str| format!("{place}/").starts_with(directory);
        // What an administrator put there is no package's.
        let is_systems = PLACES.iter().any(|it| within(it)) && !within("/usr/local/");
        if !is_systems || !programs.contains(&name) {
            return Ok(false);
        }
        let contained = self.place.get()?.container.is_some();
        Ok(!contained && self.namespaces.get()?.user == here.get()?.user)
    }
}
