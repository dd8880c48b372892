//! Programs that behave, hang, flood, die and leave children behind.

use super::*;
use std::fs;

/// No test waits for this long; a test that does hang is ended by it.
const AMPLE: Limits = Limits {
    time: Duration::from_secs(60),
    bytes: 1 << 20,
};

fn sh(script: &str, limits: Limits) -> Result<Output, Obstacle> {
    run(Path::new("/bin/sh"), "sh", &["-c", script], limits)
}

/// True once a process is gone, or is a zombie that only its parent can bury.
fn ends(pid: &str) -> bool {
    (0..1000).any(|_| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let gone = stat.is_empty() || stat.contains(") Z ") || stat.contains(") X ");
        if !gone {
            thread::sleep(Duration::from_millis(10));
        }
        gone
    })
}

#[test]
fn answers_with_status_and_both_streams() {
    let output = sh("echo out; echo err >&2; exit 7", AMPLE).unwrap();
    assert_eq!(output.argv, ["sh", "-c", "echo out; echo err >&2; exit 7"]);
    assert_eq!(output.status, 7);
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
}

#[test]
fn gives_a_clean_environment_no_input_and_the_root_directory() {
    let output = run(Path::new("/usr/bin/env"), "env", &[], AMPLE).unwrap();
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let mut lines: Vec<_> = std::str::from_utf8(&output.stdout)
        .unwrap()
        .lines()
        .collect();
    lines.sort_unstable();
    assert_eq!(lines, ["LC_ALL=C", &format!("PATH={path}")]);
    let output = sh("cat; pwd", AMPLE).unwrap();
    assert_eq!(output.stdout, b"/\n");
}

#[test]
fn reads_both_streams_at_once() {
    let script = "head -c 900000 /dev/zero & head -c 800000 /dev/zero >&2; wait";
    let output = sh(script, AMPLE).unwrap();
    assert_eq!(output.stdout.len(), 900_000);
    assert_eq!(output.stderr.len(), 800_000);
}

#[test]
fn stops_a_program_that_takes_too_long_and_what_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let note = directory.path().join("pids");
    let script = format!(
        "sleep 1000 & echo $! $$ > {0}.new; mv {0}.new {0}; wait",
        note.display()
    );
    // The first limit may be over before the shell has written; then it gets more.
    let (obstacle, pids) = (1..12)
        .find_map(|doubled| {
            let limits = Limits {
                time: Duration::from_millis(20 << doubled),
                ..AMPLE
            };
            let obstacle = sh(&script, limits).unwrap_err();
            Some((obstacle, fs::read_to_string(&note).ok()?))
        })
        .unwrap();
    assert_eq!(obstacle.code(), "timed-out");
    assert!(pids.split_whitespace().all(ends), "{pids}");
}

#[test]
fn stops_a_program_that_closed_its_streams_and_stays() {
    let limits = Limits {
        time: Duration::from_millis(50),
        ..AMPLE
    };
    let obstacle = sh("exec >&- 2>&-; sleep 1000", limits).unwrap_err();
    assert_eq!(obstacle.code(), "timed-out");
}

#[test]
fn stops_a_flood() {
    let limits = Limits {
        bytes: 100_000,
        ..AMPLE
    };
    for script in ["cat /dev/zero", "cat /dev/zero >&2"] {
        let obstacle = sh(script, limits).unwrap_err();
        assert!(
            matches!(obstacle, Obstacle::TooLarge { limit: 100_000, .. }),
            "{obstacle}"
        );
    }
    let exactly = sh("head -c 100000 /dev/zero", limits).unwrap();
    assert_eq!(exactly.stdout.len(), 100_000);
}

#[test]
fn does_not_wait_for_a_child_that_holds_the_pipe() {
    let output = sh("sleep 1000 & echo $!", AMPLE).unwrap();
    let pid = String::from_utf8(output.stdout).unwrap();
    assert!(ends(pid.trim()), "{pid}");
}

#[test]
fn does_not_wait_for_a_child_that_left_the_group() {
    let directory = tempfile::tempdir().unwrap();
    let script = format!(
        "setsid sh -c 'echo $$ > {0}; exec sleep 1000' & until test -s {0}; do sleep 0.01; done; cat {0}",
        directory.path().join("pid").display()
    );
    let output = sh(&script, AMPLE).unwrap();
    let pid = String::from_utf8(output.stdout).unwrap();
    let escaped = Pid::from_raw(pid.trim().parse().unwrap());
    nix::sys::signal::kill(escaped, Signal::SIGKILL).unwrap();
}

#[test]
fn a_death_by_signal_is_no_answer() {
    for (script, words) in [
        ("kill -SEGV $$", "ended by signal 11, SIGSEGV"),
        ("kill -40 $$", "ended by signal 40, unnamed"),
    ] {
        let obstacle = sh(script, AMPLE).unwrap_err();
        assert_eq!(obstacle.to_string(), format!("sh -c {script}: {words}"));
    }
}

#[test]
fn what_cannot_be_started_says_why() {
    let start = |program: &str| run(Path::new(program), "x", &[], AMPLE).unwrap_err();
    assert_eq!(
        start("/no/such").to_string(),
        "x: No such file or directory"
    );
    assert_eq!(start("/etc/passwd").code(), "denied");
    let nul = run(Path::new("/bin/sh"), "sh", &["a\0b"], AMPLE).unwrap_err();
    assert_eq!(nul.code(), "failed");
}
