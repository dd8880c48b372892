//! Through the program: hosts without dpkg, and databases that are made to hang or fill it.

use super::ADMIN;
use crate::support::seaworthy;
use seaworthy::facts::packages::read;
use seaworthy::host::Host;
use serde_json::Value;
use std::fs;
use std::time::Instant;

fn facts(run: crate::support::Run) -> Value {
    let json = run.run().exits(0).json();
    json["facts"]["packages"].clone()
}

#[test]
fn a_host_without_dpkg_is_unknown() {
    let of = |host: &str| facts(seaworthy("facts packages").on(host))["unknown"].clone();
    let none = of("hosts/slackware");
    assert_eq!(none["code"], "failed");
    assert_eq!(
        none["why"],
        "no database of packages is known here: neither dpkg's nor rpm's, apk's or pacman's"
    );
    let alpine = of("hosts/alpine");
    assert_eq!(alpine["code"], "not-modelled");
    assert_eq!(alpine["what"], "packages of apk (/lib/apk/db/installed)");
    // What stands on it is not known either.
    let owner = seaworthy("facts package-owner=/bin/ls")
        .on("hosts/alpine")
        .run()
        .exits(0)
        .json();
    assert_eq!(
        owner["facts"]["package_owner"]["/bin/ls"]["unknown"],
        alpine
    );
    let relative = seaworthy("facts package-owner=bin/ls")
        .on("hosts/alpine")
        .run()
        .exits(0)
        .json();
    assert_eq!(
        relative["facts"]["package_owner"]["bin/ls"]["unknown"]["why"],
        "not an absolute path"
    );
}

fn root_with(status: &[u8]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &[u8]| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put("etc/os-release", b"ID=debian\n");
    put("var/lib/dpkg/status", status);
    root
}

/// How many packages and gaps there are. Read without the deadline of the program, which a debug build may exceed.
fn counted(what: &str, status: &[u8]) -> (usize, usize) {
    let root = root_with(status);
    let host = Host::root(root.path()).unwrap();
    let began = Instant::now();
    let listing = read(host.files(), ADMIN).unwrap();
    println!("{what}: {:.2} s", began.elapsed().as_secs_f64());
    (listing.items.len(), listing.gaps.len())
}

#[test]
fn hostile_databases_cost_no_more_than_themselves() {
    let good = "Package: good\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";
    let limit = 64 << 20;
    assert_eq!(counted("64 MiB in one line", &vec![b'a'; limit]), (0, 1));
    let mut field = format!("{good}X-1: ").into_bytes();
    field.resize(limit - 1, b'x');
    field.push(b'\n');
    assert_eq!(counted("64 MiB in one field", &field), (1, 0));
    let mut folded = format!("{good}Source: a").into_bytes();
    folded.resize(limit, b'\n');
    for blank in folded[good.len() + 10..].iter_mut().step_by(2) {
        *blank = b' ';
    }
    folded[limit - 1] = b'\n';
    assert_eq!(counted("64 MiB of folded blanks", &folded), (1, 0));
    assert_eq!(
        counted(
            "NULs",
            &[good.as_bytes(), b"\n", &[0; 1 << 20], b"\n"].concat()
        ),
        (1, 1)
    );
    let twice = format!("{good}\n").repeat(100_000);
    assert_eq!(
        counted("one package 100,000 times", twice.as_bytes()),
        (1, 101)
    );
    let many: String = (0..100_000)
        .map(|number| format!("{}\n", good.replace("good", &format!("p{number}"))))
        .collect();
    assert_eq!(counted("100,000 stanzas", many.as_bytes()), (100_000, 0));
    let versions: String = (0..20_000)
        .map(|number| {
            format!(
                "{}\n",
                good.replace("good", &format!("p{}:{number}", number % 7))
            )
        })
        .collect();
    assert_eq!(
        counted("names that are none", versions.as_bytes()),
        (0, 101)
    );
    let root = root_with(&vec![b'\n'; limit + 1]);
    let fact = facts(seaworthy("facts packages --root").arg(root.path()));
    assert_eq!(fact["unknown"]["code"], "too-large");
}

#[test]
fn nothing_steers_a_terminal() {
    let evil = "Package: a\u{1b}]0;x\u{7}\n\nPackage: b\nStatus: install ok \u{1b}[2J\n\nPackage: c\nVersion: 1\nSource: \u{202e}c\n";
    let output = seaworthy("facts packages --root")
        .arg(root_with(evil.as_bytes()).path())
        .run()
        .exits(0);
    assert!(
        !output.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{}",
        output.stdout
    );
    let listing = output.json()["facts"]["packages"]["known"]["value"]["packages"].clone();
    assert_eq!(
        (
            listing["gaps"].as_array().map(Vec::len),
            listing["items"].as_array().map(Vec::len)
        ),
        (Some(2), Some(1))
    );
}
