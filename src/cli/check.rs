//! `seaworthy check`: policy → requests → facts → findings → report.

use super::args::{Check as Args, Format};
use super::{output, source};
use crate::collect::{Timing, collect};
use crate::evaluate::{evaluate, requests, selected};
use crate::exit::Exit;
use crate::facts::{Facts, Request};
use crate::host::Host;
use crate::policy::Check;
use crate::report::{
    self, CheckInfo, Detail, HostInfo, PolicyInfo, Report, RunVerdict, SCHEMA_VERSION, Summary,
    Tool,
};
use crate::source::HostText;
use crate::yaml::Mistake;
use anyhow::Error;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long a person at a terminal waits before being told what is waited for.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let began = Instant::now();
    let host = Arc::new(source::host(args.fixture.as_deref())?);
    let started = host.now();
    let (policy, selection) =
        source::policy_selecting(&args.policy, &args.only, &args.skip, started)?;
    let checks = selected(&policy, &selection);
    let read = Instant::now();

    let mut wanted = requests(&checks);
    wanted.insert(Request::Os); // the report names the host
    let (facts, timings) = patiently(|| collect(&host, wanted));
    let collected = Instant::now();

    let evaluation = evaluate(&policy, &checks, &facts);
    let mut warnings: Vec<String> = policy.warnings.iter().map(Mistake::to_string).collect();
    if !selection.is_partial() {
        warnings.extend(evaluation.unmatched.iter().map(|waiver| {
            format!(
                "{}: the waiver of {} matches no finding",
                waiver.place, waiver.check
            )
        }));
    }
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        host: about(&host, &facts),
        policy: PolicyInfo {
            name: policy.name.clone(),
            title: policy.title.clone(),
            sources: policy.sources.clone(),
        },
        labels: BTreeMap::new(),
        started: started.to_string(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        contacted: Vec::new(),
        summary: Summary::new(&evaluation.findings, args.fail_on),
        warnings: warnings.into_iter().map(HostText::from).collect(),
        checks: policy
            .checks
            .iter()
            .filter(|check| selection.has(check))
            .map(info)
            .collect(),
        findings: evaluation.findings,
    };
    let text = match args.output {
        Format::Human => report::human(&report, detail(args)),
        Format::Json => report::json(&report)?,
    };
    output::print(&text)?;
    if args.timings {
        let parts = [
            ("policy", read - began),
            ("facts", collected - read),
            ("verdict and report", collected.elapsed()),
        ];
        output::note(&table(&parts, &timings));
    }
    Ok(exit(report.summary.verdict, args.allow_unknown))
}

fn exit(verdict: RunVerdict, allow_unknown: bool) -> Exit {
    match verdict {
        RunVerdict::Seaworthy => Exit::Clean,
        RunVerdict::NotSeaworthy => Exit::Fails,
        RunVerdict::NotProven if allow_unknown => Exit::Clean,
        RunVerdict::NotProven => Exit::Unproven,
    }
}

fn detail(args: &Args) -> Detail {
    match (args.quiet, args.verbose) {
        (true, _) => Detail::Verdict,
        (false, true) => Detail::Everything,
        (false, false) => Detail::Normal,
    }
}

/// Does something that is usually done at once, and says so at a terminal when it is not.
fn patiently<T>(work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    let (done, waiting) = mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        if waiting.recv_timeout(PATIENCE) == Err(mpsc::RecvTimeoutError::Timeout) {
            output::note("reading the host takes longer than usual …\n");
        }
    });
    let result = work();
    drop(done);
    // It ends at once: its channel is closed.
    let _ = watch.join();
    result
}

fn about(host: &Host, facts: &Facts) -> HostInfo {
    let uname = host.uname();
    let os = facts
        .os()
        .ok()
        .and_then(|fact| fact.known().ok())
        .map(|(os, _)| os);
    let mut notes: Vec<HostText> = Vec::new();
    match os {
        Some(os) => notes.extend(os.notes.iter().map(HostText::from)),
        None => notes.extend(
            facts
                .os()
                .ok()
                .and_then(|fact| fact.obstacle())
                .map(|obstacle| obstacle.to_string().into()),
        ),
    }
    HostInfo {
        hostname: uname.hostname,
        os: os.map(|os| os.release.pretty_name.clone()),
        kernel: uname.release,
        virtualisation: os.map(|os| os.virtualisation.to_string()),
        mode: host.mode().to_string(),
        euid: host.euid(),
        notes,
    }
}

fn info(check: &Check) -> CheckInfo {
    CheckInfo {
        id: check.id.clone(),
        rule: check.rule.id.to_owned(),
        title: check.title.clone(),
        why: check.why.clone(),
        severity: check.severity.default,
        tags: check.tags.clone(),
        refs: check.refs.clone(),
        off: check.off.clone(),
    }
}

fn table(parts: &[(&str, Duration)], timings: &[Timing]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, took: Duration| {
        text.push_str(&format!(
            "{:>9.3} ms  {name}\n",
            took.as_secs_f64() * 1000.0
        ));
    };
    for (name, took) in parts {
        row(name, *took);
    }
    for timing in timings {
        row(&format!("  {}", timing.request), timing.took);
    }
    text
}
