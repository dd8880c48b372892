//! Judges whether the clock is right, by what the kernel knows, and whether something keeps it so.
//!
//! ## What it judges
//! What adjtimex(2) tells: the most that the clock may be wrong. Whoever keeps a clock tells the kernel so, and the bound
//! grows by half a millisecond each second until it is told again; after nine hours, and from the boot until the first time, it is 16
//! seconds, and nobody keeps the clock. The flag `STA_UNSYNC` is not asked: chronyd leaves it set by default.
//!
//! It fails where nobody keeps the clock (grade `unkept`, but not in the first five minutes after a boot), and where it may be
//! further off than `at_most_ms`. A clock that is right for now still fails where no program runs that will keep it, where the one that does is
//! not started at the next boot (also because its unit is masked), and where two do, since each corrects the other's corrections.
//!
//! ## Where it sees less
//! A container has the clock of the machine beneath: there the kernel alone is judged. An image has no clock: there it is judged
//! what is started at boot: by a link of a target that every boot comes to, and unknown where only another unit has one. What starts a
//! program that has no unit is unknown. How far off a clock really is only another clock can tell, and none is asked.
//!
//! ## Parameters
//! `at_most_ms`: how wrong the clock may be, in milliseconds. An exchange refuses a signed request that is five seconds old or one second
//! early. systemd-timesyncd asks every 34 minutes, in which the bound grows to a second.

use super::{Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::clock::{Clock, Keeper};
use crate::facts::os::Os;
use crate::facts::processes::Seen;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::kernel;
use crate::source::{HostText, Obstacle, Source};
use crate::step::{Action, Step};
use schemars::JsonSchema;
use serde::Deserialize;

/// See the module.
pub struct ClockUnsynchronised;

const UNKEPT: &str = "unkept";
/// How long a daemon may take until it has the time, in seconds since boot.
const FIRST: u64 = 300;

/// Parameters of `clock-unsynchronised`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// How wrong the clock may be, in milliseconds.
    at_most_ms: u64,
}

impl Rule for ClockUnsynchronised {
    const META: RuleMeta = RuleMeta {
        id: "clock-unsynchronised",
        source: include_str!("clock_unsynchronised.rs"),
        grades: &[UNKEPT],
    };
    type Params = Params;

    fn subject(_: &Params) -> Subject {
        Subject::Host
    }

    fn requests(_: &Params) -> Vec<Request> {
        vec![Request::Os, Request::Clock]
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let (os, _) = facts.os().and_then(Fact::known)?;
        let (clock, source) = facts.clock()?.known()?;
        let seen = Look { os, clock, source };
        let outcome = match &clock.kernel {
            Seen::Seen(kernel) => seen.running(kernel, params.at_most_ms.saturating_mul(1000)),
            Seen::Unseen(obstacle) if obstacle.is_by_mode() => seen.configured(),
            Seen::Unseen(obstacle) => return Err(Unjudged::Unknown(obstacle.clone())),
        };
        Ok(Judgement::one(outcome?))
    }
}

struct Look<'a> {
    os: &'a Os,
    clock: &'a Clock,
    source: &'a Source,
}

