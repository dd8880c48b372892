//! Judges whether the sshd that runs has read its files as they are now.
//!
//! ## What it judges
//! sshd reads its configuration when it starts and when it is reloaded, and goes by that until then. It fails where a file of
//! the configuration, Include followed, was changed after the daemon last read them: what the other checks say of the files is then not
//! what holds. When it last read them is told by its PidFile, which it writes anew each time; without one only its start is
//! known, and a later change is unknown, since it may have been reloaded.
//!
//! A change is known by the time of the inode, which moves with owner and mode too, and which no program can set back. Where only
//! a directory changed that an Include lists, something was added or taken away, which need not be a file of sshd's (an editor's
//! copy): the grade is `directory`. Where sshd is started anew for each connection (`Accept=yes` of a socket unit) there is nothing to be stale.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::sshd::{Changed, Sshd};
use crate::facts::sshd_daemons::Daemon;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::source::{Obstacle, Source};
use crate::step::{Action, Step};

/// See the module.
pub struct SshConfigStale;

const DIRECTORY: &str = "directory";

impl Rule for SshConfigStale {
    const META: RuleMeta = RuleMeta {
        id: "ssh-config-stale",
        source: include_str!("ssh_config_stale.rs"),
        grades: &[DIRECTORY],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Sshd, Request::SshdDaemons]
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (sshd, _) = facts.sshd()?.known()?;
        let (seen, source) = facts.sshd_daemons()?.known()?;
        let mut gaps = seen.daemons.gaps.clone();
        if seen.daemons.items.is_empty() && gaps.is_empty() {
            return Err(Unjudged::NotApplicable {
                why: "no sshd runs that keeps a configuration".to_owned(),
                source: source.clone(),
            });
        }
        gaps.extend(sshd.changed.values().flat_map(|it| it.gaps.iter().cloned()));
        gaps.extend(seen.daemons.items.iter().filter_map(Daemon::stranger));
        let mut outcomes = Vec::new();
        for daemon in &seen.daemons.items {
            match judge(daemon, sshd) {
                Ok(outcome) => outcomes.push(outcome),
                Err(why) => gaps.push(why),
            }
        }
        let none = Outcome::pass(
            Self::subject(params),
            "no sshd runs",
            Evidence::decides("no process", source),
        );
        Ok(Judgement::collected(
            &Self::subject(params),
            outcomes,
            &gaps,
            none,
        ))
    }
}

fn judge(daemon: &Daemon, sshd: &Sshd) -> Result<Outcome, Obstacle> {
    let loaded = daemon.loaded.get().map_err(Unjudged::obstacle)?;
    let subject = Subject::Daemon("sshd".into());
    let read = |what: &str| Evidence::context(format!("{what} {}", loaded.at), &loaded.source);
    let started = daemon.started.get().map_err(Unjudged::obstacle)?;
    let later = sshd.changed_since(started, loaded.at);
    let Some(last) = later.last() else {
        let seen = Evidence::decides(format!("read at {}", loaded.at), &loaded.source);
        return Ok(Outcome::pass(
            subject,
            "sshd has read its files as they are",
            seen,
        ));
    };
    let at = |file: &Changed| Source::file(file.path.clone());
    if loaded.or_later {
        return Err(Obstacle::NotModelled {
            what: format!(
                "whether sshd was reloaded since {} changed at {}: it has no PidFile",
                last.path, last.at
            )
            .into(),
        });
    }
    let unit = daemon
        .unit
        .as_ref()
        .map_or("ssh.service", |unit| unit.raw());
    let check = Step::safe(
        Action::run(["sshd", "-t"]),
        "see that sshd accepts its files: it prints nothing then",
    );
    let reload = Step::risky(
        Action::run(["systemctl", "reload", unit]),
        "what was changed begins to hold, for good or ill; sessions that are open stay open",
        format!("let {unit} read its files"),
    )
    .requiring("the change is wanted: nobody remembers another")
    .requiring("sshd -t prints nothing, and a second session stays open")
    .verified_by("seaworthy check --only ssh-config-stale");
    let seen = Evidence::decides(format!("changed at {}", last.at), &at(last));
    let others = later.iter().filter(|file| file.path != last.path);
    let summary = match last.is_directory {
        true => "files of sshd may have come or gone since it read them",
        false => "sshd runs by an older configuration than its files",
    };
    let outcome = Outcome::fail(
        subject,
        summary,
        seen.expecting("read since by the daemon that runs"),
    );
    let outcome = match last.is_directory {
        true => outcome.graded(DIRECTORY),
        false => outcome,
    };
    Ok(outcome
        .with([read("read at")])
        .with(others.map(|file| Evidence::context(format!("changed at {}", file.at), &at(file))))
        .fixed_by([check, reload]))
}
