//! Judges whether a guessed or stolen password is enough to log in over SSH.
//!
//! ## What it judges
//! For each account that has a shell: is a method on that asks for a password (PasswordAuthentication, or
//! keyboard-interactive with PAM, which asks for the same password), does PermitRootLogin, AuthenticationMethods, AllowUsers or
//! DenyUsers bar it, and does the account have a password that could be guessed.
//!
//! ## Grades
//! An account that may log in *and has* a usable password is `usable-password`. Where sshd takes passwords but no account
//! has one, the check's default severity holds: the next `passwd` opens the door.
//!
//! ## What it leaves out
//! AllowGroups and DenyGroups, addresses other than one from the internet, and accounts of a directory service.

use super::{NoParams, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::sshd::{Context, Sshd};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sshd::{PasswordLogin, context_of, password_login};
use crate::source::{HostText, Obstacle, Source};

/// See the module.
pub struct SshPasswordLogin;

const USABLE: &str = "usable-password";
/// Any uid but 0: PermitRootLogin does not speak of it.
const SOMEBODY: u32 = 1000;
const KEYWORDS: [&str; 2] = ["PasswordAuthentication", "KbdInteractiveAuthentication"];

impl Rule for SshPasswordLogin {
    const META: RuleMeta = RuleMeta {
        id: "ssh-password-login",
        source: include_str!("ssh_password_login.rs"),
        grades: &[USABLE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Sshd, Request::Accounts]
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (sshd, source) = facts.sshd().and_then(Fact::known)?;
        let mut verdict = Survey::default();
        match facts.accounts().and_then(Fact::known) {
            Ok((accounts, _)) => {
                verdict.shadow_unseen = accounts.shadow_unseen.as_ref();
                let able = accounts
                    .accounts
                    .iter()
                    .filter(|account| account.usable_shell());
                for account in able {
                    verdict.account(sshd, account)?;
                }
            }
            Err(why) => verdict.without_accounts(sshd, why)?,
        }
        verdict.anybody(sshd)?;
        verdict.gaps.extend(sshd.contexts.gaps.iter().cloned());
        Ok(verdict.judgement(sshd, source))
    }
}

#[derive(Default)]
struct Survey<'a> {
    guessable: Vec<Outcome>,
    open: Option<(&'a Context, String)>,
    gaps: Vec<Obstacle>,
    shadow_unseen: Option<&'a Obstacle>,
}

impl<'a> Survey<'a> {
    fn account(&mut self, sshd: &'a Sshd, account: &'a Account) -> Result<(), Unjudged> {
        let Some(context) = context_of(sshd, &account.name) else {
            return Ok(()); // one of the gaps of sshd's contexts
        };
        let login = password_login(context, &account.name, account.uid)?;
        let PasswordLogin::Open(methods) = login else {
            return Ok(());
        };
        let methods = methods.join(" or ");
        self.open.get_or_insert_with(|| (context, methods.clone()));
        let has = match &account.password {
            PasswordState::Set { .. } => "has a password",
            PasswordState::Empty if context.options.is_on("permitemptypasswords") => {
                "has an empty password"
            }
            PasswordState::Unseen => {
                // One file hides them all: one gap.
                self.gaps.extend(self.shadow_unseen.take().cloned());
                return Ok(());
            }
            PasswordState::Empty | PasswordState::Locked { .. } | PasswordState::NoShadowEntry => {
                return Ok(());
            }
        };
        let summary = format!(
            "{} {has}, and it is enough to log in over SSH ({methods})",
            account.name
        );
        self.guessable.push(
            Outcome::fail(
                Subject::User(account.name.clone()),
                HostText::from(summary),
                evidence(context),
            )
            .graded(USABLE)
            .with([Evidence::context(has, &Source::file("/etc/shadow"))])
            .with(remedy::lines_that_set(sshd, &KEYWORDS))
            .fixed_by(steps(context)),
        );
        Ok(())
    }

    /// What sshd would do is known all the same, for those that it was asked about.
    fn without_accounts(&mut self, sshd: &'a Sshd, why: Unjudged) -> Result<(), Unjudged> {
        for context in &sshd.contexts.items {
            let login = password_login(context, &context.user, context.uid)?;
            if let PasswordLogin::Open(methods) = login {
                self.open.get_or_insert((context, methods.join(" or ")));
            }
        }
        if let Unjudged::Unknown(obstacle) = why {
            self.gaps.push(obstacle);
        }
        Ok(())
    }

    /// The next account that is made, or one of a directory service that the host's files do not show.
    fn anybody(&mut self, sshd: &'a Sshd) -> Result<(), Unjudged> {
        let somebody = HostText::from("somebody");
        let Some(context) = context_of(sshd, &somebody) else {
            return Ok(());
        };
        if let PasswordLogin::Open(methods) = password_login(context, &somebody, SOMEBODY)? {
            self.open.get_or_insert((context, methods.join(" or ")));
        }
        Ok(())
    }

    fn judgement(self, sshd: &Sshd, source: &Source) -> Judgement {
        let mut outcomes = self.guessable;
        if let (true, Some((context, methods))) = (outcomes.is_empty(), self.open) {
            let summary = format!(
                "sshd takes passwords ({methods}), though no account that was seen has one"
            );
            outcomes.push(
                Outcome::fail(Subject::Host, summary, evidence(context))
                    .with(remedy::lines_that_set(sshd, &KEYWORDS))
                    .fixed_by(steps(context)),
            );
        }
        let seen = Evidence::decides("barred for every account that has a shell", source);
        let pass = Outcome::pass(
            Subject::Host,
            "no password is enough to log in over SSH",
            seen,
        );
        Judgement::collected(&Subject::Host, outcomes, &self.gaps, pass)
    }
}

fn evidence(context: &Context) -> Evidence {
    let values: Vec<String> = KEYWORDS
        .iter()
        .filter_map(|keyword| Some(format!("{keyword} {}", context.options.get(keyword)?)))
        .collect();
    Evidence::decides(values.join(", "), &context.source).expecting("both no")
}

fn steps(context: &Context) -> Vec<crate::step::Step> {
    KEYWORDS
        .iter()
        .filter(|keyword| context.options.is_on(keyword))
        .map(|keyword| remedy::set_sshd_option(keyword, "no", context))
        .collect()
}
