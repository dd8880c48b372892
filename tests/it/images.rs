//! `--root`: the tree of a system that does not run, friendly, empty and hostile.

use crate::support::{Done, folders, is_root, name, seaworthy, skip, tests};
use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use std::fs::{create_dir_all, read_dir, write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const CANARY: &str = "canary-7f3a";

fn check(root: &Path, more: &str) -> Done {
    let run = seaworthy(&format!("check -p trading-bot {more} --root"));
    run.arg(root).run()
}

/// A small Debian, as debootstrap leaves it.
fn debian() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for directory in [
        "etc/sysctl.d",
        "usr/lib/sysctl.d",
        "etc/ssh",
        "proc",
        "usr/sbin",
        "var/lib/dpkg",
    ] {
        create_dir_all(root.path().join(directory)).unwrap();
    }
    let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=12\n";
    write(root.path().join("usr/lib/os-release"), release).unwrap();
    symlink("../usr/lib/os-release", root.path().join("etc/os-release")).unwrap();
    write(
        root.path().join("etc/passwd"),
        "root:x:0:0::/root:/bin/bash\n",
    )
    .unwrap();
    write(root.path().join("etc/hostname"), "image-1\n").unwrap();
    write(root.path().join("usr/sbin/sshd"), "").unwrap();
    write(root.path().join("etc/ssh/sshd_config"), "UsePAM yes\n").unwrap();
    let status = "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nMaintainer: a\nVersion: 1:9.2p1-2+deb12u10\n\n";
    write(root.path().join("var/lib/dpkg/status"), status).unwrap();
    root
}

#[test]
fn the_configured_half_is_judged_and_the_rest_needs_the_live_host() {
    let root = debian();
    let drop_in = root.path().join("etc/sysctl.d/50.conf");
    write(
        &drop_in,
        "kernel.kptr_restrict = 1\nkernel.dmesg_restrict = 0\n",
    )
    .unwrap();
    let report = check(root.path(), "-o json --fail-on low").exits(1).json();
    let verdict = |id: &str| {
        let findings = report["findings"].as_array().unwrap();
        let finding = findings
            .iter()
            .find(|finding| finding["check"] == id)
            .unwrap();
        (
            finding["verdict"].clone(),
            finding["evidence"][0]["note"].clone(),
        )
    };
    let configured = "configured; an image shows no running value";
    assert_eq!(
        verdict("kernel-pointers-exposed"),
        ("pass".into(), configured.into())
    );
    assert_eq!(
        verdict("kernel-log-readable"),
        ("fail".into(), configured.into())
    );
    assert_eq!(verdict("kernel-bpf-open").0, "not-checked");
    assert_eq!(verdict("ssh-root-login").0, "pass");
    assert_eq!(verdict("ssh-config-stale").0, "not-checked");
    assert_eq!(report["host"]["mode"], "root");
    assert_eq!(report["host"]["hostname"], "image-1");
    assert_eq!(report["host"]["kernel"], serde_json::Value::Null);
    write(&drop_in, "kernel.kptr_restrict = 1\n").unwrap();
    let done = check(root.path(), "").exits(0);
    let last = done.last_line();
    assert!(
        last.starts_with("SEAWORTHY as far as an image shows ("),
        "{last}"
    );
    assert!(last.ends_with(" checks need the live host)"), "{last}");
}

