//! Judges whether sshd would start with its files as they are.
//!
//! ## What it judges
//! The configuration of every daemon that runs, or of the installed sshd, read as sshd reads it when it starts: one bad line, in
//! a drop-in or in a Match block that never applies, and it does not start. On a live host, as root, sshd itself is asked
//! (`sshd -T`); where it refuses, its own words are the finding, and where it takes what was read as refused, the answer is
//! unknown.
//!
//! A daemon that runs goes on with what it read last, so nothing shows until the next restart or reboot: then nobody gets in.
//! Host keys are not looked at.

use super::{NoParams, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::logins::{Instance, Survey};
use crate::model::sshd::Refusal;
use crate::source::{HostText, Obstacle};
use crate::step::Step;

/// See the module.
pub struct SshConfigRejected;

impl Rule for SshConfigRejected {
    const META: RuleMeta = RuleMeta {
        id: "ssh-config-rejected",
        source: include_str!("ssh_config_rejected.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Survey::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let survey = Survey::new(facts)?;
        let mut gaps = survey.gaps.clone();
        let mut outcomes = Vec::new();
        for instance in &survey.instances {
            let said = survey
                .sshd
                .refused
                .iter()
                .find(|it| it.started.is_like(&instance.started));
            let asked = survey
                .sshd
                .asked
                .items
                .iter()
                .find(|it| it.started.is_like(&instance.started));
            match (&instance.model, said, asked) {
                (Ok(_), None, _) => {}
                (Err(refusal), None, Some(asked)) => gaps.push(Obstacle::Failed {
                    at: asked.source.clone(),
                    why: format!("sshd takes its files, and they were read as refused: {refusal}")
                        .into(),
                }),
                (Err(refusal), said, None) => {
                    let also = said.map(|said| Evidence::context(said.why.clone(), &said.source));
                    outcomes.push(refused(&survey, instance, refusal).with(also));
                }
                (model, Some(said), _) => {
                    let place = model.as_ref().err().and_then(|it| it.place.as_ref());
                    let seen = Evidence::decides(said.why.clone(), place.unwrap_or(&said.source));
                    outcomes.push(outcome(seen, &said.why, instance));
                }
            }
        }
        let seen = Evidence::decides("read without complaint", survey.source);
        let asked = survey.sshd.asked.items.first();
        let verified = match asked {
            Some(asked) => Evidence::context("sshd itself says so", &asked.source),
            None => Evidence::note("not verified by the daemon"),
        };
        let pass = Outcome::pass(
            Self::subject(params),
            "sshd would start with its files as they are",
            seen,
        )
        .with([verified]);
        Ok(Judgement::collected(
            &Self::subject(params),
            outcomes,
            &gaps,
            pass,
        ))
    }
}

fn refused(survey: &Survey, instance: &Instance, refusal: &Refusal) -> Outcome {
    let place = refusal.place.as_ref().unwrap_or(survey.source);
    let seen = Evidence::decides(refusal.reason(), place);
    outcome(seen, &refusal.reason(), instance)
}

fn outcome(seen: Evidence, why: &HostText, instance: &Instance) -> Outcome {
    let main = instance.config.main.raw();
    let step = Step::manual(main, format!("mend what sshd complains of: {}", why.raw()))
        .requiring("your session stays open until a new one has worked")
        .verified_by("sshd -t");
    Outcome::fail(
        Subject::Daemon("sshd".into()),
        "sshd will not start again: it refuses its configuration",
        seen.expecting("accepted by sshd"),
    )
    .fixed_by([step])
}
