//! Values that are lists.

use super::{Line, split_host};
use crate::facts::sshd::lexer::Era;
use crate::model::sshd::address::Networks;
use crate::model::sshd::algorithm::{Family, has_gss};
use crate::model::sshd::keyword::Key;
use crate::model::sshd::kind::Value;
use crate::model::sshd::number::{self, Port};
use crate::model::sshd::refusal::{Fault, When};
use crate::model::sshd::time;

impl Line<'_, '_> {
    pub(super) fn algorithms(&mut self, family: Family) -> Result<Value, Fault> {
        let old = match family {
            // The kinds of keys keep this text also since 8.7.
            Family::Key | Family::Authority => None,
            _ => Some("Missing argument."),
        };
        let word = match old {
            Some(old) => self.word(old)?,
            None => {
                let missing = || self.context.ends(&[b"Missing argument."]);
                self.arguments.full().ok_or_else(missing)?
            }
        };
        let names = match word.first() {
            Some(b'-') => None,
            Some(b'+' | b'^') => Some(&word[1..]),
            _ => Some(&word[..]),
        };
        if let Some(names) = names
            && let Err(complaint) = family.valid(names, self.context.version)
        {
            let text: &[u8] = match family {
                Family::Cipher => b"Bad SSH2 cipher spec '",
                Family::Mac => b"Bad SSH2 mac spec '",
                Family::Kex => b"Bad SSH2 KexAlgorithms '",
                Family::Key | Family::Authority => b"Bad key types '",
            };
            let last = self.context.at(&[text, &word, b"'."]);
            return Err(Fault::Ends(complaint.into_iter().chain([last]).collect()));
        }
        Ok(Value::Text(word))
    }

    /// `no X specified`, since 9.7 also for lists that may then be empty no more.
    fn none_specified(&self) -> Fault {
        self.context
            .ends(&[b"no ", self.context.keyword, b" specified"])
    }

    fn filled(&self, list: Vec<Vec<u8>>) -> Result<Value, Fault> {
        match list.is_empty() && self.context.version.since(9, 7) {
            true => Err(self.none_specified()),
            false => Ok(Value::List(list)),
        }
    }

    fn empty(&self) -> Fault {
        self.context
            .counts(&[b"keyword ", self.context.keyword, b" empty argument"])
    }

    fn alone(&self) -> Fault {
        self.context.counts(&[
            b"keyword ",
            self.context.keyword,
            b" \"none\" argument must appear alone.",
        ])
    }

    pub(super) fn key_files(&mut self) -> Result<Value, Fault> {
        if self.context.era() == Era::Old {
            self.done = true;
            let files = self.arguments.all().into_iter();
            let files = files.map(|file| self.home(file, When::Taken));
            return Ok(Value::List(files.collect()));
        }
        let mut files = Vec::new();
        while let Some(file) = self.arguments.next() {
            if file.is_empty() {
                return Err(self.empty());
            }
            let none = file.eq_ignore_ascii_case(b"none") && self.context.version.since(10, 3);
            if none && (!files.is_empty() || self.arguments.left() > 0) {
                return Err(self.alone());
            }
            files.push(self.home(file, When::Always));
        }
        self.filled(files)
    }

    pub(super) fn users(&mut self) -> Result<Value, Fault> {
        let mut users = Vec::new();
        while let Some(user) = self.arguments.item() {
            let version = self.context.version;
            let at = match version.since(9, 9) {
                true => user.iter().rposition(|byte| *byte == b'@'),
                false => user.iter().position(|byte| *byte == b'@'),
            };
            let bad = at.is_some_and(|at| Networks::parse(&user[at + 1..], version).is_none());
            if user.is_empty() || bad {
                return Err(match self.context.era() {
                    Era::Old => {
                        let shown = &user[..user.len().min(100)];
                        let keyword = self.key.row().name.as_bytes();
                        self.context
                            .ends(&[b"invalid ", keyword, b" pattern: \"", shown, b"\""])
                    }
                    Era::New => {
                        let keyword = self.context.keyword;
                        self.context
                            .ends(&[b"invalid ", keyword, b" pattern: \"", &user, b"\""])
                    }
                });
            }
            users.push(user);
        }
        self.filled(users)
    }