#[test]
fn settings_of_interfaces_to_come_are_judged_by_all_and_default() {
    let root = debian();
    let verdict = |text: &str| {
        write(root.path().join("etc/sysctl.d/50.conf"), text).unwrap();
        let report = check(root.path(), "--only network-redirects-accepted -o json").json();
        report["findings"][0]["verdict"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let set = |all: &str, default: &str| {
        format!(
            "net.ipv4.conf.all.accept_redirects={all}\nnet.ipv4.conf.default.accept_redirects={default}\n"
        )
    };
    assert_eq!(verdict(&set("0", "0")), "pass");
    assert_eq!(verdict(&set("0", "1")), "fail");
    assert_eq!(
        verdict("net.ipv4.conf.all.accept_redirects=0\n"),
        "not-checked"
    );
}

/// A proc that lies about in the tree is no kernel that runs.
#[test]
fn files_that_look_like_a_kernel_are_not_believed() {
    let root = debian();
    create_dir_all(root.path().join("proc/sys/kernel")).unwrap();
    write(root.path().join("proc/sys/kernel/kptr_restrict"), "2\n").unwrap();
    let report = check(root.path(), "--only kernel-pointers-exposed -o json")
        .exits(0)
        .json();
    assert_eq!(report["findings"][0]["verdict"], "not-checked");
}

#[test]
fn an_empty_folder_is_no_system() {
    let root = tempfile::tempdir().unwrap();
    let done = check(root.path(), "").exits(3);
    assert!(
        done.stdout.contains("no system is below this root"),
        "{}",
        done.stdout
    );
    let done = check(&root.path().join("none"), "").exits(2);
    assert_eq!(done.stdout, "");
}

/// musl, no systemd, no shadow, no sshd; and a container's tree, which has a marker and no init.
#[test]
fn other_distributions_and_container_trees_are_read() {
    let root = tempfile::tempdir().unwrap();
    create_dir_all(root.path().join("etc/sysctl.d")).unwrap();
    write(
        root.path().join("etc/os-release"),
        "ID=alpine\nPRETTY_NAME=\"Alpine Linux v3.20\"\n",
    )
    .unwrap();
    write(
        root.path().join("etc/passwd"),
        "root:x:0:0:root:/root:/bin/ash\n",
    )
    .unwrap();
    write(root.path().join(".dockerenv"), "").unwrap();
    let done = check(root.path(), "").exits(0);
    assert!(
        done.stdout.contains("Alpine Linux v3.20"),
        "{}",
        done.stdout
    );
    assert!(
        done.last_line()
            .starts_with("SEAWORTHY as far as an image shows")
    );
}

#[test]
fn policy_and_waivers_are_the_callers() {
    let root = debian();
    create_dir_all(root.path().join("etc/seaworthy")).unwrap();
    let theirs = "policy: theirs\ntitle: t\nchecks: []\n";
    write(root.path().join("etc/seaworthy/policy.yaml"), theirs).unwrap();
    let run = seaworthy("check -o json --root").arg(root.path()).run();
    assert_ne!(run.json()["policy"]["name"], "theirs");
}

/// Every file that is read, as everything that it should not be.
#[test]
fn nothing_leads_out_of_a_hostile_tree() {
    let outside = tempfile::tempdir().unwrap();
    // Where a link points to is in the tree, and is told; what is there is not.
    let canary = outside.path().join("file");
    let text = format!("PRETTY_NAME={CANARY}\n{CANARY}:x:0:0::/:/bin/sh\nkernel.{CANARY} = 1\n");
    write(&canary, text).unwrap();
    let dots = PathBuf::from(format!("../../../../../../../..{}", canary.display()));
    let self_root = PathBuf::from(format!("/proc/self/root{}", canary.display()));
    let read = [
        "etc/os-release",
        "etc/passwd",
        "etc/shadow",
        "etc/hostname",
        "etc/sysctl.d/50.conf",
        "etc/ssh/sshd_config",
    ];
    for target in [canary.clone(), dots, self_root] {
        let root = tempfile::tempdir().unwrap();
        create_dir_all(root.path().join("etc/sysctl.d")).unwrap();
        create_dir_all(root.path().join("etc/ssh")).unwrap();
        for path in read {
            symlink(&target, root.path().join(path)).unwrap();
        }
        symlink(outside.path(), root.path().join("etc/seaworthy")).unwrap();
        for format in ["human", "json"] {
            let done = check(root.path(), &format!("-v -o {format}"));
            assert!(!(done.stdout + &done.stderr).contains(CANARY));
        }
        let facts = seaworthy("facts --root").arg(root.path()).run().exits(0);
        assert!(!facts.stdout.contains(CANARY));
    }
}

#[test]
fn fifos_and_devices_are_not_opened() {
    let root = debian();
    let fifo = |path: &str| {
        let path = root.path().join(path);
        let _ = std::fs::remove_file(&path);
        nix::unistd::mkfifo(&path, Mode::S_IRUSR).unwrap();
    };
    fifo("etc/passwd");
    fifo("etc/sysctl.d/50.conf");
    fifo("etc/hostname");
    if is_root() {
        let zero = root.path().join("etc/sysctl.d/60.conf");
        mknod(&zero, SFlag::S_IFCHR, Mode::S_IRUSR, makedev(1, 5)).unwrap();
    } else {
        skip("a device in the tree needs root");
    }
    let report = check(root.path(), "--only kernel-pointers-exposed -o json").json();
    assert_eq!(report["findings"][0]["verdict"], "not-checked");
    write(
        root.path().join("etc/sysctl.d/70.conf"),
        "kernel.kptr_restrict = 1\n",
    )
    .unwrap();
    let report = check(
        root.path(),
        "--only kernel-pointers-exposed -o json --fail-on low",
    )
    .exits(3)
    .json();
    assert_eq!(report["findings"][0]["unknown"]["code"], "refused");
}

/// A link that is swapped for a way out while the tree is read, as fast as can be.
#[test]
fn a_link_swapped_while_it_is_read_stays_inside() {
    let outside = tempfile::tempdir().unwrap();
    let canary = outside.path().join("50.conf");
    write(&canary, format!("kernel.{CANARY} = 1\n")).unwrap();
    let root = debian();
    let drop_ins = root.path().join("etc/sysctl.d");
    create_dir_all(root.path().join("etc/honest")).unwrap();
    write(
        root.path().join("etc/honest/50.conf"),
        "kernel.kptr_restrict = 1\n",
    )
    .unwrap();
    std::fs::remove_dir(&drop_ins).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let swap = scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                for target in [outside.path(), Path::new("honest")] {
                    let fresh = root.path().join("etc/fresh");
                    let _ = symlink(target, &fresh);
                    let _ = std::fs::rename(&fresh, &drop_ins);
                }
            }
        });
        for _ in 0..40 {
            let facts = seaworthy("facts sysctl-config --root")
                .arg(root.path())
                .run();
            assert!(!facts.exits(0).stdout.contains(CANARY));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        swap.join().unwrap();
    });
}

