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
//! An image has no running values: there the configured half is judged, and a setting that no file sets is not checked.
//!
//! ## Where it does not apply
//! Where the kernel lacks the setting. In a container the kernel belongs to the machine beneath: only `net.*` is the
//! container's own.
//!
//! ## Parameters
//! `key`: the setting, dotted. `accept`: the values that are good; the first is what the fix sets. `danger`: what
//! setting it may break, where it may break something.

use super::{Invalid, Rule, RuleMeta, remedy};
use crate::fact::Unjudged;
use crate::facts::sysctl::{Assignment, SysctlConfig, SysctlKey};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::sysctl::winner;
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;
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
        let running = match facts.sysctl(&params.key)?.known() {
            Ok(seen) => Some(seen),
            // An image has the configured half only.
            Err(Unjudged::Unknown(obstacle)) if obstacle.is_by_mode() => None,
            Err(why) => return Err(why),
        };
        let nothing = SysctlConfig::default();
        let (config, unseen) = match facts.sysctl_config()?.known() {
            Ok((config, _)) => (config, config.gaps.first().cloned().map(Unjudged::Unknown)),
            Err(why) => (&nothing, Some(why)),
        };
        let winner = winner(config, &params.key);
        let seen = Seen {
            params,
            running,
            configured: winner.setting(),
            shadowed: &winner.shadowed,
            unread: &winner.unread,
        };
        let outcome = match (seen.running_is_good(), seen.configured_is_good()) {
            (Some(false), _) | (_, Some(false)) => seen.fail(),
            // What could not be read might set it otherwise at the next boot.
            (Some(true), _) | (None, Some(true)) => match unseen {
                Some(why) => return Err(why),
                None => seen.pass(),
            },
            (None, None) => {
                return Err(Unjudged::Unknown(Obstacle::NeedsLiveHost {
                    what: format!("no file sets {}, and its running value", params.key).into(),
                }));
            }
        };
        Ok(Judgement::one(outcome))
    }
}

impl Params {
    fn good(&self, value: &HostText) -> bool {
        self.accept.iter().any(|accepted| accepted == value.raw())
    }
}

/// What was seen of the setting: at least one half.
struct Seen<'a> {
    params: &'a Params,
    running: Option<(&'a HostText, &'a Source)>,
    configured: Option<(&'a HostText, &'a Assignment)>,
    shadowed: &'a [&'a Assignment],
    unread: &'a [&'a Assignment],
}

impl Seen<'_> {
    fn running_is_good(&self) -> Option<bool> {
        self.running.map(|(value, _)| self.params.good(value))
    }

    fn configured_is_good(&self) -> Option<bool> {
        self.configured.map(|(value, _)| self.params.good(value))
    }

    fn wanted(&self) -> String {
        remedy::any_of(&self.params.accept)
    }

    /// What decides: the running value, or in an image the configured one. There is always one of them.
    fn decides(&self) -> Evidence {
        let evidence = match (self.running, self.configured) {
            (Some((value, source)), _) => Evidence::decides(value.clone(), source),
            (None, Some((value, line))) => Evidence::decides(value.clone(), &line.source)
                .noting("configured; an image shows no running value"),
            (None, None) => Evidence::note("neither half was seen"),
        };
        evidence.expecting(self.wanted())
    }

    fn context(&self) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        match (self.running, self.configured) {
            (Some(_), Some((value, line))) => evidence.push(
                Evidence::decides(value.clone(), &line.source)
                    .noting("configured, for the next boot"),
            ),
            (Some(_), None) => evidence.push(Evidence::note(
                "no file sets it: the kernel's default, or set by a program that runs",
            )),
            (None, _) => {}
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

    fn pass(&self) -> Outcome {
        let key = &self.params.key;
        let summary = match (self.running, self.configured) {
            (None, Some((value, _))) => format!("{key} is configured as {}", value.raw()),
            (running, _) => {
                let value = running.map_or("", |(value, _)| value.raw());
                format!("{key} is {value}")
            }
        };
        Outcome::pass(SysctlValue::subject(self.params), summary, self.decides())
            .with(self.context())
    }

    fn fail(&self) -> Outcome {
        Outcome::fail(
            SysctlValue::subject(self.params),
            self.trouble(),
            self.decides(),
        )
        .with(self.context())
        .fixed_by(self.steps())
    }

    fn trouble(&self) -> String {
        let (key, wanted) = (&self.params.key, self.wanted());
        match (self.running, self.configured) {
            (Some((running, _)), Some((value, _))) if value != running => {
                let (running, value) = (running.raw(), value.raw());
                if self.configured_is_good() == Some(true) {
                    format!("{key} is {running}, though {value} is configured")
                } else {
                    format!(
                        "{key} is {running} and will be {value} at the next boot, wanted {wanted}"
                    )
                }
            }
            (Some((running, _)), _) => format!("{key} is {}, wanted {wanted}", running.raw()),
            (None, configured) => {
                let value = configured.map_or("", |(value, _)| value.raw());
                format!("{key} is configured as {value}, wanted {wanted}")
            }
        }
    }

    fn steps(&self) -> Vec<Step> {
        let (key, danger) = (&self.params.key, self.params.danger.as_deref());
        match (self.running, self.configured) {
            // The files are right already: only the running value is to be set.
            (Some((running, _)), Some((value, _))) if self.params.good(value) => {
                vec![remedy::load_sysctl(key, running.raw(), value.raw(), danger)]
            }
            (_, configured) => {
                let line = configured.map(|(_, line)| line);
                remedy::set_sysctl(key, &self.params.accept[0], line, danger)
            }
        }
    }
}
