//! The clock, core dumps and swap against who knows better: adjtimex(2) by another way, and `systemd-analyze cat-config`.
//!
//! `SEAWORTHY_COREDUMP_TREES` sets how many trees are tried (40), `SEAWORTHY_COREDUMP_SEED` the first seed (1).

use crate::support::{Dice, has, number, seaworthy, skip};
use seaworthy::facts::core_dumps::Layered;
use seaworthy::host::Host;
use std::fs::{create_dir_all, write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// `struct timex` up to `status`, zeroed: no mode, so that the call only asks.
const ASK: &str = "
import ctypes
longs = ctypes.sizeof(ctypes.c_long)
timex = ctypes.create_string_buffer(64 * longs)
assert ctypes.CDLL(None, use_errno=True).adjtimex(timex) >= 0
number = lambda at: int.from_bytes(timex.raw[at * longs:(at + 1) * longs], 'little', signed=True)
status = int.from_bytes(timex.raw[5 * longs:5 * longs + 4], 'little')
print(number(3), number(4), status >> 6 & 1)
";

#[test]
fn the_kernels_clock_is_what_another_program_is_told() {
    if !has("python3") {
        return skip("needs python3");
    }
    let asked = Command::new("python3").args(["-c", ASK]).output().unwrap();
    assert!(asked.status.success(), "{asked:?}");
    let text = String::from_utf8(asked.stdout).unwrap();
    let told: Vec<u64> = text
        .split_whitespace()
        .map(|it| it.parse().unwrap())
        .collect();
    let facts = seaworthy("facts clock").run().exits(0).json();
    let kernel = &facts["facts"]["clock"]["known"]["value"]["kernel"]["seen"];
    // Half a millisecond a second, and whoever keeps the clock may have told the kernel anew.
    let now = kernel["max_error_us"].as_u64().unwrap();
    assert!(now.abs_diff(told[0]) < 1_000_000, "{now} and {told:?}");
    assert_eq!(kernel["unsynchronised"].as_bool(), Some(told[2] == 1));
}

/// A tree with a main file and drop-ins, some hidden by their namesakes, masked, or of another name.
fn tree(root: &Path, dice: &mut Dice) {
    let directories = ["etc", "run", "usr/local/lib", "usr/lib"];
    let main = root.join("etc/systemd");
    create_dir_all(&main).unwrap();
    write(main.join("coredump.conf"), text(dice)).unwrap();
    for _ in 0..dice.roll(7) {
        let directory = dice.pick(&directories);
        let folder = root.join(directory).join("systemd/coredump.conf.d");
        create_dir_all(&folder).unwrap();
        let names = [
            "10-a.conf",
            "9-b.conf",
            "50.conf",
            "50-none.conf",
            "a",
            "B.conf",
            ".c.conf",
            "d.conf~",
        ];
        let path = folder.join(dice.pick(&names));
        let _ = std::fs::remove_file(&path);
        if dice.one_in(6) {
            symlink("/dev/null", path).unwrap();
        } else {
            write(path, text(dice)).unwrap();
        }
    }
}

fn text(dice: &mut Dice) -> String {
    let lines = [
        "Storage=none",
        "Storage = external",
        "#Storage=journal",
        "ExternalSizeMax=0",
        "MaxUse=1G",
        "Storage=",
        "storage=none",
    ];
    let mut text = dice
        .pick(&["[Coredump]\n", "", "[Coredump]\n[Other]\n"])
        .to_owned();
    for _ in 0..dice.roll(4) {
        text += dice.pick(&lines);
        text += "\n";
    }
    text
}

#[test]
fn drop_ins_are_read_in_the_order_in_which_systemd_shows_them() {
    if !has("systemd-analyze") {
        return skip("needs systemd-analyze");
    }
    let first = number("SEAWORTHY_COREDUMP_SEED", 1);
    for seed in first..first + number("SEAWORTHY_COREDUMP_TREES", 40) {
        let root = tempfile::tempdir().unwrap();
        tree(root.path(), &mut Dice(seed as u64));
        let shown = Command::new("systemd-analyze")
            .args([
                "cat-config",
                "systemd/coredump.conf",
                "--no-pager",
                "--root",
            ])
            .arg(root.path())
            .env("SYSTEMD_COLORS", "0")
            .output()
            .unwrap();
        assert!(shown.status.success(), "seed {seed}: {shown:?}");
        // Everything in the order shown, as one file: what stands in it is then what was read.
        let whole = String::from_utf8(shown.stdout).unwrap();
        let prefix = format!("# {}", root.path().display());
        let mut theirs: Vec<String> = Vec::new();
        let mut section = "";
        for line in whole.lines() {
            match line.trim() {
                _ if line.starts_with(&prefix) => section = "",
                "[Coredump]" => section = "Coredump",
                "[Other]" => section = "Other",
                line if section == "Coredump" && !line.starts_with('#') => {
                    if let Some((key, value)) = line.split_once('=') {
                        theirs.push(format!("{}={}", key.trim(), value.trim()));
                    }
                }
                _ => {}
            }
        }
        theirs.retain(|line| line.starts_with("Storage=") || line.starts_with("ExternalSizeMax="));
        let host = Host::root(root.path()).unwrap();
        let keys = ["Storage", "ExternalSizeMax"];
        let ours = Layered::read(host.files(), "coredump.conf", "Coredump", &keys);
        let ours: Vec<String> = ours
            .lines
            .iter()
            .map(|it| format!("{}={}", it.key, it.value))
            .collect();
        assert_eq!(ours, theirs, "seed {seed}\n{whole}");
    }
}
