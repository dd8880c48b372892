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
//! Addresses other than one from the internet. Where AllowGroups or DenyGroups decides, where accounts come from a directory
//! service, or where a Match block decides for logins that sshd was not asked about, the answer is unknown.

use super::{NoParams, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::sshd::{Context, SOMEBODY, Sshd};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sshd::{PasswordLogin, context_of, password_login, unsettled};
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;

/// See the module.
pub struct SshPasswordLogin;

const USABLE: &str = "usable-password";
/// Any uid but 0: PermitRootLogin does not speak of it.
const ORDINARY: u32 = 1000;
/// What a Match block could set that decides whether a password gets in. UsePAM cannot stand in one.
const DECIDING: [&str; 11] = [
    "PasswordAuthentication",
    "KbdInteractiveAuthentication",
    "ChallengeResponseAuthentication",
    "SkeyAuthentication",
    "PermitRootLogin",
    "PermitEmptyPasswords",
    "AuthenticationMethods",
    "AllowUsers",
    "DenyUsers",
    "AllowGroups",
    "DenyGroups",
];
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
                // A shell that ends at once stops nobody from forwarding ports, to the bot's UI for one.
                let able = accounts
                    .accounts
                    .iter()
                    .filter(|account| account.usable_shell() || account.may_have_password());
                for account in able {
                    verdict.account(sshd, account);
                }
                verdict.elsewhere = &accounts.elsewhere;
            }
            Err(Unjudged::Unknown(obstacle)) => verdict.gaps.push(obstacle),
            Err(Unjudged::NotApplicable { .. }) => {}
        }
        verdict.anybody(sshd);
        verdict.gaps.extend(unsettled(sshd, &DECIDING));
        Ok(verdict.judgement(sshd, source))
    }
}

#[derive(Default)]
struct Survey<'a> {
    guessable: Vec<Outcome>,
    open: Option<(&'a Context, String)>,
    gaps: Vec<Obstacle>,
    shadow_unseen: Option<&'a Obstacle>,
    elsewhere: &'a [HostText],
}

impl<'a> Survey<'a> {
    /// Whether a password could let this account in, and by what; a question that cannot be answered is a gap, and
    /// what was found before it stands.
    fn open_to(
        &mut self,
        sshd: &'a Sshd,
        name: &HostText,
        uid: u32,
    ) -> Option<(&'a Context, String)> {
        let Some(context) = context_of(sshd, name) else {
            let request = format!("sshd, for {name}").into();
            self.gaps.push(Obstacle::NotRecorded { request });
            return None;
        };
        match password_login(context, name, uid) {
            Ok(PasswordLogin::Open(methods)) => Some((context, methods.join(" or "))),
            Ok(PasswordLogin::Barred(_)) | Err(Unjudged::NotApplicable { .. }) => None,
            Err(Unjudged::Unknown(obstacle)) => {
                self.gaps.push(obstacle);
                None
            }
        }
    }

    fn account(&mut self, sshd: &'a Sshd, account: &'a Account) {
        let Some((context, methods)) = self.open_to(sshd, &account.name, account.uid) else {
            return;
        };
        if account.usable_shell() {
            self.open.get_or_insert_with(|| (context, methods.clone()));
        }
        let has = match &account.password {
            PasswordState::Set { .. } => "has a password",
            PasswordState::Empty if context.options.is_on("permitemptypasswords") => {
                "has an empty password"
            }
            PasswordState::Unseen => {
                // One file hides them all: one gap.
                self.gaps.extend(self.shadow_unseen.take().cloned());
                return;
            }
            PasswordState::Empty | PasswordState::Locked { .. } | PasswordState::NoShadowEntry => {
                return;
            }
        };
        let what_for = match account.usable_shell() {
            true => "to log in over SSH",
            false => "to forward ports over SSH, though its shell ends at once",
        };
        let summary = format!(
            "{} {has}, and it is enough {what_for} ({methods})",
            account.name
        );
        self.guessable.push(
            Outcome::fail(
                Subject::User(account.name.clone()),
                HostText::from(summary),
                evidence(context),
            )
            .graded(USABLE)
            .with([Evidence::context(has, &kept_in(account))])
            .with(remedy::lines_that_set(sshd, &KEYWORDS))
            .fixed_by(steps(sshd, context)),
        );
    }

    /// The next account that is made, or one of a directory service that the host's files do not show.
    fn anybody(&mut self, sshd: &'a Sshd) {
        let Some(open) = self.open_to(sshd, &HostText::from(SOMEBODY), ORDINARY) else {
            return;
        };
        self.open.get_or_insert(open);
        // Their passwords are out of sight, and sshd takes them.
        self.gaps
            .extend(self.elsewhere.iter().map(|service| Obstacle::NotModelled {
                what: format!("the accounts of {service} (/etc/nsswitch.conf)").into(),
            }));
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
                    .fixed_by(steps(sshd, context)),
            );
        }
        let seen = Evidence::decides("barred for every account that has a shell", source);
        let pass = Outcome::pass(
            Subject::Host,
            "no password is enough to log in over SSH",
            seen,
        );
        // What could not be seen of sshd is about sshd: it must not hide behind a milder finding about the host.
        Judgement::collected(&Subject::Daemon("sshd".into()), outcomes, &self.gaps, pass)
    }
}

fn evidence(context: &Context) -> Evidence {
    let values: Vec<String> = KEYWORDS
        .iter()
        .filter_map(|keyword| Some(format!("{keyword} {}", context.options.get(keyword)?)))
        .collect();
    Evidence::decides(values.join(", "), &context.source).expecting("both no")
}

/// The line that holds the password: of shadow(5), or of passwd(5) itself.
fn kept_in(account: &Account) -> Source {
    match account.shadow_line {
        Some(line) => Source::line("/etc/shadow", line),
        None => Source::line("/etc/passwd", account.line),
    }
}

fn steps(sshd: &Sshd, context: &Context) -> Vec<Step> {
    let open = KEYWORDS
        .iter()
        .filter(|keyword| context.options.is_on(keyword));
    open.flat_map(|keyword| remedy::set_sshd_option(sshd, keyword, "no", context))
        .collect()
}
