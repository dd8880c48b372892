//! Values that have parts.

use super::Line;
use crate::facts::sshd::lexer::Era;
use crate::model::sshd::address::Networks;
use crate::model::sshd::kind::{PENALTIES, Penalties, Value};
use crate::model::sshd::refusal::{Fault, When};
use crate::model::sshd::{number, qos, time};

impl Line<'_, '_> {
    pub(super) fn subsystem(&mut self) -> Result<Value, Fault> {
        let version = self.context.version;
        let name = self.word("Missing subsystem name.")?;
        let quoted = version.since(9, 5);
        let Some(command) = self.arguments.full() else {
            if version.since(10, 3) {
                return Err(self.context.missing(""));
            }
            self.done = true;
            let fault = self.context.ends(&[b"Missing subsystem command."]);
            self.faults.push((When::Active, fault));
            return Ok(Value::Subsystems(Vec::new()));
        };
        let mut text = if quoted {
            assemble(&[command])
        } else {
            command
        };
        let words = self.arguments.all();
        if quoted {
            // 9.5 and 9.6 leave a blank at the end where no word follows.
            if !words.is_empty() || !version.since(9, 7) {
                text.push(b' ');
            }
            text.extend(assemble(&words));
        } else {
            for word in words {
                text.push(b' ');
                text.extend(word);
            }
        }
        Ok(Value::Subsystems(vec![(name, text)]))
    }

    fn invalid_spec(&self, old: &str) -> Fault {
        match self.context.era() {
            Era::Old => self.context.ends(&[old.as_bytes()]),
            Era::New => self
                .context
                .ends(&[b"Invalid ", self.context.keyword, b" spec."]),
        }
    }

    pub(super) fn startups(&mut self) -> Result<Value, Fault> {
        let word = self.word("Missing MaxStartups spec.")?;
        let version = self.context.version;
        let value = match *number::scan(&word, 3) {
            [begin, rate, most] if begin <= most && (1..=100).contains(&rate) => {
                Some(Value::Startups(begin, Some(rate), most))
            }
            // 10.1 and 10.2 leave the beginning to its default, even beyond the most.
            [most] if version.since(10, 1) && !version.since(10, 3) => {
                Some(Value::Startups(10, None, most))
            }
            [begin] => Some(Value::Startups(begin, None, begin)),
            _ => None,
        };
        match value {
            Some(Value::Startups(begin, _, most))
                if (begin <= 0 || most <= 0) && self.context.version.since(9, 2) =>
            {
                Err(self.invalid_spec(""))
            }
            Some(value) => Ok(value),
            None => Err(self.invalid_spec("Illegal MaxStartups spec.")),
        }
    }

    pub(super) fn source_blocks(&mut self) -> Result<Value, Fault> {
        let word = self.word("Missing PerSourceNetBlockSize spec.")?;
        let fits = |bits: i64, most: i64| (0..=most).contains(&bits);
        match *number::scan(&word, 2) {
            [v4, v6] if fits(v4, 32) && fits(v6, 128) => Ok(Value::Blocks(v4, Some(v6))),
            [v4] if fits(v4, 32) => Ok(Value::Blocks(v4, None)),
            _ => Err(self.invalid_spec("Invalid PerSourceNetBlockSize spec.")),
        }
    }

    pub(super) fn source_startups(&mut self) -> Result<Value, Fault> {
        let word = self.word("Missing PerSourceMaxStartups spec.")?;
        if word == b"none" {
            return Ok(Value::Int(i64::from(i32::MAX)));
        }
        self.not_negative(Some(&word)).map(Value::Int)
    }