    pub(super) fn groups(&mut self) -> Result<Value, Fault> {
        let mut groups = Vec::new();
        while let Some(group) = self.arguments.item() {
            if group.is_empty() {
                return Err(self
                    .context
                    .ends(&[b"empty ", self.context.keyword, b" pattern"]));
            }
            groups.push(group);
        }
        self.filled(groups)
    }

    pub(super) fn accept_env(&mut self) -> Result<Value, Fault> {
        let mut names = Vec::new();
        while let Some(name) = self.arguments.item() {
            if name.is_empty() || name.contains(&b'=') {
                return Err(self.context.ends(&[b"Invalid environment name."]));
            }
            names.push(name);
        }
        self.filled(names)
    }

    pub(super) fn set_env(&mut self) -> Result<Value, Fault> {
        let mut list: Vec<Vec<u8>> = Vec::new();
        while let Some(word) = self.arguments.blank_item() {
            let Some(sign) = word.iter().position(|byte| *byte == b'=') else {
                return Err(self.context.ends(&[b"Invalid environment."]));
            };
            // Of a name that occurs twice in a line the first one is taken, since 9.1.
            let again = list.iter().any(|other| other.starts_with(&word[..=sign]));
            if !(again && self.context.version.since(9, 1)) {
                list.push(word);
            }
        }
        self.filled(list)
    }

    pub(super) fn log_verbose(&mut self) -> Result<Value, Fault> {
        let mut list: Vec<Vec<u8>> = Vec::new();
        if self.context.era() == Era::Old {
            return Ok(Value::List(self.arguments.all()));
        }
        while let Some(word) = self.arguments.next() {
            if word.is_empty() {
                return Err(self.empty());
            }
            if word.eq_ignore_ascii_case(b"none") && (!list.is_empty() || self.arguments.left() > 0)
            {
                return Err(self.alone());
            }
            list.push(word);
        }
        self.filled(list)
    }

    pub(super) fn channel_timeout(&mut self) -> Result<Value, Fault> {
        let mut list: Vec<Vec<u8>> = Vec::new();
        while let Some(word) = self.arguments.next() {
            if word.eq_ignore_ascii_case(b"none") {
                // Up to 9.6 only words behind are counted: its own counter was forgotten.
                let first = list.is_empty() || !self.context.version.since(9, 7);
                if !first || self.arguments.left() > 0 {
                    return Err(self.alone());
                }
            } else {
                let sign = word
                    .iter()
                    .position(|byte| *byte == b'=')
                    .filter(|at| *at > 0);
                let time = sign.and_then(|at| time::time(&word[at + 1..], self.context.version));
                if time.is_none() {
                    return Err(self.context.ends(&[b"invalid channel timeout ", &word]));
                }
            }
            list.push(word);
        }
        self.filled(list)
    }

    pub(super) fn methods(&mut self) -> Result<Value, Fault> {
        let old = self.context.era() == Era::Old;
        let keyword: &[u8] = if old {
            b"AuthenticationMethods"
        } else {
            self.context.keyword
        };
        self.done = old;
        // What sshd did not look at before 8.7 once something was taken.
        let always = if old { When::Unset } else { When::Always };
        let alone = self
            .context
            .ends(&[b"\"any\" must appear alone in ", keyword]);
        let mut list: Vec<Vec<u8>> = Vec::new();
        let mut any = false;
        while let Some(word) = self.arguments.item() {
            let first = list.is_empty();
            if word == b"any" {
                if self.context.version.since(9, 7) {
                    if !first {
                        return Err(alone);
                    }
                } else {
                    let when = if old {
                        When::Later { first }
                    } else {
                        When::After { first }
                    };
                    self.faults.push((when, alone.clone()));
                }
                any = true;
            } else if any {
                self.faults.push((always, alone));
                return Ok(Value::List(list));
            } else if let Some(complaint) = self.bad_method(&word) {
                let last: &[&[u8]] = match old {
                    true => &[b"invalid authentication method list."],
                    false => &[b"invalid ", keyword, b" method list."],
                };
                let fault = Fault::Ends(vec![complaint, self.context.at(last)]);
                self.faults.push((always, fault));
                return Ok(Value::List(list));
            }
            list.push(word);
        }
        if list.is_empty() {
            let fault = self.context.ends(&[b"no ", keyword, b" specified"]);
            self.faults.push((always, fault));
        }
        Ok(Value::List(list))
    }

