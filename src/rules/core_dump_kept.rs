//! Judges whether a program that crashes would leave its memory, with the keys in it, on the disk.
//!
//! ## What it judges
//! Where the kernel puts the memory of a program that crashes (`kernel.core_pattern`), as it runs and as the next boot will set it,
//! and what becomes of it there:
//!
//! - A file beside the program is written only where its limit allows. By default that is nothing; what is judged is the limit of
//!   services (`DefaultLimitCORE`, else that of the first process) and of logins (limits.conf(5)). A unit's own `LimitCORE` is not looked at.
//! - systemd-coredump(8) goes by the same limit, and by coredump.conf(5) with its drop-ins: `Storage=none`, or a greatest size of 0, keeps nothing.
//! - apport and abrt keep what they get. Where they are started at boot they set the pattern to themselves, whatever sysctl.d(5) says.
//! - `/bin/false` and its kin keep nothing. What another program does is unknown, and so is what a socket does (`@`, Linux 6.16).
//!
//! Dumps that already lie where these keep them fail it too.
//!
//! An image has no running pattern: there the configured one is judged, and where no file sets one it is not checked. In a
//! container the pattern belongs to the machine beneath: it does not apply.
//!
//! ## The fix
//! Where systemd-coredump is the handler, a drop-in that also sets `ProcessSizeMax=0`, or the dump would still pass over the disk.
//! Else a pattern that hands every crash to a program that drops it.

use super::{NoParams, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::core_dumps::{CoreDumps, Keeps, Kept, Line};
use crate::facts::sysctl::{Assignment, SysctlConfig, SysctlKey};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Ruling, Subject};
use crate::model::sysctl::winner;
use crate::source::{HostText, Obstacle, Source};
use crate::step::{Action, Step};

/// See the module.
pub struct CoreDumpKept;

const KEY: &str = "kernel/core_pattern";
/// Sorts after whatever a package or a person would call a drop-in.
const DROP_IN: &str = "/etc/systemd/coredump.conf.d/zz-seaworthy.conf";
/// What nothing comes of.
const DROPS: &str = "|/bin/false";

impl Rule for CoreDumpKept {
    const META: RuleMeta = RuleMeta {
        id: "core-dump-kept",
        source: include_str!("core_dump_kept.rs"),
        grades: &[],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        let mut requests = vec![Request::Os, Request::SysctlConfig, Request::CoreDumps];
        requests.extend(key().map(Request::Sysctl));
        requests
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let key = key().map_err(Unjudged::Unknown)?;
        remedy::own_kernel(facts, &key)?;
        let (dumps, _) = facts.core_dumps()?.known()?;
        let mut gaps = dumps.kept.gaps.clone();
        let mut places = Vec::new();
        let running = match facts.sysctl(&key)?.known() {
            Ok((value, source)) => Some((value, source.clone())),
            Err(Unjudged::Unknown(obstacle)) if obstacle.is_by_mode() => None,
            Err(why) => return Err(why),
        };
        let nothing = SysctlConfig::default();
        let config = match facts.sysctl_config().and_then(Fact::known) {
            Ok((config, _)) => config,
            Err(why) => {
                gaps.push(why.obstacle());
                &nothing
            }
        };
        gaps.extend(config.gaps.iter().cloned());
        let configured = winner(config, &key).setting();
        if running.is_none() && configured.is_none() && dumps.setters.items.is_empty() {
            gaps.push(Obstacle::NeedsLiveHost {
                what: format!("no file sets {key}, and its running value").into(),
            });
        }
        gaps.extend(dumps.setters.gaps.iter().cloned());
        let setter = dumps.setters.items.first();
        let setter = setter.map(|it| (&it.pattern, it.source.clone()));
        let next = setter.or_else(|| configured.map(|(value, line)| (value, line.source.clone())));
        let is_running = [running.is_some(), false];
        for ((pattern, source), is_running) in running.iter().chain(&next).zip(is_running) {
            match Fate::of(pattern, dumps) {
                Ok(fate) => places.push(Place {
                    pattern,
                    source,
                    is_running,
                    fate,
                }),
                Err(obstacle) => gaps.push(obstacle),
            }
        }
        let outcome = outcome(&places, dumps, configured.map(|(_, line)| line), &key);
        match gaps.into_iter().next() {
            // What could not be seen may keep them.
            Some(gap) if matches!(outcome.ruling, Ruling::Pass(_)) => Err(Unjudged::Unknown(gap)),
            _ => Ok(Judgement::one(outcome)),
        }
    }
}

