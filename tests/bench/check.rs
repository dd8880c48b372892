//! `cargo bench`: the whole program, its median time and peak memory, and each collector.
//!
//! Prints figures and asserts none: a busy machine is no failure. `cargo bench -- RUNS` sets the number of runs.

// A benchmark speaks to whoever runs it, and has nobody to return an error to.
#![allow(clippy::print_stdout, clippy::expect_used)]

#[path = "check/crowd.rs"]
mod crowd;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::time::Instant;

fn main() {
    let runs = std::env::args()
        .filter_map(|word| word.parse().ok())
        .next()
        .unwrap_or(50);
    println!(
        "{runs} runs each, on {} processors",
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    let whole: Vec<f64> = (0..runs).map(|_| run(&["check", "--offline"]).0).collect();
    show("check --offline", "ms", whole);
    // An interpreter that does nothing, for scale.
    show(
        "(sh -c :)",
        "ms",
        (0..runs)
            .map(|_| spawn(&mut Command::new("sh"), &["-c", ":"]).0)
            .collect(),
    );
    let mut parts: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for _ in 0..runs {
        for line in run(&["check", "--offline", "-q", "--timings"]).1.lines() {
            if let Some((time, part)) = line.split_once(" ms ") {
                parts
                    .entry(part.trim_start_matches(' ').to_owned())
                    .or_default()
                    .push(time.trim().parse().unwrap_or(0.0));
            }
        }
    }
    for (part, times) in parts {
        show(&format!("  {part}"), "ms", times);
    }
    show(
        "check --offline, peak memory",
        "MiB",
        (0..runs.min(10)).map(|_| peak_mib()).collect(),
    );
    crowd::figures(runs.min(10));
}

fn run(args: &[&str]) -> (f64, String) {
    spawn(&mut Command::new(env!("CARGO_BIN_EXE_seaworthy")), args)
}

fn spawn(command: &mut Command, args: &[&str]) -> (f64, String) {
    let began = Instant::now();
    let output = command
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    (
        began.elapsed().as_secs_f64() * 1000.0,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The largest resident set of the program and of the children that it waited for, by wait4(2) as Python has it.
fn peak_mib() -> f64 {
    let script = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); \
                  print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let program = env!("CARGO_BIN_EXE_seaworthy");
    let output = Command::new("python3")
        .args(["-c", script, program, "check", "--offline"])
        .output();
    let text = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    text.trim()
        .parse()
        .map_or(f64::NAN, |kib: f64| kib / 1024.0)
}

fn show(name: &str, unit: &str, mut figures: Vec<f64>) {
    figures.sort_by(f64::total_cmp);
    let (first, last) = (
        figures.first().copied().unwrap_or(f64::NAN),
        figures.last().copied().unwrap_or(f64::NAN),
    );
    let median = figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN);
    println!("{name:<44} {median:>9.3} {unit}   (min {first:.3}, max {last:.3})");
}
