//! Whether a process runs a program of the system, and not something else that is called so.

use super::{Exe, Namespaces, Process, Seen};
use crate::fact::Unjudged;

/// Where programs of the system are, which only root may replace.
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
        let is_systems = PLACES.iter().any(|it| format!("{place}/").starts_with(it));
        if !is_systems || !programs.contains(&name) {
            return Ok(false);
        }
        let contained = self.place.get()?.container.is_some();
        Ok(!contained && self.namespaces.get()?.user == here.get()?.user)
    }
}
