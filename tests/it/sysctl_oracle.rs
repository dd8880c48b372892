//! sysctl.d as read here against the real systemd-sysctl: the files it reads, and what it leaves in `/proc/sys`.
//!
//! Needs root. Everything happens in namespaces of its own (mounts, network, host name), so the host keeps its settings.
//! `SEAWORTHY_SYSCTL_TREES` sets how many trees are tried (100), `SEAWORTHY_SYSCTL_SEED` from which seed on (1).

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, not their helpers"
)]

use crate::support::{Dice, number};
use seaworthy::facts::sysctl::{SysctlConfig, SysctlKey, parse_running};
use seaworthy::model::sysctl::winner;
use seaworthy::source::{DirEntry, FileKind, FileStat, Files, HostText, Obstacle, Source};
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const TOOL: &str = "/lib/systemd/systemd-sysctl";
const DIRECTORIES: [&str; 4] = [
    "etc/sysctl.d",
    "run/sysctl.d",
    "usr/local/lib/sysctl.d",
    "usr/lib/sysctl.d",
];

/// The keys looked at afterwards, and what each holds before. All belong to the network or host name namespace, and the
/// kernel changes none of them along with another, save the two names of one variable.
const OBSERVED: [(&str, &str); 16] = [
    ("net/ipv4/conf/all/rp_filter", "0"),
    ("net/ipv4/conf/default/rp_filter", "0"),
    ("net/ipv4/conf/eth0.1/rp_filter", "0"),
    ("net/ipv4/conf/.hid/rp_filter", "0"),
    ("net/ipv4/conf/all/log_martians", "0"),
    ("net/ipv4/conf/eth0.1/log_martians", "0"),
    ("net/ipv6/conf/all/accept_ra", "1"),
    ("net/ipv6/conf/default/accept_ra", "1"),
    ("net/ipv6/conf/eth0.1/accept_ra", "1"),
    ("net/ipv6/conf/.hid/accept_ra", "1"),
    ("net/ipv4/ip_default_ttl", "64"),
    ("net/ipv4/tcp_rmem", "4096 131072 6291456"),
    ("net/ipv4/ip_forward", "0"),
    ("net/ipv4/conf/all/forwarding", "0"),
    ("kernel/hostname", "here"),
    ("kernel/domainname", "there"),
];

/// Other names to set: globs over the keys above, and keys that do not exist.
const GLOBS: [&str; 22] = [
    "net/ipv4/conf/*/rp_filter",
    "net/ipv4/conf/*/forwarding",
    "net/ipv4/conf/a*/forwarding",
    "net/ipv?/conf/eth*/rp_filter",
    "net/*/conf/eth0.1/rp_filter",
    "net/ipv4/conf/[!ad]*/rp_filter",
    "net/ipv4/conf/[ade]*/rp_filter",
    "net/ipv4/conf/eth0[.]1/rp_filter",
    "net/ipv4/conf/.*/rp_filter",
    "net/ipv4/conf/?hid/rp_filter",
    "net/ipv4/conf/[[:alpha:]]*[0-9]/rp_filter",
    "net/ipv4/conf/e\\th*/rp_filter",
    "net/ipv4/conf/[eth0.1/rp_filter",
    "net/ipv4/conf/*/log_martians",
    "net/ipv[46]/conf/*/log_martians",
    "net/ipv6/conf/*/accept_ra",
    "net/ipv6/conf/*l*/accept_ra",
    "net/ipv4/ip_*_ttl",
    "net/ipv4/tcp_[r]mem",
    "kernel/[hd]o*name",
    "kernel/host*",
    "net/nothing/here",
];

/// Globs that overlap on one key: each tree dwells on one set, so that repeats and changes of order happen often.
const OVERLAPS: [&[&str]; 4] = [
    &GLOBS,
    &[
        "net/ipv6/conf/*/accept_ra",
        "net/ipv6/conf/*l*/accept_ra",
        "net/ipv?/conf/a*/accept_ra",
    ],
    &[
        "kernel/[hd]o*name",
        "kernel/host*",
        "kernel/h*name",
        "kernel/hostname",
    ],
    &[
        "net/ipv4/ip_forward",
        "net/ipv4/conf/a*/forwarding",
        "net/ipv4/conf/*/forwarding",
        "net/ipv4/ip_for*",
    ],
];

fn name(dice: &mut Dice, dwell: &[&'static str]) -> String {
    let path = match dice.roll(6) {
        0 => OBSERVED[dice.roll(OBSERVED.len())].0,
        1 => dice.pick(&GLOBS),
        _ => dice.pick(dwell),
    };
    let exchanged = || -> String {
        path.chars()
            .map(|c| match c {
                '/' => '.',
                '.' => '/',
                c => c,
            })
            .collect()
    };
    match dice.roll(8) {
        0 => format!("/{path}"),
        1 => path.replacen('/', "//", 2),
        2 => path.replacen('/', "/./", 1) + "/",
        3 => format!(".{}.", exchanged()),
        4 | 5 => path.to_owned(),
        _ => exchanged(),
    }
}

fn value(dice: &mut Dice, name: &str) -> &'static str {
    match name {
        _ if name.contains("kernel") => dice.pick(&[
            "a", "b#c", "# d", "e=f", "g h", "i\\", "", "ünï", ";", "-x", "\"q\"",
        ]),
        _ if name.contains("ttl") => dice.pick(&["1", "63", "128", "255"]),
        _ if name.contains("mem") => {
            dice.pick(&["4096 5000 60000", "4096\t5001  60001", "8192 8193 8194"])
        }
        _ if name.contains("forward") || name.contains("martians") => dice.pick(&["0", "1"]),
        _ => dice.pick(&["0", "1", "2"]),
    }
}

