//! Judges a per-interface setting of the IP stack by what the kernel makes of `all` and each interface together.
//!
//! ## What it judges
//! The kernel combines `conf/all` with `conf/IFACE`, and not in the same way for every setting: the larger of both
//! for rp_filter, both for accept_source_route, either for send_redirects and, on a host that does not forward, for
//! accept_redirects (Documentation/networking/ip-sysctl.rst, include/linux/inetdevice.h). So `all = 0` alone can look
//! safe and be void. Every interface but the loopback one is judged by the combined value, as it runs and as the files
//! of sysctl.d(5) will set it at the next boot.
//!
//! ## Where it does not apply
//! Where there is no such interface, or the protocol is off. Redirects are only sent by an interface that forwards.
//!
//! In an image what `all` and `default` are configured as is judged, where both are.
//!
//! ## Parameters
//! `setting`: `net.ipv4.rp_filter`, … `accept`: the combined values that are good; the first is what the fix sets.
//! `danger`: what setting it may break, where it may break something.

use super::{Invalid, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::interface_setting::{InterfaceSetting, InterfaceValue, Setting};
use crate::facts::sysctl::{Assignment, SysctlConfig, SysctlKey};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::interface_setting::effective;
use crate::model::sysctl::winner;
use crate::source::{HostText, Obstacle, Source};
use crate::step::Step;
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct InterfaceSettingRule;

/// Parameters of `interface-setting`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// The setting, without `conf` and interface (`net.ipv4.rp_filter`).
    setting: Setting,
    /// The combined values that are good; the first is what the fix sets.
    #[schemars(length(min = 1))]
    accept: Vec<i32>,
    /// What setting it may break, where it may break something.
    danger: Option<String>,
}

impl Rule for InterfaceSettingRule {
    const META: RuleMeta = RuleMeta {
        id: "interface-setting",
        source: include_str!("interface_setting.rs"),
        grades: &[],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        remedy::some_value(&params.accept)
    }

    fn subject(params: &Params) -> Subject {
        Subject::Sysctl(params.setting.to_string().into())
    }

    fn requests(params: &Params) -> Vec<Request> {
        vec![
            Request::InterfaceSetting(params.setting),
            Request::SysctlConfig,
        ]
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (config, _) = facts.sysctl_config().and_then(Fact::known)?;
        let (values, source) = match facts.interface_setting(&params.setting)?.known() {
            Ok(seen) => seen,
            Err(Unjudged::Unknown(obstacle)) if obstacle.is_by_mode() => {
                return image(params, config, obstacle);
            }
            Err(why) => return Err(why),
        };
        let judge = Judge {
            params,
            values,
            config,
        };
        let (mut names, mut bad, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for interface in &values.interfaces.items {
            match judge.interface(interface)? {
                (evidence, true) => seen.push(evidence),
                (evidence, false) => {
                    names.push(interface.name.raw());
                    bad.push(evidence);
                }
            }
        }
        let mut bad = bad.into_iter();
        if let Some(first) = bad.next() {
            return Ok(Judgement::one(judge.fail(&names, first, bad)?));
        }
        if let Some(gap) = values.interfaces.gaps.first().or(config.gaps.first()) {
            return Err(gap.clone().into());
        }
        let mut seen = seen.into_iter();
        let first = seen.next().ok_or_else(|| Unjudged::NotApplicable {
            why: "no interface but the loopback one".to_owned(),
            source: source.clone(),
        })?;
        let wanted = params.wanted();
        let summary = format!("{} is {wanted} on every interface", params.setting);
        let pass = Outcome::pass(Self::subject(params), summary, first).with(seen);
        Ok(Judgement::one(pass))
    }
}

/// An image has no interfaces. What `all` and `default` are configured as holds for each that will come, unless
/// something names it.
fn image(
    params: &Params,
    config: &SysctlConfig,
    obstacle: Obstacle,
) -> Result<Judgement, Unjudged> {
    let (all, default) = (params.key("all")?, params.key("default")?);
    let (Some((all, line)), Some((default, _))) = (
        winner(config, &all).setting(),
        winner(config, &default).setting(),
    ) else {
        return Err(obstacle.into());
    };
    let value = combined(params, all, default, false)?;
    let wanted = params.wanted();
    let summary = format!("{} is configured as {value}", params.setting);
    let seen = Evidence::decides(
        format!("{value} (all {}, default {})", all.raw(), default.raw()),
        &line.source,
    )
    .expecting(&wanted)
    .noting("configured; an image has no interfaces");
    let subject = InterfaceSettingRule::subject(params);
    if !params.accept.contains(&value) {
        let steps = params.steps(config, ["all", "default"])?;
        let outcome = Outcome::fail(subject, format!("{summary}, wanted {wanted}"), seen);
        return Ok(Judgement::one(outcome.fixed_by(steps)));
    }
    match config.gaps.first() {
        Some(gap) => Err(gap.clone().into()),
        None => Ok(Judgement::one(Outcome::pass(subject, summary, seen))),
    }
}

fn combined(
    params: &Params,
    all: &HostText,
    own: &HostText,
    forwards: bool,
) -> Result<i32, Unjudged> {
    effective(params.setting, all.raw(), own.raw(), forwards).ok_or_else(|| {
        Unjudged::Unknown(Obstacle::Unparsable {
            at: Source::kernel(params.setting.to_string()),
            why: format!("{} and {} are not numbers", all.raw(), own.raw()).into(),
        })
    })
}

impl Params {
    fn wanted(&self) -> String {
        remedy::any_of(&self.accept)
    }