    /// auth2_methods_valid.
    fn bad_method(&self, list: &[u8]) -> Option<Vec<u8>> {
        if list.is_empty() {
            return Some(b"empty authentication method list".to_vec());
        }
        for method in list.split(|byte| *byte == b',') {
            let name = method
                .split(|byte| *byte == b':')
                .next()
                .unwrap_or_default();
            if !known_methods(self.context.version).any(|own| own.as_bytes() == name) {
                return Some([b"Unknown authentication method \"", name, b"\" in list"].concat());
            }
        }
        None
    }

    pub(super) fn permit(&mut self) -> Result<Value, Fault> {
        let old = self.context.era() == Era::Old;
        let printed = self.key.printed(self.context.version);
        let newest = self.context.version.since(9, 7);
        let mut list: Vec<Vec<u8>> = Vec::new();
        let mut next = || match newest {
            true => self.arguments.next(),
            false => self.arguments.full(),
        };
        while let Some(word) = next() {
            if matches!(word.as_slice(), b"any" | b"none") && (newest || list.is_empty()) {
                if !list.is_empty() {
                    return Err(self.context.ends(&[
                        &word,
                        b" must appear alone on a ",
                        self.context.keyword,
                        b" line.",
                    ]));
                }
                list.push(word);
                if newest {
                    continue;
                }
                break;
            }
            let host_first = self.key == Key::PermitOpen || word.contains(&b':');
            let (kept, port) = if host_first {
                let Some((_, port)) = split_host(&word) else {
                    return Err(match old {
                        true => self
                            .context
                            .ends(&[b"missing host in ", printed.as_bytes()]),
                        false => self.context.ends(&[self.context.keyword, b" missing host"]),
                    });
                };
                (word.clone(), port.map(<[u8]>::to_vec))
            } else {
                ([b"*:", word.as_slice()].concat(), Some(word.clone()))
            };
            let good = match port.as_deref() {
                None => false,
                Some(b"*") => true,
                Some(port) => match number::port(port, self.context.names) {
                    Port::Is(number) => number > 0,
                    Port::Unknown => return Err(self.unknown_port(port)),
                },
            };
            if !good {
                return Err(match old {
                    true => self
                        .context
                        .ends(&[b"bad port number in ", printed.as_bytes()]),
                    false => self
                        .context
                        .ends(&[self.context.keyword, b" bad port number"]),
                });
            }
            list.push(kept);
        }
        if list.is_empty() {
            return Err(match old {
                true => self
                    .context
                    .ends(&[b"missing ", printed.as_bytes(), b" specification"]),
                false => self.context.missing(""),
            });
        }
        Ok(Value::List(list))
    }
}

/// The names of the methods that a build has.
pub(in crate::model::sshd) fn known_methods(
    version: &crate::facts::sshd::Version,
) -> impl Iterator<Item = &'static str> {
    let gss = super::super::keyword::meaning(b"gssapiauthentication", version);
    let gss = matches!(gss, Some(super::super::keyword::Meaning::Setting(..)));
    let keyex = has_gss(version);
    [
        "none",
        "publickey",
        "gssapi-keyex",
        "gssapi-with-mic",
        "password",
        "keyboard-interactive",
        "hostbased",
    ]
    .into_iter()
    .filter(move |name| match *name {
        "gssapi-keyex" => keyex,
        "gssapi-with-mic" => gss,
        _ => true,
    })
}