fn text(dice: &mut Dice, dwell: &[&'static str]) -> String {
    let mut text = String::new();
    for _ in 0..dice.roll(7) {
        let name = name(dice, dwell);
        let blank = dice.pick(&["", "", " ", "\t", "  "]);
        let line = match dice.roll(14) {
            0 => format!("{blank}#{name} = 1"),
            1 => format!("; {name} = 1"),
            2 => format!("{blank}{name} 1"),
            3 | 4 => format!("{blank}-{name}"),
            5 => format!("-{blank}{name}{blank}"),
            6 => format!("{blank}-{name}={blank}{}", value(dice, &name)),
            7 => format!("={name}"),
            8 => format!("{blank}{name} = {}\r", value(dice, &name)),
            _ => format!("{blank}{name}{blank}={blank}{}{blank}", value(dice, &name)),
        };
        text += &line;
        text += dice.pick(&["\n", "\n", "\n", "\n", "\n\n", "\r\n", "\0", "\r"]);
    }
    if dice.one_in(4) {
        text.truncate(text.trim_end().len());
    }
    text
}

/// Fills a tree with drop-ins; few names, so that they hide one another.
fn plant(dice: &mut Dice, root: &Path) {
    const NAMES: [&str; 12] = [
        "10-a.conf",
        "50-b.conf",
        "50-B.conf",
        "9.conf",
        "99-sysctl.conf",
        "99-z.conf",
        ".hid.conf",
        "noconf",
        "x.conf.bak",
        "é.conf",
        "_.conf",
        "a b.conf",
    ];
    let dwell = OVERLAPS[dice.roll(OVERLAPS.len())];
    fs::write(root.join("etc/sysctl.conf"), text(dice, dwell)).unwrap();
    for directory in DIRECTORIES {
        for _ in 0..dice.roll(5) {
            let path = root.join(directory).join(dice.pick(&NAMES));
            if path.symlink_metadata().is_ok() {
                continue;
            }
            let link = |target: &str| symlink(target, &path).unwrap();
            match dice.roll(16) {
                0 => fs::write(&path, "").unwrap(),
                1 => link("/dev/null"),
                2 => link("gone"),
                3 => fs::create_dir(&path).unwrap(),
                4 => link("/etc/sysctl.conf"),
                6 if !path.ends_with("50-b.conf") => link("50-b.conf"),
                // Never in a ring: links that lead nowhere are a gap here, and nothing to systemd.
                5 if !path.ends_with("10-a.conf") && !path.ends_with("50-b.conf") => {
                    link("/usr/lib/sysctl.d/10-a.conf")
                }
                _ => fs::write(&path, text(dice, dwell)).unwrap(),
            }
        }
    }
}

/// A directory as the root of a tree; links lead within it.
struct Tree(PathBuf);

impl Tree {
    fn at(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }

    fn end(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for _ in 0..40 {
            let Ok(target) = fs::read_link(self.at(&path)) else {
                return Some(path);
            };
            let directory = Path::new(&path).parent().unwrap();
            path = directory.join(target).to_str().unwrap().to_owned();
        }
        None
    }
}

impl Files for Tree {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        let Some(end) = self.end(path) else {
            return Ok(None);
        };
        if end.starts_with("/dev/") {
            return Err(Obstacle::Refused {
                at: Source::file(path),
                why: "a device".into(),
            });
        }
        let text = fs::read(self.at(&end)).ok();
        assert!(text.iter().all(|text| text.len() as u64 <= limit));
        Ok(text)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let Ok(entries) = fs::read_dir(self.at(path)) else {
            return Ok(None);
        };
        let mut entries: Vec<DirEntry> = entries
            .map(|entry| DirEntry {
                name: entry.unwrap().file_name().to_str().unwrap().into(),
                kind: None,
            })
            .collect();
        entries.sort();
        Ok(Some(entries))
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        Ok(self.at(path).symlink_metadata().ok().map(|data| FileStat {
            kind: match data.file_type() {
                kind if kind.is_symlink() => FileKind::Link,
                kind if kind.is_dir() => FileKind::Directory,
                kind if kind.is_file() => FileKind::Regular,
                _ => FileKind::Special,
            },
            mode: data.mode() & 0o7777,
            uid: data.uid(),
            gid: data.gid(),
            id: (data.dev(), data.ino()),
            changed: jiff::Timestamp::UNIX_EPOCH,
        }))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.end(path).map_or(Ok(None), |end| self.stat(&end))
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        let target = fs::read_link(self.at(path)).ok();
        Ok(target.map(|target| target.to_str().unwrap().into()))
    }
}

