//! Where sshd listens: ports and addresses.

use super::{Line, left_over};
use crate::model::sshd::kind::{Listen, Value};
use crate::model::sshd::number::{self, Port};
use crate::model::sshd::refusal::{Fault, When};

impl Line<'_, '_> {
    pub(super) fn ports(&mut self) -> Result<Value, Fault> {
        let Some(word) = self.arguments.full() else {
            let fault = self.context.ends(&[b"missing port number."]);
            self.faults.push((When::NoPorts, fault));
            return Ok(Value::Ports(Vec::new()));
        };
        let fault = match number::port(&word, self.context.names) {
            Port::Is(port) => match u16::try_from(port) {
                Ok(port @ 1..) => {
                    // Words behind are not looked at either where the line is passed over.
                    if let Some(fault) = left_over(self.context, self.arguments) {
                        self.faults.push((When::NoPorts, fault));
                    }
                    self.done = true;
                    return Ok(Value::Ports(vec![port]));
                }
                _ => self.context.ends(&[b"Badly formatted port number."]),
            },
            Port::Unknown => self.unknown_port(&word),
        };
        self.done = true;
        self.faults.push((When::NoPorts, fault));
        Ok(Value::Ports(Vec::new()))
    }

    pub(super) fn unknown_port(&self, word: &[u8]) -> Fault {
        let name = String::from_utf8_lossy(word);
        self.context
            .unknown(&format!("the port called {name}, which was not looked up"))
    }

    pub(super) fn listen(&mut self) -> Result<Value, Fault> {
        let missing = || self.context.ends(&[b"missing address"]);
        let word = self.arguments.full().ok_or_else(missing)?;
        let colons = word.iter().filter(|byte| **byte == b':').count();
        let (host, port) = if !word.contains(&b'[') && colons >= 2 {
            (word, None)
        } else {
            let bad = || self.context.ends(&[b"bad address:port usage"]);
            let (host, port) = split_host(&word).ok_or_else(bad)?;
            let port = match port.map(|port| (number::port(port, self.context.names), port)) {
                None => None,
                Some((Port::Is(number), _)) => match u16::try_from(number) {
                    Ok(number @ 1..) => Some(number),
                    _ => return Err(self.context.ends(&[b"bad port number"])),
                },
                Some((Port::Unknown, word)) => return Err(self.unknown_port(word)),
            };
            (clean(host).to_vec(), port)
        };
        if let Some(word) = self.arguments.next() {
            let domain = (word == b"rdomain")
                .then(|| self.arguments.next())
                .flatten();
            return Err(match domain {
                None => self.context.ends(&[b"bad ListenAddress syntax"]),
                Some(_) => self.context.unknown("routing domains"),
            });
        }
        Ok(Value::Listen(vec![Listen { host, port }]))
    }
}

/// hpdelim: host and port; none for what is neither.
pub(super) fn split_host(word: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let end = match word.strip_prefix(b"[") {
        Some(rest) => 2 + rest.iter().position(|byte| *byte == b']')?,
        None => word
            .iter()
            .position(|byte| b":/".contains(byte))
            .unwrap_or(word.len()),
    };
    match word.get(end) {
        None => Some((word, None)),
        Some(b':') => Some((&word[..end], Some(&word[end + 1..]))),
        Some(_) => None,
    }
}

/// cleanhostname: without brackets.
pub(super) fn clean(host: &[u8]) -> &[u8] {
    match host {
        [b'[', inside @ .., b']'] => inside,
        host => host,
    }
}
