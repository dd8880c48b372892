//! What is kept from whoever looks: by rights, by `hidepid=`, by what is mounted over it.

use super::{Started, items, process, value};
use crate::support::{Done, has, is_root, skip};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Copies the program to where every user may run it.
fn for_everybody() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .tempdir()
        .unwrap();
    let program = folder.path().join("seaworthy");
    fs::copy(env!("CARGO_BIN_EXE_seaworthy"), &program).unwrap();
    (folder, program)
}

const NOBODY: &str = "setpriv --reuid=65534 --regid=65534 --clear-groups --";

/// What the program says where a shell prepared the ground; `$1` is the program.
fn in_own_mounts(script: &str, program: &Path, more: &str) -> Value {
    let output = Command::new("unshare")
        .args(["-m", "sh", "-ec", script, "sh"])
        .args([program, Path::new(more)])
        .current_dir("/")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let status = output.status.code().unwrap_or(-1);
    value(
        &Done {
            status,
            stdout,
            stderr,
        }
        .exits(0),
    )
}

#[test]
fn an_ordinary_user_sees_less_and_is_told_so() {
    if !is_root() || !has("setpriv") || !has("unshare") {
        return skip("needs root, setpriv and unshare");
    }
    let started = Started::program("sleep", &["600"]);
    let (_folder, program) = for_everybody();
    let fact = in_own_mounts(
        &format!("exec {NOBODY} \"$1\" facts processes"),
        &program,
        "",
    );
    assert_eq!(fact["processes"]["gaps"], json!([]));
    let process = process(&fact, started.pid());
    for field in ["exe", "namespaces"] {
        let unseen = &process[field]["unseen"];
        assert_eq!(unseen["code"], "denied", "{process:#}");
        assert_eq!(unseen["by"]["reason"], "needs-root", "{process:#}");
    }
    assert_eq!(process["argv"]["seen"]["words"], json!(["sleep", "600"]));
    assert!(process["place"]["seen"].is_object());
    assert_eq!(process["uids"]["real"], 0);
}

#[test]
fn processes_that_are_kept_back_are_a_gap() {
    if !is_root() || !has("setpriv") || !has("unshare") {
        return skip("needs root, setpriv and unshare");
    }
    let started = Started::program("sleep", &["600"]);
    let (_folder, program) = for_everybody();
    let gap = json!([{
        "code": "denied", "at": { "kind": "file", "path": "/proc" }, "by": { "reason": "needs-root" }
    }]);
    let seen = "mount -t proc -o hidepid=2 proc /proc; exec \"$1\" facts processes";
    let fact = in_own_mounts(seen, &program, "");
    assert_eq!(fact["processes"]["gaps"], json!([]));
    process(&fact, started.pid());
    for hidepid in ["1", "2", "4"] {
        let proc = format!("mount -t proc -o hidepid={hidepid} proc");
        // A root of its own, without what says of some machines that a container's image is booted there: that cannot be
        // told from a container where PID 1 is out of sight.
        let root = format!(
            "cd $2; mount -t tmpfs none .; cd $2; for d in bin lib lib64 usr etc; do if [ -L /$d ]; then cp -P /$d .; \
             elif [ -d /$d ]; then mkdir $d; mount --bind /$d $d; fi; done; mkdir proc; {proc} proc; cp $1 .; exec chroot ."
        );
        let within = tempfile::tempdir().unwrap();
        let within = within.path().to_str().unwrap();
        let fact = in_own_mounts(
            &format!("{root} {NOBODY} /seaworthy facts processes"),
            &program,
            within,
        );
        assert_eq!(fact["processes"]["gaps"], gap, "{hidepid}");
        assert!(
            items(&fact)
                .iter()
                .all(|process| process["uids"]["real"] == 65534)
        );
        // Root who may not look into others' processes.
        let few = "setpriv --bounding-set=-sys_ptrace --inh-caps=-all --";
        let fact = in_own_mounts(
            &format!("{root} {few} /seaworthy facts processes"),
            &program,
            within,
        );
        assert_eq!(
            fact["processes"]["gaps"][0]["by"]["reason"], "even-root",
            "{hidepid}"
        );
    }
}

/// Mounted over a process or one of its files: how a process is hidden from ps(1), and what must not be opened.
#[test]
fn what_is_mounted_over_a_process_does_not_hide_it() {
    if !is_root() || !has("unshare") || !has("mkfifo") {
        return skip("needs root, unshare and mkfifo");
    }
    let (started, other) = (
        Started::program("sleep", &["600"]),
        Started::program("sleep", &["600"]),
    );
    let (folder, program) = for_everybody();
    let own = format!("/proc/{}", started.pid());
    let put = |what: &str, over: &str| {
        let script = format!(
            "cd {}; mkdir -p empty; [ -e fifo ] || mkfifo fifo; mount --bind {what} {own}{over}; \"$1\" facts processes",
            folder.path().display()
        );
        let fact = in_own_mounts(&script, &program, "");
        assert!(
            items(&fact)
                .iter()
                .all(|process| process["pid"] != started.pid())
        );
        fact["processes"]["gaps"].clone()
    };
    for gaps in [put("empty", ""), put(&format!("/proc/{}", other.pid()), "")] {
        assert_eq!(gaps[0]["code"], "failed", "{gaps:#}");
        assert_eq!(gaps[0]["at"]["path"], own.as_str(), "{gaps:#}");
    }
    for file in ["/stat", "/status"] {
        let gaps = put("fifo", file);
        assert_eq!(gaps[0]["code"], "refused", "{gaps:#}");
        assert_eq!(gaps[0]["at"]["path"], format!("{own}{file}"), "{gaps:#}");
    }
}
