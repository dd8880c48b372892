//! Judges one kernel setting, as it runs and as the next boot will set it.
//!
//! ## What it judges
//! The running value under `/proc/sys`, and the value that the files of sysctl.d(5) configure, read as systemd-sysctl
//! reads them: which file hides which, the order of names, globs and exclusions. Both must be accepted. A setting that
//! no file sets keeps the kernel's default or what a program set at run time: then the running value decides alone.
//!
//! ## When they disagree
//! A good value that no longer holds after the next boot fails, and so does a configured one that is not in effect:
//! the finding says which, with both places.
//!
//! ## Where it does not apply
//! Where the kernel lacks the setting. In a container the kernel belongs to the machine beneath: only `net.*` is the
//! container's own.
//!
//! ## Parameters
//! `key`: the setting, dotted. `accept`: the values that are good; the first is what the fix sets. `danger`: what
//! setting it may break, where it may break something.

use super::{Invalid, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::sysctl::{Assignment, SysctlKey};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sysctl::winner;
use crate::source::{HostText, Source};
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct SysctlValue;

/// Parameters of `sysctl-value`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The setting, dotted (`kernel.kptr_restrict`).
    key: SysctlKey,
    /// The values that are good; the first is what the fix sets.
    #[schemars(length(min = 1))]
    accept: Vec<String>,
    /// What setting it may break, where it may break something.
    danger: Option<String>,
}

impl Rule for SysctlValue {
    const META: RuleMeta = RuleMeta {
        id: "sysctl-value",
        source: include_str!("sysctl_value.rs"),
        grades: &[],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        remedy::some_value(&params.accept)
    }

    fn subject(params: &Params) -> Subject {
        Subject::Sysctl(params.key.to_string().into())
    }

    fn requests(params: &Params) -> Vec<Request> {
        vec![
            Request::Os,
            Request::Sysctl(params.key.clone()),
            Request::SysctlConfig,
        ]
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        remedy::own_kernel(facts, &params.key)?;
        let (running, source) = facts.sysctl(&params.key)?.known()?;
        let (config, _) = facts.sysctl_config().and_then(Fact::known)?;
        let winner = winner(config, &params.key);
        let verdict = Verdict {
            params,
            running,
            source,
            configured: winner.setting(),
            shadowed: &winner.shadowed,
            unread: &winner.unread,
        };
        let now = params.good(running);
        let configured = verdict.configured.map(|(value, _)| params.good(value));
        let outcome = match (now, configured) {
            (true, None | Some(true)) => {
                // What could not be read might set it otherwise at the next boot.
                if let Some(gap) = config.gaps.first() {
                    return Err(gap.clone().into());
                }
                verdict.pass()
            }
            _ => verdict.fail(),
        };
        Ok(Judgement::one(outcome))
    }
}

impl Params {
    fn good(&self, value: &HostText) -> bool {
        self.accept.iter().any(|accepted| accepted == value.raw())
    }
}

struct Verdict<'a> {
    params: &'a Params,
    running: &'a HostText,
    source: &'a Source,
    configured: Option<(&'a HostText, &'a Assignment)>,
    shadowed: &'a [&'a Assignment],
    unread: &'a [&'a Assignment],
}

impl Verdict<'_> {
    fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        match self.configured {
            Some((value, line)) => evidence.push(
                Evidence::decides(value.clone(), &line.source)
                    .noting("configured, for the next boot"),
            ),
            None => evidence.push(Evidence::note(
                "no file sets it: the kernel's default, or set by a program that runs",
            )),
        }
        evidence.extend(
            self.shadowed
                .iter()
                .map(|line| Evidence::shadowed(line.to_string(), &line.source)),
        );
        evidence.extend(self.unread.iter().map(|line| {
            Evidence::context(line.to_string(), &line.source)
                .noting("nothing reads this file at boot here")
        }));
        evidence
    }

    fn seen(&self) -> Evidence {
        Evidence::decides(self.running.clone(), self.source)
            .expecting(remedy::any_of(&self.params.accept))
    }

    fn pass(&self) -> Outcome {
        let summary = format!("{} is {}", self.params.key, self.running.raw());
        Outcome::pass(SysctlValue::subject(self.params), summary, self.seen()).with(self.evidence())
    }

    fn fail(&self) -> Outcome {
        let (key, running) = (&self.params.key, self.running.raw());
        let wanted = remedy::any_of(&self.params.accept);
        let summary = match self.configured {
            Some((value, _)) if value != self.running && self.params.good(value) => {
                format!("{key} is {running}, though {} is configured", value.raw())
            }
            Some((value, _)) if value != self.running => {
                format!(
                    "{key} is {running} and will be {} at the next boot, wanted {wanted}",
                    value.raw()
                )
            }
            _ => format!("{key} is {running}, wanted {wanted}"),
        };
        let (key, danger) = (&self.params.key, self.params.danger.as_deref());
        let steps = match self.configured {
            // The files are right already: only the running value is to be set.
            Some((value, _)) if self.params.good(value) => {
                vec![remedy::load_sysctl(key, running, value.raw(), danger)]
            }
            configured => remedy::set_sysctl(
                key,
                &self.params.accept[0],
                configured.map(|(_, line)| line),
                danger,
            ),
        };
        Outcome::fail(SysctlValue::subject(self.params), summary, self.seen())
            .with(self.evidence())
            .fixed_by(steps)
    }
}
