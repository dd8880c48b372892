//! How an sshd was started, by what it says of itself.

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// Options with a value (sshd.c).
const WITH_VALUE: &str = "CEbcfghkopu";
/// Options by which it does not listen: it tests or tells something (`-t`, `-T`, `-G`, `-V`), or serves one connection (`-i`,
/// and `-R`, by which it calls itself for each).
const NO_LISTENER: &str = "tTGVRi?";
/// What sshd calls its configuration (sshd(8)).
const USUAL: &str = "/etc/ssh/sshd_config";

/// The options that an sshd was started with (sshd(8)), as far as they say what it goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    /// Another configuration than the usual one (`-f`).
    pub config: Option<HostText>,
    /// Directives that come before all files (`-o`), as written.
    pub directives: Vec<HostText>,
    /// Ports (`-p`): any of them takes the place of every `Port` line.
    pub ports: Vec<HostText>,
}

impl Started {
    /// Reads the words behind the program's name. A value of `-o` goes on until the next option: the title of a process does
    /// not keep apart what the shell did.
    pub(super) fn of(words: &[&str]) -> Self {
        let mut started = Self::default();
        let mut words = words.iter().copied().peekable();
        while let Some(word) = words.next() {
            let letters = word.strip_prefix('-').unwrap_or("");
            let Some(at) = letters.find(|letter| WITH_VALUE.contains(letter)) else {
                continue;
            };
            let (letter, rest) = letters[at..].split_at(1);
            let mut value = match rest {
                "" => words.next().unwrap_or("").to_owned(),
                rest => rest.to_owned(),
            };
            while let Some(more) = words.next_if(|word| !word.starts_with('-')) {
                value.push(' ');
                value.push_str(more);
            }
            match letter {
                "f" if value != USUAL => started.config = Some(value.into()),
                "o" => started.directives.push(value.into()),
                "p" => started.ports.push(value.into()),
                _ => {}
            }
        }
        started
    }

    /// The options as they are typed, each with its value: `-f`, `-o`, `-p`.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, &HostText)> {
        let config = self.config.iter().map(|it| ("-f", it));
        let directives = self.directives.iter().map(|it| ("-o", it));
        config
            .chain(directives)
            .chain(self.ports.iter().map(|it| ("-p", it)))
    }

    /// True if it goes by the same configuration: where it listens is no part of that.
    pub fn is_like(&self, other: &Self) -> bool {
        self.config == other.config && self.directives == other.directives
    }
}

/// The options that an sshd which listens was started with; none for one that serves a session. From 8.2 on it calls itself
/// `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups`, and that of a session `sshd: root@pts/0`.
pub fn options_of_listener(argv: &[HostText]) -> Option<Started> {
    let words = argv.iter().flat_map(|it| it.raw().split_ascii_whitespace());
    let words: Vec<&str> = words.collect();
    match words.as_slice() {
        // Called something else, it asks PAM for another service, and is none that is known here.
        ["sshd:", program, rest @ ..] if program.rsplit('/').next() == Some("sshd") => {
            let end = rest.iter().position(|word| *word == "[listener]")?;
            rest.get(..end).map(Started::of)
        }
        [program, ..] if program.ends_with(':') => None,
        [_program, rest @ ..] if !rest.iter().any(|word| serves_otherwise(word)) => {
            Some(Started::of(rest))
        }
        _ => None,
    }
}

fn serves_otherwise(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or("");
    let flags = letters.split(|letter| WITH_VALUE.contains(letter)).next();
    flags.is_some_and(|flags| flags.contains(|letter| NO_LISTENER.contains(letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listens(line: &str) -> Option<Started> {
        options_of_listener(&[line.into()])
    }

    #[test]
    fn a_session_is_no_listener() {
        for line in [
            "sshd: root@notty",
            "sshd: root [priv]",
            "/usr/sbin/sshd -T -f /x -C user=root",
            "/usr/sbin/sshd -D -R",
            "sshd -tf /x",
            "sshd-session: root@pts/0",
            "",
        ] {
            assert_eq!(listens(line), None, "{line}");
        }
        for line in [
            "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups",
            "/usr/sbin/sshd -D",
            "/usr/sbin/sshd",
        ] {
            assert_eq!(listens(line), Some(Started::default()), "{line}");
        }
    }

    #[test]
    fn what_takes_another_configuration_is_seen() {
        let started = |options: &str| {
            let title = format!("sshd: /usr/sbin/sshd {options} [listener] 0 of 10-100 startups");
            listens(&title).unwrap()
        };
        let config = |options| started(options).config;
        assert_eq!(config("-D -E /var/log/f -f /etc/ssh/sshd_config"), None);
        assert_eq!(config("-Df /x"), Some("/x".into()));
        assert_eq!(config("-D -p22 -f/x"), Some("/x".into()));
        assert_eq!(config("-E -f -D"), None);
        let two = started("-oPermitRootLogin=yes -o AllowUsers a b -p 2222 -p23 -D");
        assert_eq!(
            two.directives,
            ["PermitRootLogin=yes", "AllowUsers a b"].map(HostText::from)
        );
        assert_eq!(two.ports, ["2222", "23"].map(HostText::from));
    }
}
