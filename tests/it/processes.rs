//! The processes of this machine, against ps(1) and the links of procfs: for processes that the tests start themselves.

mod hidden;

use crate::support::{Done, has, is_root, seaworthy, skip};
use seaworthy::host::Host;
use serde_json::{Value, json};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that ends with the test, and all that it started.
struct Started(Child);

impl Started {
    fn new(command: &mut Command) -> Self {
        let command = command.process_group(0);
        Self(command.stdin(Stdio::null()).spawn().unwrap())
    }

    fn program(program: impl AsRef<OsStr>, args: &[&str]) -> Self {
        Self::new(Command::new(program).args(args))
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until the wrapper has become what it wraps.
    fn that_runs(self, name: &str) -> Self {
        wait_until(|| text(self.pid(), "comm").trim_end() == name);
        self
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // What a shell started goes with it.
        let group = format!("-{}", self.pid());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.0.wait();
    }
}

fn wait_until(mut done: impl FnMut() -> bool) {
    while !done() {
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn text(pid: u32, file: &str) -> String {
    let bytes = fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What the program says of the processes.
fn fact() -> Value {
    value(&seaworthy("facts processes").run().exits(0))
}

fn value(done: &Done) -> Value {
    let fact = &done.json()["facts"]["processes"];
    assert!(fact["known"].is_object(), "{fact:#}");
    fact["known"]["value"].clone()
}

fn items(fact: &Value) -> &[Value] {
    fact["processes"]["items"].as_array().unwrap()
}

#[track_caller]
fn process(fact: &Value, pid: u32) -> Value {
    let found = items(fact).iter().find(|process| process["pid"] == pid);
    found.unwrap_or_else(|| panic!("no process {pid}")).clone()
}

fn look(started: &Started) -> Value {
    process(&fact(), started.pid())
}

fn link(pid: u32, name: &str) -> OsString {
    fs::read_link(format!("/proc/{pid}/{name}")).unwrap().into()
}

/// What ps(1) says of a process, column by column.
fn ps(pid: u32, column: &str) -> String {
    let output = Command::new("ps")
        .args(["-o", &format!("{column}="), "-p", &pid.to_string()])
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Compares all that others know of a process which hides nothing.
#[track_caller]
fn is_as_others_say(process: &Value) {
    let pid = u32::try_from(process["pid"].as_u64().unwrap()).unwrap();
    for (column, found) in [
        ("ppid", &process["parent"]),
        ("ruid", &process["uids"]["real"]),
        ("euid", &process["uids"]["effective"]),
        ("suid", &process["uids"]["saved"]),
        ("fuid", &process["uids"]["fs"]),
        ("rgid", &process["gids"]["real"]),
        ("egid", &process["gids"]["effective"]),
    ] {
        assert_eq!(ps(pid, column), found.to_string(), "{column}");
    }
    // ps(1) counts from now back, in seconds; both round.
    let theirs = format!("{} +0000", ps(pid, "lstart"));
    let theirs = jiff::fmt::strtime::parse("%a %b %e %H:%M:%S %Y %z", theirs).unwrap();
    let theirs = theirs.to_timestamp().unwrap();
    let ours: jiff::Timestamp = process["started"]["seen"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let apart = ours.as_millisecond() - theirs.as_millisecond();
    assert!(apart.abs() <= 2000, "{ours} {theirs}");
    for (kind, found) in process["namespaces"]["seen"].as_object().unwrap() {
        let link = link(pid, &format!("ns/{kind}"));
        assert_eq!(link.to_str().unwrap(), format!("{kind}:[{found}]"));
    }
    let capabilities = process["capabilities"].as_u64().unwrap();
    let status = text(pid, "status");
    assert!(status.contains(&format!("CapEff:\t{capabilities:016x}\n")));
    let bit = |found: &Value| u8::from(found.as_bool().unwrap());
    assert!(status.contains(&format!("NoNewPrivs:\t{}\n", bit(&process["no_new_privs"]))));
}

#[test]
fn a_plain_process_is_as_others_say() {
    if !has("ps") {
        return skip("needs ps");
    }
    let started = Started::program("sleep", &["600"]);
    let process = look(&started);
    is_as_others_say(&process);
    assert_eq!(process["name"], "sleep");
    assert_eq!(process["parent"], std::process::id());
    assert_eq!(
        process["exe"],
        json!({ "path": link(started.pid(), "exe").to_str().unwrap() })
    );
    assert_eq!(
        process["argv"]["seen"],
        json!({ "words": ["sleep", "600"], "cut": false })
    );
    assert_eq!(process["place"]["seen"]["container"], Value::Null);
    assert_eq!(process["thread"], Value::Null);
    assert_eq!(process["inner_pid"], Value::Null);
    // What it shares with whoever looks is what it was looked at from.
    assert_eq!(fact()["here"], process["namespaces"]);
}

#[test]
fn another_user_without_rights() {
    if !is_root() || !has("setpriv") || !has("ps") {
        return skip("needs root, setpriv and ps");
    }
    let args = "--reuid=1234 --regid=1235 --clear-groups --no-new-privs sleep 600";
    let args: Vec<&str> = args.split(' ').collect();
    let started = Started::program("setpriv", &args).that_runs("sleep");
    let process = look(&started);
    is_as_others_say(&process);
    assert_eq!(process["uids"]["real"], 1234);
    assert_eq!(process["no_new_privs"], true);
    assert_eq!(process["capabilities"], 0);
}

/// A copy of sleep(1) under another name.
fn copy(folder: &Path, name: impl AsRef<OsStr>) -> PathBuf {
    let path = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|directory| directory.join("sleep"))
        .find(|path| path.is_file())
        .unwrap();
    let copy = folder.join(name.as_ref());
    fs::copy(path, &copy).unwrap();
    copy
}

#[test]
fn programs_that_are_gone_and_one_that_is_only_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let gone = copy(&folder, "gone");
    let called = copy(&folder, "called (deleted)");
    let both = copy(&folder, "both (deleted)");
    let feigned = copy(&folder, "feigned");
    let started: Vec<Started> = [&gone, &called, &both, &feigned]
        .iter()
        .map(|path| Started::program(path, &["600"]))
        .collect();
    for path in [&gone, &both, &feigned] {
        fs::remove_file(path).unwrap();
    }
    // Another file in the place that the kernel's mark seems to name.
    copy(&folder, "feigned (deleted)");
    let fact = fact();
    let exe = |at: usize| process(&fact, started[at].pid())["exe"].clone();
    let expected = |kind: &str, path: &Path| json!({ kind: path.to_str().unwrap() });
    assert_eq!(exe(0), expected("deleted", &gone));
    assert_eq!(exe(1), expected("path", &called));
    assert_eq!(exe(2), expected("deleted", &both));
    assert_eq!(exe(3), expected("deleted", &feigned));
}

#[test]
fn a_program_that_never_was_a_file() {
    if !has("python3") {
        return skip("needs python3");
    }
    let script = "import os; f = os.memfd_create('bot'); os.write(f, open('/proc/self/exe', 'rb').read()); \
                  os.execve(f, ['made', '-c', 'import time; time.sleep(600)'], os.environ)";
    let started = Started::program("python3", &["-c", script]);
    wait_until(|| text(started.pid(), "cmdline").starts_with("made"));
    assert_eq!(look(&started)["exe"], json!({ "deleted": "/memfd:bot" }));
}

#[test]
fn names_that_would_mislead_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        &b"a) R 0 0 (b"[..],
        b"x\n1 (y) R",
        b")",
        b"\x1b[31mred",
        b"odd\xff",
    ] {
        let path = copy(folder.path(), OsStr::from_bytes(name));
        let started = Started::program(&path, &["600"]);
        let process = look(&started);
        let shown = process["name"].as_str().unwrap();
        let bytes = seaworthy::source::HostText::to_bytes(shown).into_owned();
        assert_eq!(OsString::from_vec(bytes), OsStr::from_bytes(name));
        assert_eq!(process["parent"], std::process::id());
    }
}

#[test]
fn no_secret_of_a_command_line_shows() {
    const SECRETS: [&str; 3] = ["kQH5HW8p1uGOVjbgWA7F", "hunter2hunter2", "Tr0ub4dor-and-3"];
    let title = format!("{} --api-secret {}", "bot".repeat(1300), SECRETS[1]);
    let environment = format!("DB_PASSWORD={}", SECRETS[2]);
    let _started = [
        Started::program(
            "sh",
            &["-c", "sleep 600; :", "bot", "--api-secret", SECRETS[0]],
        ),
        Started::program("sh", &["-c", "sleep 600; :", &title]),
        Started::program(
            "env",
            &[
                "-i",
                &environment,
                "/bin/sh",
                "-c",
                "sleep 600; :",
                &environment,
            ],
        ),
    ];
    let shown = seaworthy("facts processes").run().exits(0);
    for secret in SECRETS {
        assert!(!shown.stdout.contains(secret) && !shown.stderr.contains(secret));
    }
    assert!(shown.stdout.contains("[api-secret …WA7F]"));
}

/// perl(1) writes over its words: they become one text without an end, four kilobytes long.
#[test]
fn a_command_line_that_was_rewritten() {
    if !has("perl") {
        return skip("needs perl");
    }
    let script = "$0 = 'bot: api_secret=kQH5HW8p1uGOVjbgWA7F ' . 'x' x 4096; sleep 600";
    let room = "y".repeat(8192);
    let started = Started::program("perl", &["-e", script, &room]);
    wait_until(|| text(started.pid(), "cmdline").starts_with("bot: "));
    let argv = look(&started)["argv"]["seen"].clone();
    assert_eq!(argv["cut"], true);
    let [word] = argv["words"].as_array().unwrap().as_slice() else {
        panic!("{argv:#}");
    };
    let word = word.as_str().unwrap();
    assert_eq!(word.len(), 4096);
    assert!(
        word.starts_with("bot: api_secret=[api-secret …WA7F] xxx"),
        "{word}"
    );
}

#[test]
fn namespaces_of_its_own() {
    if !is_root() || !has("unshare") || !has("ps") {
        return skip("needs root, unshare and ps");
    }
    let apart =
        Started::program("unshare", &["-n", "-m", "-U", "-r", "sleep", "600"]).that_runs("sleep");
    let parent = Started::program("unshare", &["-p", "-f", "--kill-child", "sleep", "600"]);
    let children = || text(parent.pid(), &format!("task/{}/children", parent.pid()));
    wait_until(|| !children().trim().is_empty());
    let child: u32 = children().trim().parse().unwrap();
    wait_until(|| text(child, "comm") == "sleep\n");
    let fact = fact();
    let here = &fact["here"]["seen"];
    let first = process(&fact, apart.pid());
    is_as_others_say(&first);
    for (kind, shared) in [
        ("net", false),
        ("mnt", false),
        ("user", false),
        ("pid", true),
    ] {
        let same = first["namespaces"]["seen"][kind] == here[kind];
        assert_eq!(same, shared, "{kind}");
    }
    let second = process(&fact, child);
    is_as_others_say(&second);
    assert_ne!(second["namespaces"]["seen"]["pid"], here["pid"]);
    assert_eq!(second["inner_pid"], 1);
}

#[test]
fn what_runs_no_program() {
    let mut ended = Command::new("true").spawn().unwrap();
    wait_until(|| text(ended.id(), "stat").contains(") Z "));
    let fact = fact();
    let zombie = process(&fact, ended.id());
    ended.wait().unwrap();
    assert_eq!(zombie["exe"], "ended");
    assert_eq!(zombie["name"], "true");
    assert_eq!(zombie["argv"]["seen"]["words"], json!([]));
    assert!(!zombie.to_string().contains("unseen"), "{zombie:#}");
    if text(2, "comm") != "kthreadd\n" {
        return skip("needs to see the kernel's threads");
    }
    let thread = process(&fact, 2);
    assert_eq!(
        (&thread["exe"], &thread["parent"]),
        (&json!("kernel-thread"), &json!(0))
    );
}

/// Of its first thread nothing is left but the number, and it runs on.
#[test]
fn a_process_whose_first_thread_has_ended() {
    if !has("python3") {
        return skip("needs python3");
    }
    let script = "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(600,)).start(); \
                  ctypes.CDLL(None).pthread_exit(None)";
    let started = Started::program("python3", &["-c", script]);
    wait_until(|| text(started.pid(), "stat").contains(") Z "));
    let process = look(&started);
    let thread = process["thread"].as_u64().unwrap();
    assert_ne!(thread, u64::from(started.pid()));
    let exe = link(started.pid(), &format!("task/{thread}/exe"));
    assert_eq!(process["exe"], json!({ "path": exe.to_str().unwrap() }));
    assert_eq!(process["argv"]["seen"]["words"][1], "-c");
    assert!(!process.to_string().contains("unseen"), "{process:#}");
}

#[test]
fn ten_thousand_open_files_are_no_matter() {
    if !has("perl") {
        return skip("needs perl");
    }
    let script =
        "for (1 .. 10000) { open($f[$_], '<', '/dev/null') or die } $0 = 'ready'; sleep 600";
    let mut command = Command::new("sh");
    let started =
        Started::new(command.args(["-c", "ulimit -n 10100 && exec perl -e \"$1\"", "sh", script]));
    let mut started = started;
    let mut over = None;
    wait_until(|| {
        over = started.0.try_wait().unwrap();
        over.is_some() || text(started.pid(), "cmdline").starts_with("ready")
    });
    if over.is_some() {
        return skip("needs leave to open 10 000 files");
    }
    assert_eq!(look(&started)["argv"]["seen"]["words"], json!(["ready"]));
    let host = Host::live();
    let links = |target: &str| {
        let path = format!("/proc/{}/fd", started.pid());
        host.files().links(&path, target).unwrap().unwrap()
    };
    assert!(links("socket:[").is_empty());
    let null = links("/dev/null");
    assert!(null.len() >= 10_000);
    assert!(
        null.iter()
            .all(|link| link.name.raw().parse::<u32>().is_ok())
    );
}

#[test]
fn processes_that_come_and_go_are_no_gap() {
    // 200 at a time, some of them already others when they are read.
    let script =
        "while :; do i=0; while [ $i -lt 200 ]; do sleep 0.1 & i=$((i+1)); done; wait; done";
    let churn = Started::program("sh", &["-c", script]);
    let mut seen = 0;
    for _ in 0..50 {
        let fact = fact();
        assert_eq!(fact["processes"]["gaps"], json!([]));
        for process in items(&fact) {
            if process["parent"] == churn.pid() {
                seen += 1;
                let own = process["exe"] == "ended" || process["exe"]["path"].is_string();
                assert!(
                    own && !process.to_string().contains("unseen"),
                    "{process:#}"
                );
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn a_fixture_plays_processes() {
    let done = seaworthy("facts processes").on("hosts/processes").run();
    let fact = value(&done.exits(0));
    assert_eq!(fact["processes"]["gaps"], json!([]));
    let rows: Vec<String> = items(&fact).iter().map(row).collect();
    let id = "3f0c".repeat(16);
    let container =
        format!("docker-{id}.scope - docker:{id} nginx: master process nginx -g daemon off;");
    assert_eq!(
        rows,
        [
            "1 0 {\"path\":\"/usr/lib/systemd/systemd\"} init.scope - - /sbin/init".to_owned(),
            "2 0 \"kernel-thread\" - - - ".to_owned(),
            "700 0 {\"path\":\"/usr/sbin/sshd\"} ssh.service - - sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"
                .to_owned(),
            "812 1001 {\"deleted\":\"/opt/bot/python3\"} user@1001.service bot.service - \
             python3 bot.py --api-secret [api-secret …WA7F]"
                .to_owned(),
            format!("901 0 {{\"path\":\"/usr/sbin/nginx\"}} {container}"),
            "940 1001 \"ended\" user@1001.service bot.service - ".to_owned(),
            "950 0 denied agent.service - - /opt/agent".to_owned(),
        ]
    );
    assert_eq!(
        process(&fact, 700)["started"]["seen"],
        "2026-11-23T12:00:05.12Z"
    );
    assert_eq!(process(&fact, 901)["inner_pid"], 1);
    assert_eq!(process(&fact, 700)["namespaces"], fact["here"]);
}

fn row(process: &Value) -> String {
    let exe = match process["exe"]["unseen"]["code"].as_str() {
        Some(code) => code.to_owned(),
        None => process["exe"].to_string(),
    };
    let place = &process["place"]["seen"];
    let unit = |name: &str| place[name].as_str().unwrap_or("-");
    let container = &place["container"];
    let container = container["id"].as_str().map_or("-".to_owned(), |id| {
        format!("{}:{id}", container["engine"].as_str().unwrap())
    });
    let words = process["argv"]["seen"]["words"].as_array().unwrap();
    let words: Vec<&str> = words.iter().map(|word| word.as_str().unwrap()).collect();
    format!(
        "{} {} {exe} {} {} {container} {}",
        process["pid"],
        process["uids"]["real"],
        unit("unit"),
        unit("user_unit"),
        words.join(" ")
    )
}
