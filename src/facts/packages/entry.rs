//! One stanza of dpkg's database as a package. What dpkg refuses is a fault; so is what would make two readers disagree.

use super::stanza::{Fault, Stanza};
use super::{DebVersion, MultiArch, Package, State, Want};
use crate::source::{HostText, Source};

/// Where a stanza stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Book {
    /// In dpkg's own `status`.
    Status,
    /// In its journal.
    Journal,
    /// In a file of `status.d`, where images without dpkg keep the control files of what they were made of: there is no
    /// `Status`, and nobody minds a missing final newline.
    Image,
}

/// The package of a stanza of the file at `path`.
pub(super) fn package(stanza: Stanza<'_>, book: Book, path: &str) -> Result<Package, Fault> {
    if book != Book::Image && !stanza.is_whole() {
        return Err(fault(
            stanza,
            "the file is cut off here, in the middle of a line",
        ));
    }
    let [
        name,
        status,
        architecture,
        multi_arch,
        source,
        version,
        revisions @ ..,
    ] = stanza.fields([
        "Package",
        "Status",
        "Architecture",
        "Multi-Arch",
        "Source",
        "Version",
        "Revision",
        "Package-Revision",
        "Package_Revision",
    ])?;
    let name = name.unwrap_or_default();
    if !is_name(name) {
        return Err(match name {
            b"" => fault(stanza, "no name of a package"),
            name => {
                let why = format!("no name of a package: {}", shown(name));
                fault(stanza, &why)
            }
        });
    }
    let name = name.to_ascii_lowercase();
    let about = |why: &str| fault(stanza, &format!("{}: {why}", shown(&name)));
    if revisions.iter().any(Option::is_some) {
        return Err(about("its version is in two fields, as it was before 1996"));
    }
    let (want, reinstall_required, state) = match (status, book) {
        (Some(status), _) => {
            words(status).ok_or_else(|| about(&format!("its Status is none: {}", shown(status))))?
        }
        (None, Book::Status | Book::Journal) => (Want::Unknown, false, State::NotInstalled),
        (None, Book::Image) => (Want::Install, false, State::Installed),
    };
    let version = match version.map(|text| DebVersion::new(HostText::from_bytes(text))) {
        Some(version) => match version.refusal() {
            Some(why) => return Err(about(why)),
            None => Some(version),
        },
        None if matches!(state, State::NotInstalled | State::HalfInstalled) => None,
        None => return Err(about("no version")),
    };
    let architecture = architecture.unwrap_or_default();
    if !architecture
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    {
        return Err(about(&format!(
            "no name of an architecture: {}",
            shown(architecture)
        )));
    }
    let multi_arch = match multi_arch {
        None | Some(b"") => MultiArch::No,
        Some(text) => word(text, &MULTI_ARCH)
            .ok_or_else(|| about(&format!("its Multi-Arch is none: {}", shown(text))))?,
    };
    if multi_arch == MultiArch::Same && matches!(architecture, b"" | b"all") {
        return Err(about("Multi-Arch: same, and no architecture of its own"));
    }
    let (source, source_version) = match source {
        None | Some(b"") => (HostText::from_bytes(&name), version.clone()),
        Some(field) => {
            let (source, own) = split(field);
            let own = own.map(|text| DebVersion::new(HostText::from_bytes(text)));
            match own.as_ref().and_then(DebVersion::refusal) {
                _ if field.iter().any(u8::is_ascii_control) => {
                    return Err(about("a control character in its Source"));
                }
                Some(why) => return Err(about(&format!("its Source: {why}"))),
                None => (
                    HostText::from_bytes(source),
                    own.or_else(|| version.clone()),
                ),
            }
        }
    };
    Ok(Package {
        name: HostText::from_bytes(&name),
        architecture: HostText::from_bytes(architecture),
        version,
        want,
        reinstall_required,
        state,
        source,
        source_version,
        multi_arch,
        at: Source::line(path, stanza.line),
    })
}

fn fault(stanza: Stanza<'_>, why: &str) -> Fault {
    Fault {
        line: stanza.line,
        why: why.to_owned(),
    }
}

/// So much of a text as a message needs: it may be megabytes.
fn shown(text: &[u8]) -> String {
    let (text, more) = match text.get(..60) {
        Some(start) if text.len() > 60 => (start, "…"),
        _ => (text, ""),
    };
    format!("{}{more}", HostText::from_bytes(text).raw())
}

/// Letters, digits and `-+._`, a letter or digit first.
fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphanumeric)
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-+._".contains(byte))
}

const WANT: [(&str, Want); 5] = [
    ("unknown", Want::Unknown),
    ("install", Want::Install),
    ("hold", Want::Hold),
    ("deinstall", Want::Deinstall),
    ("purge", Want::Purge),
];

const ERROR: [(&str, bool); 2] = [("ok", false), ("reinstreq", true)];

const STATE: [(&str, State); 8] = [
    ("not-installed", State::NotInstalled),
    ("config-files", State::ConfigFiles),
    ("half-installed", State::HalfInstalled),
    ("unpacked", State::Unpacked),
    ("half-configured", State::HalfConfigured),
    ("triggers-awaited", State::TriggersAwaited),
    ("triggers-pending", State::TriggersPending),
    ("installed", State::Installed),
];

const MULTI_ARCH: [(&str, MultiArch); 4] = [
    ("no", MultiArch::No),
    ("same", MultiArch::Same),
    ("allowed", MultiArch::Allowed),
    ("foreign", MultiArch::Foreign),
];

fn word<T: Copy>(text: &[u8], words: &[(&str, T)]) -> Option<T> {
    let found = words
        .iter()
        .find(|(word, _)| text.eq_ignore_ascii_case(word.as_bytes()));
    found.map(|(_, meaning)| *meaning)
}

fn words(status: &[u8]) -> Option<(Want, bool, State)> {
    let mut words = status
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let three = (
        word(words.next()?, &WANT)?,
        word(words.next()?, &ERROR)?,
        word(words.next()?, &STATE)?,
    );
    words.next().is_none().then_some(three)
}

/// `name (version)`: the name ends at a space, the version stands between parentheses if there are any.
fn split(source: &[u8]) -> (&[u8], Option<&[u8]>) {
    let name = source
        .split(|byte| *byte == b' ')
        .next()
        .unwrap_or_default();
    let version = source.iter().position(|byte| *byte == b'(').map(|at| {
        source[at + 1..]
            .split(|byte| *byte == b')')
            .next()
            .unwrap_or_default()
    });
    (name, version)
}

#[cfg(test)]
mod tests;
