//! Texts and files that are made to hang the program or to fill the memory: each ends in a clear error.

use crate::support::name;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Said {
    status: Option<i32>,
    stderr: String,
}

/// Lints a policy file with little memory and, lest a test hangs, not for long. A program that needs more of either ends
/// with another status than 2.
fn lint(path: &Path) -> Said {
    let limits = "ulimit -v 400000; exec timeout 20 \"$@\"";
    let program = env!("CARGO_BIN_EXE_seaworthy");
    let output = Command::new("sh")
        .args(["-c", limits, "sh", program, "policy", "lint", "-p"])
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Said {
        status: output.status.code(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn refused(path: &Path, because: &str) {
    let Said { status, stderr } = lint(path);
    let start: String = stderr.chars().take(600).collect();
    assert_eq!(status, Some(2), "{}: {start}", name(path));
    assert!(stderr.contains(because), "{}: {start}", name(path));
    // As much as somebody reads, whatever the size of the text.
    assert!(
        stderr.len() < 64 << 10,
        "{}: {} bytes",
        name(path),
        stderr.len()
    );
}

struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

const HEAD: &str = "policy: p\ntitle: t\n";

#[test]
fn texts_that_are_made_to_hang_end_in_an_error() {
    let world = World::new();
    let mut bomb = format!("{HEAD}a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (this, last) in ('b'..='z').zip('a'..) {
        let nine = vec![format!("*{last}"); 9].join(",");
        bomb.push_str(&format!("{this}: &{this} [{nine}]\n"));
    }
    let check = |id: usize, more: &str| {
        format!(
            "- {{id: c{id}, rule: ssh-password-login, severity: low, title: t, why: w{more}}}\n"
        )
    };
    let several = |more: &str| (0..6_000).map(|id| check(id, more)).collect::<String>();
    let many = |more: &str| (0..10_000).map(|id| check(id, more)).collect::<String>();
    let all = |texts: &[String]| format!("{HEAD}checks:\n{}", texts.concat());
    let tuned: String = (0..20_000)
        .map(|id| format!("  d{id}: {{ off: x }}\n"))
        .collect();
    let sixteen = "x".repeat(16);
    for (name, text, because) in [
        (
            "alias bomb",
            bomb,
            "is an anchor, which is not allowed here",
        ),
        (
            "brackets",
            "[".repeat(200_000),
            "nested deeper than 32 levels",
        ),
        (
            "braces",
            format!("{HEAD}checks: {}", "{a: ".repeat(50_000)),
            "nested deeper",
        ),
        (
            "dashes",
            "- ".repeat(100_000),
            "nested deeper than 32 levels",
        ),
        ("questions", "? ".repeat(100_000), "nested deeper"),
        (
            "a long word",
            "x".repeat(1_000_000),
            "a policy is a mapping",
        ),
        (
            "a long key",
            format!("{}: 1\n", "x".repeat(900_000)),
            "error: ",
        ),
        (
            "an open quote",
            format!("{HEAD}x: \"{}", "a\n".repeat(400_000)),
            "this quote is never closed",
        ),
        (
            "many values",
            format!("{HEAD}extends: [{}]", "a,".repeat(400_000)),
            "more than 200000 values",
        ),
        (
            "checks that are empty",
            all(&["- \n".repeat(150_000)]),
            "a check is a mapping",
        ),
        (
            "10000 wrong checks",
            all(&[many(", bad: 1")]),
            "there are more mistakes from here on",
        ),
        (
            "10000 checks twice",
            all(&[
                many("")[..400_000].rsplit_once('\n').unwrap().0.to_owned() + "\n",
                many("")[..400_000].to_owned(),
            ]),
            "error: ",
        ),
        (
            "tunings of nothing",
            format!("{HEAD}extends: [ssh]\ntune:\n{tuned}"),
            "there is no check `d0`",
        ),
        (
            "supersedes of nothing",
            all(&[several(&format!(", supersedes: [{sixteen}]"))]),
            "there is no check `xxxxxxxxxxxxxxxx`",
        ),
        (
            "two documents",
            format!("{HEAD}---\n{HEAD}"),
            "a second document begins here",
        ),
        (
            "a tag",
            format!("!!python/object:os.system\n{HEAD}"),
            "is a tag, which is not allowed here",
        ),
        (
            "a NUL",
            format!("{HEAD}extends: [ss\0h]\n"),
            "control character U+0000",
        ),
        (
            "escapes",
            format!("{HEAD}\u{1b}]0;owned\u{7}: 1\n"),
            "control character U+001B",
        ),
    ] {
        refused(&world.file(name, text), because);
    }
    refused(
        &world.file("not UTF-8", b"policy: \xff\xfe\n"),
        "byte 0xff is not UTF-8 text",
    );
    refused(
        &world.file("UTF-16", b"\xff\xfep\0o\0"),
        "byte 0xff is not UTF-8 text",
    );
}

#[test]
fn ten_thousand_checks_are_a_policy_like_any_other() {
    let world = World::new();
    let checks: String = (0..10_000)
        .map(|id| {
            format!("- {{id: c{id}, rule: ssh-password-login, severity: low, title: t, why: w}}\n")
        })
        .collect();
    let path = world.file("many.yaml", format!("{HEAD}checks:\n{checks}"));
    let Said { status, stderr } = lint(&path);
    assert_eq!(status, Some(0), "{stderr}");
}

#[test]
fn files_that_are_no_files_are_refused() {
    let world = World::new();
    let large = world.path("large.yaml");
    let file = std::fs::File::create(&large).unwrap();
    file.set_len(100 << 20).unwrap();
    refused(&large, "larger than 1048576 bytes");
    let fifo = world.path("fifo.yaml");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    refused(&fifo, "a FIFO");
    refused(&fifo, "`-p -` reads a policy from standard input");
    refused(Path::new("/dev/zero"), "a character device");
    std::fs::create_dir(world.path("folder.yaml")).unwrap();
    refused(&world.path("folder.yaml"), "Is a directory");
    std::os::unix::fs::symlink("loop.yaml", world.path("loop.yaml")).unwrap();
    refused(&world.path("loop.yaml"), "symbolic links");
    let extends =
        format!("{HEAD}extends: [./fifo.yaml, ./large.yaml, /dev/zero/, ./folder.yaml]\n");
    let path = world.file("extends.yaml", extends);
    refused(&path, "extends.yaml:3:11");
    refused(&path, "a FIFO");
    refused(&path, "larger than 1048576 bytes");
}

#[test]
fn a_long_chain_of_policies_has_an_end() {
    let chain = |length: usize| {
        let world = World::new();
        for link in 1..length {
            let text = format!("{HEAD}extends: [./{}.yaml]\n", link + 1);
            world.file(&format!("{link}.yaml"), text);
        }
        world.file(&format!("{length}.yaml"), HEAD);
        world
    };
    let world = chain(64);
    let Said { status, stderr } = lint(&world.path("1.yaml"));
    assert_eq!(status, Some(0), "{stderr}");
    let world = chain(65);
    refused(&world.path("1.yaml"), "64.yaml:3:11");
    // Four texts of the largest size, each with as many values as one may have.
    let world = World::new();
    let full = format!("{HEAD}waivers: [{}]", "a,".repeat(90_000));
    let filler = format!("{full}\n#{}", "x".repeat((1 << 20) - full.len() - 2));
    for name in ["1", "2", "3", "4", "5"] {
        world.file(&format!("{name}.yaml"), &filler);
    }
    let all = format!("{HEAD}extends: [./1.yaml, ./2.yaml, ./3.yaml, ./4.yaml, ./5.yaml]\n");
    refused(&world.file("all.yaml", all), "more than 4194304 bytes");
}
