//! Judges whether a guessed or stolen password is enough to log in over SSH.
//!
//! ## What it judges
//! For each account that has a shell or a password, by every path that sshd's files tell apart: is a method on that asks for a
//! password (PasswordAuthentication, or keyboard-interactive with PAM, which asks for the same password, and which before OpenSSH
//! 8.7 ChallengeResponseAuthentication turns on), does PermitRootLogin, AuthenticationMethods, AllowUsers, DenyUsers,
//! AllowGroups or DenyGroups bar it, has the account ended (shadow(5)) or no shell that can be run, and does it have a password that
//! could be guessed; and does PAM take it, and let the account in (the files of pam.d(5), module by module).
//!
//! ## Grades
//! An account that may log in from the internet *and has* a usable password is `usable-password`; one that may do so only from
//! addresses that nobody on the internet has is `inside`. Where sshd takes passwords but no account has one, the check's default
//! severity holds: the next `passwd` opens the door.
//!
//! ## What it leaves out
//! A module of PAM that is not modelled (a second factor, a list of one's own) leaves it unknown whether a password is enough. Accounts of a directory service, whose passwords are out of sight: unknown, where
//! sshd takes passwords.

use super::logins::{At, Held, set_all, together};
use super::{NoParams, Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::{Account, Accounts, PasswordState};
use crate::facts::sshd::SOMEBODY;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::login::{Door, Doors, SOME_PASSWORD, newcomer};
use crate::model::logins::{Login, Survey};
use crate::model::sshd::{DECIDING, PasswordLogin, password_login};
use crate::source::{HostText, Obstacle};
use crate::step::Step;
use std::collections::BTreeMap;

/// See the module.
pub struct SshPasswordLogin;

const USABLE: &str = "usable-password";
const INSIDE: &str = "inside";
const KEYWORDS: [&str; 2] = ["PasswordAuthentication", "KbdInteractiveAuthentication"];

impl Rule for SshPasswordLogin {
    const META: RuleMeta = RuleMeta {
        id: "ssh-password-login",
        source: include_str!("ssh_password_login.rs"),
        grades: &[USABLE, INSIDE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        let mut all = Survey::requests();
        all.push(Request::Pam);
        all
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let survey = Survey::new(facts)?;
        let mut verdict = Verdict {
            gaps: survey.gaps.clone(),
            doors: Doors::new(facts).ok(),
            ..Verdict::default()
        };
        let accounts = facts.accounts().and_then(Fact::known).ok();
        let accounts = accounts.map(|(accounts, _)| accounts);
        for daemon in survey.models()? {
            for login in &daemon.0.logins {
                if let Err(why) = verdict.look(&At::new(&survey, daemon, login)) {
                    verdict.gaps.push(why.obstacle());
                }
            }
        }
        Ok(verdict.judgement(&survey, accounts))
    }
}

/// A way in.
struct Way<'s, 'f> {
    login: &'s Login<'f>,
    methods: String,
    /// The password that lets in, if the account has one.
    has: Option<PasswordState>,
    held: Vec<Held<'s, 'f>>,
}

#[derive(Default)]
struct Verdict<'s, 'f> {
    /// By account: the worst way in.
    open: BTreeMap<HostText, Way<'s, 'f>>,
    gaps: Vec<Obstacle>,
    doors: Option<Doors<'f>>,
}

impl<'s, 'f> Verdict<'s, 'f> {
    fn look(&mut self, at: &At<'s, 'f>) -> Result<(), Unjudged> {
        let login = at.login;
        let user = login.user();
        if self
            .open
            .get(&user)
            .is_some_and(|way| way.weight() == (true, true))
        {
            return Ok(());
        }
        let effective = at.effective()?;
        // sshd must agree on whatever lets somebody in, or bars him.
        for keyword in DECIDING {
            at.held(keyword)?;
        }
        let PasswordLogin::Open(methods) =
            password_login(effective, &login.connection, login.uid())?
        else {
            return Ok(());
        };
        let mut has = None;
        if let (Some(account), Some(doors)) = (login.account, &self.doors) {
            // What would be if it had a password: the next passwd(1) opens the door.
            if let Door::Shut(..) = doors.by_password(effective, account, SOME_PASSWORD)? {
                return Ok(());
            }
            let seen = account.password != PasswordState::Unseen;
            if seen && doors.by_password(effective, account, account.password)? == Door::Open {
                has = Some(account.password);
            }
        }
        if let (None, Some(doors)) = (login.account, &self.doors)
            && user.raw() == SOMEBODY
        {
            let next = newcomer(&user);
            if let Door::Shut(..) = doors.by_password(effective, &next, next.password)? {
                return Ok(());
            }
        }
        let mut all = Vec::new();
        for keyword in KEYWORDS {
            all.extend(at.held(keyword)?);
        }
        let way = Way {
            login,
            methods: methods.join(" or "),
            has,
            held: all,
        };
        let best = self.open.get(&user).map(Way::weight);
        if best.is_none_or(|best| best < way.weight()) {
            self.open.insert(user, way);
        }
        Ok(())
    }

    fn judgement(mut self, survey: &Survey, accounts: Option<&Accounts>) -> Judgement {
        let mut outcomes = Vec::new();
        let mut unseen = accounts.and_then(|it| it.shadow_unseen.as_ref());
        for way in self.open.values() {
            match way.login.account.map(|account| (account, way.has())) {
                Some((account, Some(has))) => outcomes.push(way.guessable(account, has)),
                // One file hides them all: one gap.
                Some((account, None)) if account.password == PasswordState::Unseen => {
                    self.gaps.extend(unseen.take().cloned());
                }
                Some(_) => {}
                // Their passwords are out of sight, and sshd takes them.
                None => {
                    let who = way.login.user();
                    let named = (who.raw() != SOMEBODY).then(|| format!(", {who} among them"));
                    let named = named.unwrap_or_default();
                    let services = accounts.map_or(&[][..], |it| it.elsewhere.as_slice());
                    self.gaps
                        .extend(services.iter().map(|service| {
                            Obstacle::NotModelled {
                                what: format!(
                                    "the accounts of {service}{named} (/etc/nsswitch.conf)"
                                )
                                .into(),
                            }
                        }));
                }
            }
        }
        // Whom only a directory may know is a gap; whoever has no account yet is anybody.
        let able = |way: &&Way| match way.login.account {
            Some(account) => account.usable_shell(),
            None => way.login.user().raw() == SOMEBODY,
        };
        let open = self
            .open
            .values()
            .filter(able)
            .min_by_key(|way| way.login.inside);
        if let (true, Some(way)) = (outcomes.is_empty(), open) {
            let summary = format!(
                "sshd takes passwords ({}), though no account that was seen has one",
                way.methods
            );
            let (first, rest) = way.evidence();
            let outcome = Outcome::fail(Subject::Host, summary, first)
                .with(rest)
                .fixed_by(way.steps());
            outcomes.push(match way.login.inside {
                true => outcome.graded(INSIDE),
                false => outcome,
            });
        }
        let seen = Evidence::decides("barred for every account", survey.source);
        let pass = Outcome::pass(
            Subject::Host,
            "no password is enough to log in over SSH",
            seen,
        )
        .with(verified(survey));
        self.gaps.sort();
        self.gaps.dedup();
        // What could not be seen of sshd is about sshd: it must not hide behind a milder finding about the host.
        Judgement::collected(&Subject::Daemon("sshd".into()), outcomes, &self.gaps, pass)
    }
}

/// How far sshd itself was asked.
fn verified(survey: &Survey) -> Vec<Evidence> {
    let asked = survey.sshd.asked.items.iter();
    let mut all: Vec<Evidence> = asked
        .map(|asked| Evidence::context("sshd itself says so", &asked.source))
        .collect();
    if all.is_empty() {
        all.push(Evidence::note("not verified by the daemon"));
    }
    all
}

impl Way<'_, '_> {
    /// How much it matters: whether the account has a password that would do, and whether anybody on the internet comes this way.
    fn weight(&self) -> (bool, bool) {
        (self.has.is_some(), !self.login.inside)
    }

    /// What password the account has that would do.
    fn has(&self) -> Option<&'static str> {
        self.has.map(|password| match password {
            PasswordState::Empty => "has an empty password",
            _ => "has a password",
        })
    }

    fn guessable(&self, account: &Account, has: &'static str) -> Outcome {
        // A shell that ends at once stops nobody from forwarding ports, to the bot's UI for one.
        let what_for = match account.usable_shell() {
            true => "to log in over SSH",
            false => "to forward ports over SSH, though its shell ends at once",
        };
        let from = self.login.only_from();
        let from = from.map_or_else(String::new, |from| format!(" from {from}"));
        let summary = format!(
            "{} {has}, and it is enough {what_for}{from} ({})",
            account.name, self.methods
        );
        let (first, rest) = self.evidence();
        Outcome::fail(
            Subject::User(account.name.clone()),
            HostText::from(summary),
            first,
        )
        .graded(if self.login.inside { INSIDE } else { USABLE })
        .with([Evidence::context(has, &account.password_place())])
        .with(rest)
        .fixed_by(self.steps())
    }

    /// The methods that are on, each with the line that decides it.
    fn evidence(&self) -> (Evidence, Vec<Evidence>) {
        let on = self.on().into_iter().map(Held::evidence);
        let all = on.map(|(first, rest)| (first.expecting("no"), rest));
        together(all).unwrap_or_else(|| (Evidence::note("no method"), Vec::new()))
    }

    fn on(&self) -> Vec<&Held<'_, '_>> {
        self.held
            .iter()
            .filter(|held| held.value() == "yes")
            .collect()
    }

    fn steps(&self) -> Vec<Step> {
        let on = self.on().into_iter();
        on.flat_map(|held| set_all(held, switches(held), "no"))
            .collect()
    }
}

/// The keywords that switch a method off: before 8.7 ChallengeResponseAuthentication turns keyboard-interactive on again,
/// whatever its own keyword says.
fn switches(held: &Held) -> &'static [&'static str] {
    match held.setting.keyword.eq_ignore_ascii_case(KEYWORDS[0]) {
        true => &KEYWORDS[..1],
        false if !held.model.version().since(8, 7) => &[
            "ChallengeResponseAuthentication",
            "KbdInteractiveAuthentication",
        ],
        false => &KEYWORDS[1..],
    }
}