fn key() -> Result<SysctlKey, Obstacle> {
    SysctlKey::new(KEY).map_err(|_| Obstacle::NotModelled { what: KEY.into() })
}

/// One of the two patterns, and what it comes to.
struct Place<'a> {
    pattern: &'a HostText,
    source: &'a Source,
    is_running: bool,
    fate: Fate,
}

/// What becomes of the memory of a program that crashes.
enum Fate {
    Dropped(&'static str, Vec<Evidence>),
    Kept {
        by: By,
        at: String,
        because: Vec<Evidence>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Kernel,
    Systemd,
    Apport,
    Abrt,
}

impl Fate {
    fn of(pattern: &HostText, dumps: &CoreDumps) -> Result<Self, Obstacle> {
        // Linux 6.16: a server gets it, whatever the limit.
        if pattern.raw().starts_with('@') {
            return Err(not_modelled(pattern.raw()));
        }
        let Some(command) = pattern.raw().strip_prefix('|') else {
            return Self::of_limit(
                dumps,
                By::Kernel,
                "the directory that the program works in",
                Vec::new(),
            );
        };
        let program = command.split_whitespace().next().unwrap_or_default();
        let kept = |by, at: &str| {
            Ok(Self::Kept {
                by,
                at: at.to_owned(),
                because: Vec::new(),
            })
        };
        // By the path: a name alone says nothing about who would drop it.
        match program {
            "/bin/false" | "/usr/bin/false" | "/bin/true" | "/usr/bin/true" | "/dev/null" => Ok(
                Self::Dropped("handed to a program that drops it", Vec::new()),
            ),
            "/usr/lib/systemd/systemd-coredump" | "/lib/systemd/systemd-coredump" => {
                if let Some(gap) = dumps.handler.gaps.first() {
                    return Err(gap.clone());
                }
                match dumps.handler_keeps() {
                    Keeps::Nothing(line) => Ok(Self::Dropped(
                        "systemd-coredump keeps none",
                        vec![seen(&line)],
                    )),
                    Keeps::In(at, line) => {
                        let how = line.as_ref().map_or_else(
                            || Evidence::note("systemd-coredump keeps dumps by default"),
                            seen,
                        );
                        Self::of_limit(dumps, By::Systemd, at, vec![how])
                    }
                }
            }
            _ if program.ends_with("/apport") => kept(By::Apport, "/var/crash"),
            _ if program.ends_with("/abrt-hook-ccpp") => kept(By::Abrt, "/var/spool/abrt"),
            _ => Err(not_modelled(program)),
        }
    }

    /// Whether the limits of services or logins let something be written.
    fn of_limit(
        dumps: &CoreDumps,
        by: By,
        at: &str,
        mut because: Vec<Evidence>,
    ) -> Result<Self, Obstacle> {
        let login = dumps.open_session();
        because.extend(login.map(|it| {
            Evidence::context(format!("core dumps allowed for {}", it.domain), &it.source)
        }));
        let services = match (dumps.default_limit(), dumps.inherited.get()) {
            (Some((bytes, line)), _) => {
                because.push(seen(line));
                Ok(bytes)
            }
            (None, Ok(bytes)) => {
                let limit = match *bytes {
                    u64::MAX => "unlimited".to_owned(),
                    bytes => format!("{bytes} bytes"),
                };
                let at = Source::file("/proc/1/limits");
                because.push(Evidence::context(
                    format!("limit of core files: {limit}"),
                    &at,
                ));
                Ok(*bytes)
            }
            (None, Err(why)) => Err(why.obstacle()),
        };
        let is_open = login.is_some() || matches!(services, Ok(1..));
        if is_open {
            return Ok(Self::Kept {
                by,
                at: at.to_owned(),
                because,
            });
        }
        services?;
        match dumps.manager.gaps.iter().chain(&dumps.sessions.gaps).next() {
            Some(gap) => Err(gap.clone()),
            None => Ok(Self::Dropped("the limit of core files is 0", because)),
        }
    }
}

fn not_modelled(handler: &str) -> Obstacle {
    Obstacle::NotModelled {
        what: format!("what `{handler}` does with the memory of a program that crashed").into(),
    }
}

fn seen(line: &Line) -> Evidence {
    Evidence::context(format!("{}={}", line.key, line.value), &line.source)
}

/// A failure, or the pass that holds where nothing was hidden.
fn outcome(
    places: &[Place],
    dumps: &CoreDumps,
    configured: Option<&Assignment>,
    key: &SysctlKey,
) -> Outcome {
    let lie = |it: &Kept| {
        let at = Source::file(it.directory.clone());
        Evidence::decides(
            format!("{} core dumps, such as {}", it.count, it.example),
            &at,
        )
        .expecting("none")
    };
    let decides = |place: &Place| {
        let evidence = Evidence::decides(place.pattern.clone(), place.source);
        match place.is_running {
            true => evidence,
            false => evidence.noting("configured, for the next boot"),
        }
    };
    let kept = places.iter().find_map(|place| match &place.fate {
        Fate::Kept { by, at, because } => Some((place, *by, at, because)),
        Fate::Dropped(..) => None,
    });
    let lying = &dumps.kept.items;
    let mut steps = Vec::new();
    let (summary, first, more) = match (kept, lying.first()) {
        (Some((place, by, at, because)), _) => {
            steps.extend(close(by, dumps, configured, key));
            let when = if place.is_running {
                ""
            } else {
                " after the next boot"
            };
            let summary = format!("a crash{when} leaves the memory of the program in {at}");
            (summary, decides(place), because.clone())
        }
        (None, Some(first)) => {
            let total: usize = lying.iter().map(|it| it.count).sum();
            (
                format!("{total} core dumps lie on the disk"),
                lie(first),
                Vec::new(),
            )
        }
        (None, None) => {
            let how = places.iter().map(|place| match &place.fate {
                Fate::Dropped(how, because) => (*how, because.clone()),
                Fate::Kept { .. } => ("", Vec::new()),
            });
            let (how, because) = how.clone().next().unwrap_or_default();
            let summary = format!("a crash leaves nothing on the disk: {how}");
            let first = places.first().map_or_else(|| Evidence::note(how), decides);
            return Outcome::pass(Subject::Host, summary, first)
                .with(because)
                .with(places.iter().skip(1).map(decides));
        }
    };
    steps.extend(lying.iter().map(|it| {
        let text = format!(
            "delete the dumps in {} once nobody needs them: a key that a crashed program held lies in them, and in every backup of them",
            it.directory
        );
        Step::manual(it.directory.clone(), text)
    }));
    let others = lying.iter().skip(usize::from(kept.is_none()));
    Outcome::fail(Subject::Host, summary, first.expecting("nothing is kept"))
        .with(more)
        .with(others.map(lie))
        .fixed_by(steps)
}

fn close(by: By, dumps: &CoreDumps, configured: Option<&Assignment>, key: &SysctlKey) -> Vec<Step> {
    let danger = Some("nobody can look into a crash afterwards");
    match by {
        By::Kernel => remedy::set_sysctl(key, DROPS, configured, danger),
        By::Apport | By::Abrt => {
            let (name, unit) = match by {
                By::Apport => ("apport", "apport.service"),
                _ => ("abrt", "abrt-ccpp.service"),
            };
            let stop = Action::run(["systemctl", "disable", "--now", unit]);
            let text = format!("stop {name}, which would set the pattern to itself again");
            let step = Step::safe(stop, text).undone_by(format!("systemctl enable --now {unit}"));
            let set = remedy::set_sysctl(key, DROPS, configured, danger);
            std::iter::once(step).chain(set).collect()
        }
        By::Systemd => {
            let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
            let later = |line: &&Line| match &line.source {
                Source::File { path, .. } => {
                    name(path.raw()) > name(DROP_IN) && path.raw().contains(".conf.d/")
                }
                _ => false,
            };
            let mut steps: Vec<Step> = Vec::new();
            steps.extend(dumps.handler.lines.iter().rfind(later).map(|line| {
                let text = format!(
                    "take {} out of {}: that file is read after {DROP_IN}",
                    line.key, line.source
                );
                Step::manual(line.source.to_string(), text)
            }));
            let write = Action::WriteFile {
                target: DROP_IN.into(),
                value: "[Coredump]\nStorage=none\nProcessSizeMax=0\n".to_owned(),
                mode: "0644".to_owned(),
            };
            let text = "have systemd-coredump keep nothing: it still logs that a program crashed";
            let step = Step::risky(write, "nobody can look into a crash afterwards", text);
            steps.push(
                step.verified_by("systemd-analyze cat-config systemd/coredump.conf")
                    .undone_by(format!("rm {DROP_IN}")),
            );
            steps
        }
    }
}