    pub(super) fn qos(&mut self) -> Result<Value, Fault> {
        let version = self.context.version;
        let bad = |word: &[u8]| match self.context.era() {
            Era::Old => self.context.ends(&[b"Bad IPQoS value: ", word]),
            Era::New => self
                .context
                .ends(&[b"Bad ", self.context.keyword, b" value: ", word]),
        };
        let first = match self.context.era() {
            Era::Old => self.arguments.next().ok_or_else(|| bad(b"(null)"))?,
            Era::New => self
                .arguments
                .full()
                .ok_or_else(|| self.context.missing(""))?,
        };
        let interactive = qos::qos(&first, version).ok_or_else(|| bad(&first))?;
        let bulk = match self.arguments.next() {
            None => interactive,
            Some(second) => qos::qos(&second, version).ok_or_else(|| bad(&second))?,
        };
        Ok(Value::Qos(interactive, bulk))
    }

    pub(super) fn rekey(&mut self) -> Result<Value, Fault> {
        let old = self.context.era() == Era::Old;
        let keyword = self.context.keyword;
        let missing = || match old {
            true => self.context.ends_short(&[b"Missing argument."]),
            false => self.context.missing(""),
        };
        let word = self.arguments.full().ok_or_else(missing)?;
        let limit = match word.as_slice() {
            b"default" => 0,
            word => match number::size(word) {
                Err(why) => {
                    return Err(match old {
                        true => self.context.ends_short(&[
                            b"Bad number '",
                            word,
                            b"': ",
                            why.as_bytes(),
                        ]),
                        false => self.context.ends_short(&[
                            b"Bad ",
                            keyword,
                            b" number '",
                            word,
                            b"': ",
                            why.as_bytes(),
                        ]),
                    });
                }
                Ok(limit) if limit != 0 && limit < 16 => {
                    let keyword = if old { b"RekeyLimit" } else { keyword };
                    return Err(self.context.ends_short(&[keyword, b" too small"]));
                }
                Ok(limit) => limit,
            },
        };
        let follows = match old {
            true => self.arguments.peek().is_some(),
            false => self.arguments.left() > 0,
        };
        let interval = if !follows {
            None
        } else if self.arguments.peek() == Some(b"none") {
            self.arguments.next();
            None
        } else {
            Some(self.time()?)
        };
        Ok(Value::Rekey(Some(limit), interval))
    }

    pub(super) fn environment(&mut self) -> Result<Value, Fault> {
        // Yes and no in small letters only: all else are names.
        Ok(match self.word("missing argument.")?.as_slice() {
            b"yes" => Value::Environment(true, None),
            b"no" => Value::Environment(false, None),
            names => Value::Environment(true, Some(names.to_vec())),
        })
    }

    pub(super) fn key_options(&mut self) -> Result<Value, Fault> {
        let (mut touch, mut verify, mut most) = (false, false, None);
        while let Some(word) = self.arguments.item() {
            let queries = word
                .get(..10)
                .filter(|name| name.eq_ignore_ascii_case(b"max-pk-ok:"));
            if word.eq_ignore_ascii_case(b"none") {
                continue;
            } else if word.eq_ignore_ascii_case(b"touch-required") {
                touch = true;
            } else if word.eq_ignore_ascii_case(b"verify-required")
                && self.context.version.since(8, 4)
            {
                verify = true;
            } else if queries.is_some() && self.context.version.since(10, 6) {
                let number = number::strtonum(&word[10..], 0, MOST_QUERIES);
                most = Some(number.map_err(|why| {
                    self.context.ends(&[
                        b"bad ",
                        self.context.keyword,
                        b" max-pk-ok value: ",
                        why.as_bytes(),
                    ])
                })?);
            } else {
                return Err(match self.context.era() {
                    Era::Old => self
                        .context
                        .ends(&[b"unsupported PubkeyAuthOptions option ", &word]),
                    Era::New => {
                        let keyword = self.context.keyword;
                        self.context
                            .counts(&[b"unsupported ", keyword, b" option ", &word])
                    }
                });
            }
        }
        Ok(Value::KeyOptions(touch, verify, most))
    }

