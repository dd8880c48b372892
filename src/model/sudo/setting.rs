//! The `Defaults` that decide about passwords: the last that applies counts, those of a command after all others.

use super::member::{Against, Asked};
use super::{Password, Sudo};
use crate::facts::accounts::Account;
use crate::facts::sudoers::{Member, Scope, Setting, Value, Who};
use crate::source::{HostText, Obstacle, Source};

/// What the settings make of a question.
#[derive(Default)]
pub(super) struct Settings {
    /// False under `!authenticate`.
    pub(super) authenticate: bool,
    /// True in the `exempt_group`: whatever else is said, no password is asked for.
    pub(super) exempt: bool,
    /// Whose password is asked for.
    of: HostText,
    remembered: bool,
    /// True if programs run with the caller's LD_PRELOAD.
    pub(super) environment: bool,
    /// The user that runs what names none.
    pub(super) runas: HostText,
    /// The lines that matter.
    pub(super) lines: Vec<(HostText, Source)>,
}

impl Sudo<'_> {
    /// The settings for a question, whatever is run.
    pub(super) fn settings(&self, asked: &Asked<'_>) -> Result<Settings, Obstacle> {
        let mut found = Settings {
            authenticate: true,
            of: asked.who.account.name.clone(),
            runas: "root".into(),
            ..Settings::default()
        };
        let (mut root, mut target, mut runas, mut exempt) = (false, false, false, None);
        for setting in &self.sudoers.defaults {
            let name = setting.name.raw();
            let on = match &setting.value {
                Value::On => Some(true),
                Value::Off => Some(false),
                _ => None,
            };
            let word = match &setting.value {
                Value::Set(text) => Some(text.raw()),
                _ => None,
            };
            let matters = matches!(
                name,
                "authenticate"
                    | "rootpw"
                    | "targetpw"
                    | "runaspw"
                    | "exempt_group"
                    | "timestamp_timeout"
                    | "setenv"
                    | "env_keep"
                    | "runas_default"
            );
            if !matters || !self.applies(setting, asked)? {
                continue;
            }
            match (name, on, word) {
                ("authenticate", Some(on), _) => {
                    found.authenticate = on;
                    found.note(self, setting);
                }
                ("rootpw", Some(on), _) => root = on,
                ("targetpw", Some(on), _) => target = on,
                ("runaspw", Some(on), _) => runas = on,
                ("exempt_group", Some(false), _) => exempt = None,
                ("exempt_group", _, Some(group)) => exempt = Some((HostText::from(group), setting)),
                ("timestamp_timeout", _, Some(minutes)) => {
                    found.remembered = minutes.trim_start().starts_with('-');
                    if found.remembered {
                        found.note(self, setting);
                    }
                }
                ("timestamp_timeout", Some(false), _) => found.remembered = false,
                ("setenv", Some(on), _) => found.environment = on,
                ("env_keep", ..) => {
                    if let Value::Set(text) | Value::Add(text) = &setting.value {
                        let loads = |word: &str| {
                            let name = word.split('=').next().unwrap_or_default();
                            matches!(
                                name,
                                "LD_PRELOAD" | "LD_LIBRARY_PATH" | "LD_AUDIT" | "LD_*" | "*"
                            )
                        };
                        found.environment |= text.raw().split_whitespace().any(loads);
                    }
                }
                ("runas_default", _, Some(user)) => found.runas = user.into(),
                _ => {}
            }
        }
        if let Some((group, setting)) = exempt {
            let member = Member {
                negated: false,
                who: Who::Group(group),
            };
            if self.list(&[member], Against::User(&asked.who))? == Some(true) {
                found.exempt = true;
                found.note(self, setting);
            }
        }
        // In sudo's own order.
        if root {
            found.of = "root".into();
        } else if runas {
            found.of = found.runas.clone();
        } else if target {
            found.of = asked.target.account.name.clone();
        }
        Ok(found)
    }

    fn applies(&self, setting: &Setting, asked: &Asked<'_>) -> Result<bool, Obstacle> {
        let matched = match &setting.scope {
            Scope::All => return Ok(true),
            Scope::User(who) => self.list(who, Against::User(&asked.who)),
            Scope::Runas(who) => self.list(who, Against::Runas(asked)),
            Scope::Host(who) => self.list(who, Against::Host),
            // Looked at with the command.
            Scope::Command(_) => return Ok(false),
        };
        Ok(matched? == Some(true))
    }

    /// The password that is asked for, where one is.
    pub(super) fn password(&self, settings: &Settings) -> Password {
        let of = settings.of.clone();
        let owner = self.accounts.accounts.iter().find(|it| it.name == of);
        match owner.is_none_or(Account::may_have_password) {
            true => Password::Needed {
                of,
                remembered: settings.remembered,
            },
            false => Password::CannotBeGiven { of },
        }
    }
}

impl Settings {
    fn note(&mut self, sudo: &Sudo<'_>, setting: &Setting) {
        self.lines.push((shown(setting), sudo.place(setting.at)));
    }
}

/// A setting as it is written.
pub(super) fn shown(setting: &Setting) -> HostText {
    let name = setting.name.raw();
    match &setting.value {
        Value::On => name.into(),
        Value::Off => format!("!{name}").into(),
        Value::Set(text) => format!("{name}={}", text.raw()).into(),
        Value::Add(text) => format!("{name}+={}", text.raw()).into(),
        Value::Remove(text) => format!("{name}-={}", text.raw()).into(),
    }
}