/// Lets the real tool loose on each tree, in namespaces of its own; leaves `cat` and `values` in it.
fn let_loose(base: &Path, trees: usize) {
    let mut reset = String::new();
    let mut keys = String::new();
    for (key, value) in OBSERVED {
        reset += &format!("echo '{value}' >/proc/sys/{key}\n");
        keys += &format!(" /proc/sys/{key}");
    }
    let script = format!(
        "set -e
        ip link add eth0.1 type veth peer name .hid
        mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /usr/local/lib
        mkdir /run/sysctl.d /usr/local/lib/sysctl.d
        i=0
        while [ $i -lt {trees} ]; do
            t={base}/$i
            for d in {directories} etc/sysctl.conf; do mount --bind $t/$d /$d; done
            {reset}
            {TOOL} --cat-config >$t/cat 2>&1 || true
            {TOOL} >$t/log 2>&1 || true
            grep -H '' {keys} >$t/values
            for d in {directories} etc/sysctl.conf; do umount /$d; done
            i=$((i + 1))
        done",
        base = base.display(),
        directories = DIRECTORIES.join(" "),
    );
    let done = Command::new("unshare")
        .args(["--mount", "--net", "--uts", "sh", "-c", &script])
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// The files that `--cat-config` names: it stops at the first one that it cannot print.
fn printed(tree: &Tree, files: &[HostText]) -> Vec<String> {
    let mut printed = Vec::new();
    for file in files {
        let end = tree.end(file.raw()).unwrap_or_default();
        match tree.stat(&end).unwrap().map(|stat| stat.kind) {
            None if end != "/dev/null" => return printed,
            Some(FileKind::Directory) => {
                printed.push(file.raw().to_owned());
                return printed;
            }
            _ => printed.push(file.raw().to_owned()),
        }
    }
    printed
}

#[test]
fn agrees_with_systemd_sysctl() {
    let root = fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0);
    let there = [
        "/etc/sysctl.d",
        "/etc/sysctl.conf",
        "/usr/lib/sysctl.d",
        "/usr/local/lib",
        TOOL,
    ];
    let apart =
        "ip link add eth0.1 type veth peer name .hid && : >/proc/sys/net/ipv6/conf/.hid/accept_ra";
    let able = root
        && there.iter().all(|path| Path::new(path).exists())
        && Command::new("unshare")
            .args(["--mount", "--net", "--uts", "sh", "-c", apart])
            .output()
            .is_ok_and(|done| done.status.success());
    if !able {
        crate::support::skip("needs root, systemd-sysctl, namespaces and veth");
        return;
    }
    let trees = number("SEAWORTHY_SYSCTL_TREES", 100);
    let seed = number("SEAWORTHY_SYSCTL_SEED", 1);
    let base = tempfile::tempdir().unwrap();
    for index in 0..trees {
        let tree = base.path().join(index.to_string());
        for directory in DIRECTORIES {
            fs::create_dir_all(tree.join(directory)).unwrap();
        }
        symlink("usr/lib", tree.join("lib")).unwrap();
        plant(&mut Dice((seed + index) as u64), &tree);
    }
    let_loose(base.path(), trees);

    let (mut files, mut keys, mut decided, mut kept) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for index in 0..trees {
        let tree = Tree(base.path().join(index.to_string()));
        let config = SysctlConfig::read(&tree);
        assert_eq!(config.gaps, [], "seed {}", seed + index);
        let cat = String::from_utf8_lossy(&fs::read(tree.at("cat")).unwrap()).into_owned();
        let theirs: Vec<&str> = cat
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.starts_with('/'))
            .collect();
        let ours = printed(&tree, &config.files);
        files += ours.len();
        if ours != theirs {
            wrong.push(format!(
                "seed {}: files {ours:?}, systemd {theirs:?}",
                seed + index
            ));
        }
        let values = fs::read(tree.at("values")).unwrap();
        let values = String::from_utf8_lossy(&values);
        for (path, before) in OBSERVED {
            let key = SysctlKey::new(path).unwrap();
            let prefix = format!("{}:", key.proc_path());
            let theirs = values
                .lines()
                .find_map(|line| line.strip_prefix(&prefix))
                .unwrap();
            let winner = winner(&config, &key);
            let ours = match winner.decides {
                Some(line) => line.value.as_ref().unwrap().raw(),
                None => before,
            };
            keys += 1;
            decided += usize::from(winner.decides.is_some());
            kept += usize::from(winner.excluded_by.is_some());
            if parse_running(ours.as_bytes()) != parse_running(theirs.as_bytes()) {
                wrong.push(format!(
                    "seed {}: {key} is {ours:?}, systemd {theirs:?}: {winner:#?}",
                    seed + index
                ));
            }
        }
    }
    println!(
        "{trees} trees: {files} files in order, {keys} keys ({decided} set, {kept} excluded), {} disagreements",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