/// The tree of a real Debian, where the VPS suite or a person has made one.
#[test]
fn a_debootstrapped_tree_is_read() {
    let cached = Path::new("/var/cache/seaworthy-vps/bookworm");
    if !cached.join("etc/os-release").exists() || !is_root() {
        return skip_quietly("needs root and a tree in /var/cache/seaworthy-vps/bookworm");
    }
    let done = check(cached, "").exits(0);
    assert!(
        done.stdout.contains("Debian GNU/Linux 12"),
        "{}",
        done.stdout
    );
    assert!(
        done.stdout.contains("fs.protected_") || done.last_line().contains("need the live host")
    );
}

/// Not part of what CI promises: the tree is large and made elsewhere.
fn skip_quietly(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// `tests/roots/CASE.VERDICT`: the whole default policy at `--fail-on medium`, and the folder's name states the last line.
#[test]
fn every_root_has_the_verdict_that_its_folder_states() {
    let roots = folders(&tests().join("roots"));
    assert!(roots.len() >= 8);
    for root in roots {
        let report = check(&root, "-o json --fail-on medium").json();
        let stated = name(&root).rsplit_once('.').unwrap().1.to_owned();
        assert_eq!(
            report["summary"]["verdict"],
            stated.as_str(),
            "{}",
            root.display()
        );
    }
}

/// Every fixture host of the tests is a tree as well.
#[test]
fn every_fixture_is_a_tree_that_ends_in_a_verdict() {
    for entry in read_dir(tests().join("hosts")).unwrap() {
        let done = check(&entry.unwrap().path(), "");
        assert!([0, 1, 3].contains(&done.status), "{}", done.stderr);
    }
}