    pub(super) fn exempt(&mut self) -> Result<Value, Fault> {
        let missing = || self.context.ends(&[b"missing argument."]);
        let word = self.arguments.full().ok_or_else(missing)?;
        match Networks::parse(&word, self.context.version) {
            Some(_) => Ok(Value::Text(word)),
            None => Err(self.context.ends(&[
                b"keyword ",
                self.context.keyword,
                b" invalid address argument.",
            ])),
        }
    }

    pub(super) fn penalties(&mut self) -> Result<Value, Fault> {
        let mut penalties = Penalties::default();
        let mut found = false;
        while let Some(word) = self.arguments.next() {
            found = true;
            let yes = word.eq_ignore_ascii_case(b"yes");
            if yes || word.eq_ignore_ascii_case(b"no") {
                if self.arguments.left() > 0 {
                    let keyword = self.context.keyword;
                    return Err(self.context.ends(&[
                        b"keyword ",
                        keyword,
                        b" \"",
                        &word,
                        b"\" argument must appear alone.",
                    ]));
                }
                penalties.enabled.get_or_insert(yes);
                continue;
            }
            self.penalty(&word, &mut penalties)?;
        }
        match found {
            true => Ok(Value::Penalties(penalties)),
            false => Err(self
                .context
                .ends(&[b"no ", self.context.keyword, b" specified"])),
        }
    }

    fn penalty(&self, word: &[u8], penalties: &mut Penalties) -> Result<(), Fault> {
        let version = self.context.version;
        let keyword = self.context.keyword;
        // Any part that counts switches them on.
        let mut took = false;
        let known = |since: u16| version.release >= (since / 100, since % 100);
        for (slot, (name, _, since)) in penalties.times.iter_mut().zip(PENALTIES) {
            let Some(value) = word
                .strip_prefix(name.as_bytes())
                .and_then(|rest| rest.strip_prefix(b":"))
            else {
                continue;
            };
            if !known(since) {
                break;
            }
            #[expect(clippy::cast_precision_loss, reason = "an int of C")]
            let time = match version.since(10, 3) {
                true => time::seconds(value),
                false => time::time(value, version).map(|time| time as f64),
            };
            let time =
                time.ok_or_else(|| self.context.ends(&[b"invalid ", keyword, b" time value."]))?;
            took = slot.is_none();
            slot.get_or_insert(time);
            if took {
                penalties.enabled = Some(true);
            }
            return Ok(());
        }
        for (slot, name) in penalties
            .most
            .iter_mut()
            .zip([&b"max-sources4:"[..], b"max-sources6:"])
        {
            if let Some(value) = word.strip_prefix(name) {
                let most = number::atoi_err(Some(value)).map_err(|why| {
                    self.context
                        .ends(&[keyword, b" value ", why.as_bytes(), b"."])
                })?;
                took |= slot.is_none();
                slot.get_or_insert(most);
                if took {
                    penalties.enabled = Some(true);
                }
                return Ok(());
            }
        }
        for (slot, name) in penalties
            .deny
            .iter_mut()
            .zip([&b"overflow:"[..], b"overflow6:"])
        {
            let deny = match word.strip_prefix(name) {
                Some(b"deny-all") => true,
                Some(b"permissive") => false,
                _ => continue,
            };
            took |= slot.is_none();
            slot.get_or_insert(deny);
            if took {
                penalties.enabled = Some(true);
            }
            return Ok(());
        }
        Err(self
            .context
            .ends(&[b"unsupported ", keyword, b" keyword ", word]))
    }
}

/// What 10.6 takes at most for `max-pk-ok`.
const MOST_QUERIES: i64 = 255;

/// argv_assemble: words with blanks in quotes, quotes and backslashes behind a backslash.
fn assemble(words: &[Vec<u8>]) -> Vec<u8> {
    let mut line = Vec::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            line.push(b' ');
        }
        let quote = word.iter().any(|byte| b" \t".contains(byte));
        line.extend(quote.then_some(b'"'));
        for byte in word {
            if b"\\'\"".contains(byte) {
                line.push(b'\\');
            }
            line.push(*byte);
        }
        line.extend(quote.then_some(b'"'));
    }
    line
}
