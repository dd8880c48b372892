//! Secrets: bytes that nobody prints, what may be shown of one, and the masking of what a process was started with.
//!
//! Facts hold no secret. So whoever parses an argv, an environment or a unit's setting puts it through here *before* it
//! becomes a fact, and what is masked once stays as it is when it is masked again. Masking errs to the dark side: it
//! hides by the name in front of a value, by the place in a known program's command line, and by the shape of the
//! value itself; a harmless value may be lost to that, a secret may not be shown.
//!
//! Password fields need nothing of this: `facts::accounts` keeps the scheme and the state of a hash, never the hash.
//! Nothing here reads a file, and finding secrets in files is not the business of this module.

mod argv;
mod assign;
mod draft;
mod environment;
mod habits;
mod json;
mod line;
mod masked;
mod name;
mod random;
mod shape;
#[cfg(test)]
mod tests;
mod unit;
mod url;
mod value;

pub use argv::{mask_argv, mask_text};
pub use environment::{mask_assignment, mask_environment};
pub use masked::{Kind, Masked};
pub use unit::mask_unit_setting;

use std::fmt;
use zeroize::Zeroizing;

/// The bytes of a secret, overwritten when dropped. It cannot be printed, cloned or serialized; [`Secret::masked`] is
/// what may be shown of it.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Takes the bytes over, without a copy: what the caller copied elsewhere is the caller's to wipe.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for whoever must sign with them or send them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// What may be shown of it.
    pub fn masked(&self, kind: Kind) -> Masked {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Masked::of(kind, text),
            Err(_) => Masked::bare(kind),
        }
    }
}

/// Takes as long for the first byte that differs as for the last; only lengths that differ are quick.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        let differences = self
            .0
            .iter()
            .zip(other.0.iter())
            .fold(0, |all, (ours, theirs)| {
                std::hint::black_box(all | (ours ^ theirs))
            });
        self.0.len() == other.0.len() && differences == 0
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret")
    }
}
