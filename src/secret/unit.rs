//! Settings of systemd units that may hold a secret (systemd.exec(5), systemd.service(5)).

use super::Kind;
use super::argv::{Words, by_shape, settle_one};
use super::draft::Draft;
use super::line;
use crate::source::HostText;

/// The value of a unit's setting without its secrets: `Environment=` by the names in it, `Exec…=` as a command line,
/// `SetCredential=` whole. Names of variables and paths stay.
pub fn mask_unit_setting(key: &str, value: &HostText) -> HostText {
    settle_one(value.raw(), |draft, value| match key {
        "Environment" => environment(draft, value),
        "SetCredential" | "SetCredentialEncrypted" => credential(draft, value),
        "PassEnvironment"
        | "UnsetEnvironment"
        | "EnvironmentFile"
        | "LoadCredential"
        | "LoadCredentialEncrypted"
        | "ImportCredential" => by_shape(draft, value, false),
        _ => Words::default().line(draft, value),
    })
}

/// A word that assigns nothing is what somebody forgot to quote: the rest of the value before it.
fn environment(draft: &mut Draft, value: &str) -> String {
    let (words, end) = line::words(value);
    let shown = words.iter().map(|word| {
        Some(match word.meant.split_once('=') {
            Some((name, value)) => {
                format!("{name}={}", Words::default().assigned(draft, name, value))
            }
            None => draft.mask(Kind::Secret, &word.meant),
        })
    });
    let shown = shown.collect();
    line::put_together(&words, shown, end)
}

fn credential(draft: &mut Draft, value: &str) -> String {
    match value.split_once(':') {
        Some((id, secret)) => format!("{id}:{}", draft.mask(Kind::Credential, secret)),
        None => value.to_owned(),
    }
}
