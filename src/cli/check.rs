//! `seaworthy check`: policy → requests → facts → findings → report.

use super::args::{Check as Args, Format, Output};
use super::patience::patiently;
use super::{output, source};
use crate::collect::{Timing, collect};
use crate::evaluate::{Evaluation, evaluate, requests, selected};
use crate::exit::Exit;
use crate::fact::Fact;
use crate::facts::interfaces::Namespace;
use crate::facts::{Facts, Request};
use crate::policy::{Check, Policy, Selection};
use crate::report::{
    self, CheckInfo, Detail, HostInfo, NetworkNamespace, PolicyInfo, Report, RunVerdict,
    SCHEMA_VERSION, Summary, Tool,
};
use crate::source::HostText;
use crate::store;
use crate::yaml::Mistake;
use anyhow::{Error, bail};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) fn run(args: &Args) -> Result<Exit, Error> {
    let began = Instant::now();
    if args.facts.as_deref() == Some("-") && args.policy.policy.as_deref() == Some("-") {
        bail!("standard input cannot be both the policy and the facts");
    }
    let outputs = outputs(args)?;
    let (recorded, host) = match &args.facts {
        Some(path) => (Some(source::facts(path)?), None),
        None => (None, Some(Arc::new(source::host(&args.host)?))),
    };
    // The judge's clock is that of the host that is looked at, and the caller's for facts of another day.
    let started = host.as_ref().map_or_else(Timestamp::now, |host| host.now());
    let (policy, selection) =
        source::policy_selecting(&args.policy, &args.only, &args.skip, started)?;
    let checks = selected(&policy, &selection);
    if checks.is_empty() {
        bail!("no check is left to run: what was not looked at is not seaworthy");
    }
    let read = Instant::now();

    let mut wanted = requests(&checks);
    wanted.insert(Request::Os); // the report names the host
    let (facts, timings) = match (recorded, host) {
        (None, Some(host)) => patiently(|| collect(&host, wanted)),
        (Some(facts), _) => (facts, Vec::new()),
        (None, None) => bail!("neither a host nor facts to judge"),
    };
    let collected = Instant::now();

    let evaluation = evaluate(&policy, &checks, &facts);
    let warnings = warnings(&policy, &evaluation, &selection);
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        host: about(&facts, args.facts.is_some()),
        policy: PolicyInfo {
            name: policy.name.clone(),
            title: policy.title.clone(),
            sources: policy.sources.clone(),
        },
        labels: args.labels.iter().cloned().collect(),
        started: started.to_string(),
        duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        contacted: Vec::new(),
        summary: Summary::new(&evaluation.findings, args.fail_on, facts.about.mode),
        warnings,
        checks: policy
            .checks
            .iter()
            .filter(|check| selection.has(check))
            .map(info)
            .collect(),
        findings: evaluation.findings,
    };
    for output in &outputs {
        write(&report, output, detail(args))?;
    }
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

/// Where the report goes. Two of them on one standard output could not be told apart.
fn outputs(args: &Args) -> Result<Vec<Output>, Error> {
    if args.output.is_empty() {
        return Ok(vec![Output {
            format: Format::Human,
            path: None,
        }]);
    }
    if args
        .output
        .iter()
        .filter(|output| output.path.is_none())
        .count()
        > 1
    {
        bail!("only one -o can go to standard output; give the others a file (-o json=PATH)");
    }
    Ok(args.output.clone())
}

fn write(report: &Report, output: &Output, detail: Detail) -> Result<(), Error> {
    let Some(path) = &output.path else {
        let text = match output.format {
            Format::Human => report::human(report, detail),
            Format::Json => report::json(report)?,
        };
        return output::print(&text);
    };
    let text = match output.format {
        Format::Human => output::without_colours(|| report::human(report, detail)),
        Format::Json => report::json(report)?,
    };
    store::write(path, &text).map_err(Error::msg)
}

/// What is odd about the policy, and the waivers that found nothing to waive: not to be told where checks were left out.
fn warnings(policy: &Policy, evaluation: &Evaluation, selection: &Selection) -> Vec<HostText> {
    let odd = policy.warnings.iter().map(Mistake::to_string);
    let unmatched = evaluation
        .unmatched
        .iter()
        .filter(|_| !selection.is_partial());
    let unmatched = unmatched.map(|waiver| {
        format!(
            "{}: the waiver of {} matches no finding",
            waiver.place, waiver.check
        )
    });
    odd.chain(unmatched).map(HostText::from).collect()
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

fn about(facts: &Facts, recorded: bool) -> HostInfo {
    let about = &facts.about;
    let os = facts.os().ok();
    let seen = os.and_then(|fact| fact.known().ok()).map(|(os, _)| os);
    let mut notes: Vec<HostText> = Vec::new();
    match seen {
        Some(os) => notes.extend(os.notes.iter().map(HostText::from)),
        None => notes.extend(
            os.and_then(|fact| fact.obstacle())
                .map(|why| why.to_string().into()),
        ),
    }
    let network = facts.interfaces().and_then(Fact::known).ok();
    let network_namespace = network.map(|(seen, _)| match seen.namespace {
        Namespace::Hosts => NetworkNamespace::Hosts,
        Namespace::Another => NetworkNamespace::Another,
        Namespace::CannotTell => NetworkNamespace::CannotTell,
    });
    match network_namespace {
        Some(NetworkNamespace::Another) => notes.push(
            "the network namespace that the tool runs in is judged, and it is not that of PID 1"
                .into(),
        ),
        Some(NetworkNamespace::CannotTell) if about.euid == 0 => notes.push(
            "the network namespace that the tool runs in cannot be compared with that of PID 1"
                .into(),
        ),
        _ => {}
    }
    HostInfo {
        hostname: about.hostname.clone(),
        os: seen.map(|os| os.release.pretty_name.clone()),
        kernel: about.kernel.clone(),
        virtualisation: seen.map(|os| os.virtualisation.to_string()),
        network_namespace,
        mode: about.mode,
        recorded: recorded.then(|| about.taken.to_string()),
        euid: about.euid,
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