impl<'a> Look<'a> {
    /// Those that do what a clock needs, by a sign of it.
    fn keepers(&self, sign: impl Fn(&Keeper) -> bool) -> Vec<&'a Keeper> {
        let keepers = self.clock.keepers.items.iter();
        keepers.filter(|keeper| sign(keeper)).collect()
    }

    /// What may hide another keeper.
    fn gap(&self) -> Result<(), Unjudged> {
        match self.clock.keepers.gaps.first() {
            Some(gap) => Err(Unjudged::Unknown(gap.clone())),
            None => Ok(()),
        }
    }

    fn running(&self, kernel: &kernel::Clock, at_most: u64) -> Result<Outcome, Unjudged> {
        let running = self.keepers(|keeper| !keeper.running.is_empty());
        let bound = seconds(kernel.bound_us());
        let told = match kernel.is_kept() {
            true => format!("at most {bound} off"),
            false => "nobody has set it for nine hours, or since boot".to_owned(),
        };
        let decides = Evidence::decides(told, self.source)
            .expecting(format!("at most {} off", seconds(at_most)));
        let fail = |summary: String| {
            Outcome::fail(Subject::Host, summary, decides.clone())
                .with(self.who(&running))
                .fixed_by(self.steps(&running))
        };
        if !kernel.is_kept() {
            let booting = self.os.uptime_s.is_some_and(|uptime| uptime < FIRST);
            return Ok(
                match (running.first(), self.os.virtualisation.container()) {
                    (Some(keeper), _) => {
                        let name = keeper.program.name();
                        let outcome = fail(format!(
                            "{name} runs and has not had the time from anywhere"
                        ));
                        if booting {
                            outcome
                        } else {
                            outcome.graded(UNKEPT)
                        }
                    }
                    (None, Some(_)) => {
                        fail("the machine beneath does not keep its clock".to_owned())
                            .graded(UNKEPT)
                    }
                    (None, None) => fail("nothing keeps the clock".to_owned()).graded(UNKEPT),
                },
            );
        }
        if kernel.bound_us() > at_most {
            return Ok(fail(format!("the clock may be {bound} off")));
        }
        let pass = |by: &str| {
            let summary = format!("the clock is at most {bound} off{by}");
            Outcome::pass(Subject::Host, summary, decides.clone()).with(self.who(&running))
        };
        if self.os.virtualisation.container().is_some() {
            return Ok(pass(", kept by the machine beneath"));
        }
        if let [one, other, ..] = running.as_slice() {
            return Ok(fail(two(one, other)));
        }
        self.gap()?;
        Ok(match running.first() {
            None => fail("the clock is right for now, and nothing is seen to keep it".to_owned()),
            Some(keeper) if keeper.enabled.is_none() && keeper.service.is_some() => fail(format!(
                "{} keeps the clock, and nothing starts it at the next boot",
                keeper.program.name()
            )),
            Some(keeper) if keeper.enabled.is_none() => {
                return Err(Unjudged::Unknown(Obstacle::NotModelled {
                    what: format!("what starts {} at boot", keeper.program.name()).into(),
                }));
            }
            Some(keeper) => pass(&format!(", kept by {}", keeper.program.name())),
        })
    }

    /// Of an image: what will keep the clock once it runs.
    fn configured(&self) -> Result<Outcome, Unjudged> {
        let enabled = self.keepers(|keeper| keeper.enabled.is_some());
        let at = |keeper: &Keeper| keeper.enabled.clone().unwrap_or(self.source.clone());
        let named = |keeper: &Keeper| {
            Evidence::decides(format!("starts {}", keeper.program.name()), &at(keeper))
        };
        let outcome = match enabled.as_slice() {
            [one, other, ..] => {
                Outcome::fail(Subject::Host, two(one, other), named(one)).with([named(other)])
            }
            [] => {
                self.gap()?;
                if !self.clock.has_init {
                    return Err(Unjudged::Unknown(Obstacle::NeedsLiveHost {
                        what: "nothing here starts services, and who keeps the clock".into(),
                    }));
                }
                let seen = Evidence::decides(
                    "nothing that keeps a clock",
                    &Source::file("/etc/systemd/system"),
                );
                Outcome::fail(
                    Subject::Host,
                    "nothing is started at boot to keep the clock",
                    seen,
                )
            }
            [keeper] => {
                self.gap()?;
                let summary = format!("{} is started at boot", keeper.program.name());
                return Ok(Outcome::pass(Subject::Host, summary, named(keeper)));
            }
        };
        Ok(outcome.fixed_by(self.steps(&enabled)))
    }

    fn who(&self, running: &[&Keeper]) -> Vec<Evidence> {
        let mut evidence: Vec<Evidence> = running
            .iter()
            .flat_map(|keeper| keeper.running.first().map(|at| (keeper, at)))
            .map(|(keeper, at)| {
                let boot = match (&keeper.enabled, &keeper.masked) {
                    (Some(link), _) => format!("started at boot by {link}"),
                    (None, Some(file)) => format!("masked by {file}"),
                    (None, None) => "no link starts it at boot".to_owned(),
                };
                Evidence::context(format!("{} runs", keeper.program.name()), at).noting(boot)
            })
            .collect();
        evidence.extend(self.clock.synchronised.map(|at| {
            let file = Source::file("/run/systemd/timesync/synchronized");
            Evidence::context(format!("systemd-timesyncd had the time at {at}"), &file)
        }));
        evidence
    }

    fn steps(&self, active: &[&Keeper]) -> Vec<Step> {
        if let Some(kind) = self.os.virtualisation.container() {
            let text = format!(
                "have the clock of the machine beneath this container ({kind}) kept: a container cannot set it"
            );
            return vec![Step::manual("provider", text)];
        }
        if let [one, other, ..] = active {
            let text = format!(
                "keep one of {} and {}, and `systemctl disable --now` the other",
                one.program.name(),
                other.program.name()
            );
            return vec![Step::manual("clock", text)];
        }
        if let Some(keeper) = active.first().filter(|keeper| keeper.enabled.is_some()) {
            let status = keeper.program.status();
            let text = format!(
                "find out why {} has no better time (`{status}`): packets to port 123/udp and their answers must get through, and its servers must answer",
                keeper.program.name()
            );
            return vec![Step::manual(keeper.program.name(), text).verified_by(status)];
        }
        let mut installed = self.clock.keepers.items.iter();
        let is_free = |keeper: &&Keeper| keeper.service.is_some() && keeper.masked.is_none();
        let chosen = active.first().copied();
        let chosen = chosen.or_else(|| installed.clone().find(is_free).or(installed.next()));
        match chosen.and_then(|keeper| keeper.service.as_ref().map(|name| (keeper, name))) {
            Some((keeper, name)) => {
                let unmask = keeper.masked.as_ref().map(|file| {
                    let text = format!("take {file} away, which masks {name}");
                    Step::manual(file.to_string(), text)
                        .verified_by(format!("systemctl cat {name}"))
                });
                let enable = enable(name).verified_by(keeper.program.status());
                unmask.into_iter().chain([enable]).collect()
            }
            None => self.install(),
        }
    }

    /// What the distribution has for it.
    fn install(&self) -> Vec<Step> {
        let release = &self.os.release;
        let like = |words: &[&str]| {
            let mut ids = release.id_like.iter().chain([&release.id]);
            ids.any(|id| words.contains(&id.raw()))
        };
        let (words, service): (&[&str], &str) = if like(&["debian", "ubuntu"]) {
            (
                &["apt-get", "install", "systemd-timesyncd"],
                "systemd-timesyncd.service",
            )
        } else if like(&["fedora", "rhel", "centos", "amzn"]) {
            (&["dnf", "install", "chrony"], "chronyd.service")
        } else if like(&["suse", "opensuse"]) {
            (&["zypper", "install", "chrony"], "chronyd.service")
        } else if like(&["alpine"]) {
            (&["apk", "add", "chrony"], "chronyd")
        } else if like(&["arch"]) {
            return vec![enable(&"systemd-timesyncd.service".into())];
        } else {
            let text = "install a program that keeps the clock, such as chrony, and have it started at boot";
            return vec![Step::manual("clock", text)];
        };
        let install = Action::run(words.iter().copied());
        vec![
            Step::safe(install, "install a program that keeps the clock"),
            enable(&service.into()).verified_by("seaworthy check --only clock-unsynchronised"),
        ]
    }
}

fn two(one: &Keeper, other: &Keeper) -> String {
    let (one, other) = (one.program.name(), other.program.name());
    format!("{one} and {other} both keep the clock, against each other")
}

/// Starts a service, now and at boot. A jump of the clock is what is wanted here, and still one.
fn enable(service: &HostText) -> Step {
    let name = service.raw();
    let text = format!("start {name}, now and at every boot");
    let danger =
        "a clock that is far off jumps: what runs by it, such as a bot's timers, meets that once";
    if name.ends_with(".service") {
        Step::risky(
            Action::run(["systemctl", "enable", "--now", name]),
            danger,
            text,
        )
        .undone_by(format!("systemctl disable --now {name}"))
    } else {
        Step::risky(
            Action::run(["rc-update", "add", name, "default"]),
            danger,
            text,
        )
        .undone_by(format!("rc-update del {name} default"))
    }
}

/// Microseconds as a person says them.
fn seconds(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{} s", us / 1_000_000, us / 100_000 % 10),
    }
}