    /// The line that configures the setting of an interface, or of `all` or `default`.
    fn configured<'a>(
        &self,
        config: &'a SysctlConfig,
        name: &str,
    ) -> Result<Option<&'a Assignment>, Unjudged> {
        Ok(winner(config, &self.key(name)?).decides)
    }

    fn steps<'n>(
        &self,
        config: &SysctlConfig,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Vec<Step>, Unjudged> {
        let value = self.accept[0].to_string();
        let mut steps = Vec::new();
        for name in names {
            let (key, line) = (self.key(name)?, self.configured(config, name)?);
            steps.extend(remedy::set_sysctl(
                &key,
                &value,
                line,
                self.danger.as_deref(),
            ));
        }
        Ok(steps)
    }

    fn key(&self, interface: &str) -> Result<SysctlKey, Unjudged> {
        let (protocol, name) = self.setting.path();
        let path = format!("net/{protocol}/conf/{interface}/{name}");
        SysctlKey::new(&path).map_err(|why| {
            Unjudged::Unknown(Obstacle::Unparsable {
                at: Source::kernel(path.as_str()),
                why: why.into(),
            })
        })
    }
}

struct Judge<'a> {
    params: &'a Params,
    values: &'a InterfaceSetting,
    config: &'a SysctlConfig,
}

impl Judge<'_> {
    /// What the kernel makes of the interface now and after the next boot, and whether both are good.
    fn interface(&self, interface: &InterfaceValue) -> Result<(Evidence, bool), Unjudged> {
        let key = self.params.key(interface.name.raw())?;
        let now = combined(
            self.params,
            &self.values.all,
            &interface.value,
            interface.forwards,
        )?;
        let all = self
            .params
            .configured(self.config, "all")?
            .and_then(|line| line.value.as_ref())
            .unwrap_or(&self.values.all);
        let own = winner(self.config, &key)
            .decides
            .or(self.params.configured(self.config, "default")?);
        let own = own
            .and_then(|line| line.value.as_ref())
            .unwrap_or(&interface.value);
        let boot = combined(self.params, all, own, interface.forwards)?;
        let good = |value| self.params.accept.contains(&value);
        let mut evidence = Evidence::decides(
            format!(
                "{now} (all {}, own {})",
                self.values.all.raw(),
                interface.value.raw()
            ),
            &Source::kernel(key.to_string()),
        )
        .expecting(self.params.wanted());
        if boot != now {
            evidence = evidence.noting(format!("the next boot makes it {boot}"));
        }
        Ok((evidence, good(now) && good(boot)))
    }

    fn fail(
        &self,
        names: &[&str],
        first: Evidence,
        rest: impl Iterator<Item = Evidence>,
    ) -> Result<Outcome, Unjudged> {
        let more = names.len().saturating_sub(3);
        let mut on = names[..names.len() - more].join(", ");
        if more > 0 {
            on = format!("{on} and {more} more");
        }
        let params = self.params;
        let summary = format!("{} is not {} on {on}", params.setting, params.wanted());
        let keys = ["all", "default"].into_iter().chain(names.iter().copied());
        let steps = params.steps(self.config, keys.clone())?;
        let mut outcome =
            Outcome::fail(InterfaceSettingRule::subject(params), summary, first).with(rest);
        for name in keys {
            let line = params.configured(self.config, name)?;
            outcome =
                outcome.with(line.map(|line| Evidence::context(line.to_string(), &line.source)));
        }
        Ok(outcome.fixed_by(steps))
    }
}
