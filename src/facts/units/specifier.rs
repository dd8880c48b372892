//! What `%i` and its kin stand for (systemd.unit(5), "Specifiers"), for units of the system's own manager.

use super::name::{self, Name};
use crate::facts::About;
use crate::source::HostText;

/// What specifiers say of the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// Its name: `%H`, `%l`.
    pub hostname: HostText,
    /// The release of its kernel: `%v`.
    pub kernel: Option<HostText>,
}

impl Machine {
    /// What facts say of it.
    pub fn of(about: &About) -> Self {
        Self {
            hostname: about.hostname.clone(),
            kernel: about.kernel.clone(),
        }
    }
}

/// Why a text could not be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    /// What this specifier stands for is not known here: the machine's number, the running boot's, ….
    Unknown(char),
    /// It stands for nothing: the name has an escape that is none.
    Impossible,
}

/// A text with its specifiers filled in, for the unit of that name and file.
pub(super) fn filled(
    text: &str,
    unit: &str,
    fragment: Option<&str>,
    machine: &Machine,
) -> Result<String, Unfilled> {
    if !text.contains('%') {
        return Ok(text.to_owned());
    }
    let mut all = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            all.push(letter);
            continue;
        }
        match letters.next() {
            None => all.push('%'),
            Some(letter) => all.push_str(&one(letter, unit, fragment, machine)?),
        }
    }
    Ok(all)
}

fn one(
    letter: char,
    unit: &str,
    fragment: Option<&str>,
    machine: &Machine,
) -> Result<String, Unfilled> {
    let name = Name::of(unit).ok_or(Unfilled::Impossible)?;
    let last = name.prefix.rsplit('-').next().unwrap_or(name.prefix);
    let taken_back = |text: &str| {
        let text = name::unescape(text).ok_or(Unfilled::Impossible)?;
        Ok(text.raw().to_owned())
    };
    let host = machine.hostname.raw();
    let same = match letter {
        '%' => "%",
        'i' => name.instance.unwrap_or_default(),
        'I' => return taken_back(name.instance.unwrap_or_default()),
        'j' => last,
        'J' => return taken_back(last),
        'n' => unit,
        'N' => return Ok(name.stem()),
        'p' => name.prefix,
        'P' => return taken_back(name.prefix),
        'f' => {
            let escaped = name.instance.unwrap_or(name.prefix);
            if escaped == "-" {
                return Ok("/".to_owned());
            }
            let path = taken_back(escaped)?;
            let clean = path.split('/').all(|part| !matches!(part, "" | "." | ".."));
            return if clean {
                Ok(format!("/{path}"))
            } else {
                Err(Unfilled::Impossible)
            };
        }
        'y' | 'Y' => {
            let path = fragment.ok_or(Unfilled::Unknown(letter))?;
            let end = path.rfind('/').filter(|_| letter == 'Y');
            &path[..end.unwrap_or(path.len())]
        }
        'C' => "/var/cache",
        'd' => return Ok(format!("/run/credentials/{unit}")),
        'E' => "/etc",
        'L' => "/var/log",
        'S' => "/var/lib",
        't' => "/run",
        'T' => "/tmp",
        'V' => "/var/tmp",
        'h' => "/root",
        'u' | 'g' => "root",
        'U' | 'G' => "0",
        'H' => host,
        'l' => host.split('.').next().unwrap_or(host),
        'v' => machine
            .kernel
            .as_ref()
            .ok_or(Unfilled::Unknown(letter))?
            .raw(),
        'a' | 'A' | 'b' | 'B' | 'c' | 'm' | 'M' | 'o' | 'q' | 'r' | 'R' | 's' | 'w' | 'W' => {
            return Err(Unfilled::Unknown(letter));
        }
        // Whatever is none stays as it is written.
        other => return Ok(format!("%{other}")),
    };
    Ok(same.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_name_says() {
        let machine = Machine {
            hostname: "vps.example".into(),
            kernel: None,
        };
        let of = |unit: &str, text: &str| filled(text, unit, Some("/etc/x@.service"), &machine);
        let unit = "a-b@c-d\\x2de.service";
        let cases = [
            ("%i|%I", "c-d\\x2de|c/d-e"),
            ("%j|%J|%p|%P", "b|b|a-b|a/b"),
            ("%n|%N", "a-b@c-d\\x2de.service|a-b@c-d\\x2de"),
            ("%f|%y|%Y", "/c/d-e|/etc/x@.service|/etc"),
            ("%%|%!|%", "%|%!|%"),
            ("%H|%l", "vps.example|vps"),
        ];
        for (text, expected) in cases {
            assert_eq!(of(unit, text).as_deref(), Ok(expected));
        }
        assert_eq!(of("-.mount", "%f").as_deref(), Ok("/"));
        assert_eq!(of(unit, "%m"), Err(Unfilled::Unknown('m')));
        assert_eq!(of("a@\\.service", "%I"), Err(Unfilled::Impossible));
    }
}
