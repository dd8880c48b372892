//! The owners of paths against `dpkg-query -S`.

use super::{ADMIN, dpkg_query, text, trees};
use seaworthy::facts::packages::{Claim, Diversion, Owner, Owners, owners, read};
use seaworthy::host::Host;
use seaworthy::source::HostText;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Of a path: the owners, `name` or `name:arch`, and the diversion.
#[derive(Debug, Default, PartialEq)]
struct Told {
    owners: BTreeSet<String>,
    diversion: Option<(String, String, String)>,
}

/// What dpkg says, for all paths at once.
fn dpkg_s_owners(admin: &Path, paths: &[String]) -> BTreeMap<String, Told> {
    let mut told: BTreeMap<String, Told> = BTreeMap::new();
    // So that they fit into the arguments of a process.
    for part in paths.chunks(10_000) {
        let args: Vec<&str> = std::iter::once("-S")
            .chain(part.iter().map(String::as_str))
            .collect();
        let output = text(&dpkg_query(admin, &args).stdout);
        let mut lines = output.lines();
        while let Some(line) = lines.next() {
            if let Some((by, from)) = line
                .split_once(" from: ")
                .filter(|(by, _)| by.contains("diversion"))
            {
                let (_, to) = lines.next().unwrap().split_once(" to: ").unwrap();
                let by = by.strip_prefix("diversion by ").unwrap_or("");
                let diversion = (from.to_owned(), to.to_owned(), by.to_owned());
                for end in [from, to] {
                    told.entry(end.to_owned()).or_default().diversion = Some(diversion.clone());
                }
            } else {
                let (owners, path) = line.split_once(": ").unwrap();
                let owners = owners.split(", ").map(str::to_owned);
                told.entry(path.to_owned())
                    .or_default()
                    .owners
                    .extend(owners);
            }
        }
    }
    told
}

/// What was found here, in as far as dpkg looks at it: no aliases.
fn ours(path: &str, found: &Owners, theirs: &Told) -> Told {
    let listed = found
        .owners
        .iter()
        .filter(|owner| owner.claim == Claim::Listed);
    let name = |owner: &Owner| {
        let long = format!("{}:{}", owner.package, owner.architecture);
        // dpkg tells the architecture only of those that may be there twice.
        if theirs.owners.contains(&long) {
            long
        } else {
            owner.package.to_string()
        }
    };
    let ends = |diversion: &&Diversion| {
        [&diversion.from, &diversion.to]
            .iter()
            .any(|end| end.raw() == path)
    };
    let texts = |diversion: &Diversion| {
        let by = diversion
            .by
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        (diversion.from.to_string(), diversion.to.to_string(), by)
    };
    Told {
        owners: listed.map(name).collect(),
        diversion: found.diversion.as_ref().filter(ends).map(texts),
    }
}

/// Compares all paths of the lists, and some that are in none; gives how many there are.
fn compare(host: &Host, admin: &str, seen_by_dpkg: &Path, more: &[&str]) -> usize {
    let mut paths: BTreeSet<String> = more.iter().map(|path| (*path).to_owned()).collect();
    for entry in fs::read_dir(seen_by_dpkg.join("info")).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "list")
        {
            // dpkg answers without the slash at the end.
            let list = text(&fs::read(path).unwrap());
            paths.extend(
                list.lines()
                    .map(|line| line.trim_end_matches('/').to_owned()),
            );
        }
    }
    let diversions = text(&fs::read(seen_by_dpkg.join("diversions")).unwrap_or_default());
    paths.extend(diversions.lines().map(str::to_owned));
    // dpkg takes some for patterns, and for a text to look for.
    paths.retain(|path| {
        path.starts_with('/') && path != "/." && !path.contains(['*', '?', '[', '\\', '\u{fffd}'])
    });
    let paths: Vec<String> = paths.into_iter().collect();
    let theirs = dpkg_s_owners(seen_by_dpkg, &paths);
    let packages = read(host.files(), admin).unwrap();
    let asked: Vec<HostText> = paths.iter().map(HostText::from).collect();
    let found = owners(
        host.files(),
        admin,
        &packages,
        &asked.iter().collect::<Vec<_>>(),
    )
    .unwrap();
    let nobody = Told::default();
    for (path, found) in paths.iter().zip(&found) {
        let theirs = theirs.get(path).unwrap_or(&nobody);
        assert_eq!(&ours(path, found, theirs), theirs, "{path}");
        assert_eq!(found.gaps, [], "{path}");
    }
    paths.len()
}

const NOBODY_S: [&str; 4] = [
    "/etc/hostname",
    "/etc/nobody/owns/this",
    "/usr/bin/l",
    "/usr/bi",
];

#[test]
fn every_path_of_this_machine_belongs_to_whom_dpkg_says() {
    if super::dpkg_is_here() {
        let count = compare(&Host::live(), ADMIN, Path::new(ADMIN), &NOBODY_S);
        println!("{count} paths");
        assert!(count > 1000);
    }
}

#[test]
fn every_path_of_other_releases_belongs_to_whom_dpkg_says() {
    if !super::dpkg_is_here() {
        return;
    }
    for tree in trees() {
        let host = Host::root(&tree).unwrap();
        let count = compare(&host, ADMIN, &tree.join("var/lib/dpkg"), &NOBODY_S);
        println!("{}: {count} paths", tree.display());
        let packages = read(host.files(), ADMIN).unwrap();
        let paths = [
            "/bin/ls",
            "/usr/bin/ls",
            "/lib64/ld-linux-x86-64.so.2",
            "/usr/lib64/ld-linux-x86-64.so.2",
        ];
        let paths = paths.map(HostText::from);
        for found in owners(host.files(), ADMIN, &packages, &paths.each_ref()).unwrap() {
            let holders: Vec<&str> = found.holders().map(|owner| owner.package.raw()).collect();
            assert!(
                matches!(holders[..], ["coreutils" | "libc6"]),
                "{holders:?}"
            );
        }
    }
}

#[test]
fn diverted_paths_are_told_as_dpkg_tells_them() {
    if !super::dpkg_is_here() {
        return;
    }
    let base = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = base.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let stanza = |name: &str, arch: &str, more: &str| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: {arch}\nVersion: 1\nMaintainer: x\nDescription: x\n{more}\n"
        )
    };
    let same = "Multi-Arch: same\n";
    let status = [
        stanza("tool", "amd64", ""),
        stanza("better-tool", "all", ""),
        stanza("lib", "amd64", same),
        stanza("lib", "i386", same),
        "Package: gone\nStatus: purge ok not-installed\nArchitecture: all\n\n".to_owned(),
    ];
    put("status", &status.concat());
    put("updates/.keep", "");
    put("info/format", "1\n");
    put(
        "info/tool.list",
        "/.\n/opt\n/opt/tool\n/opt/moved\n/opt/dir/\n",
    );
    put("info/better-tool.list", "/.\n/opt\n/opt/tool\n");
    put("info/lib:amd64.list", "/opt\n/opt/dir\n/opt/dir/lib.so\n");
    put("info/lib:i386.list", "/opt\n/opt/dir\n/opt/dir/doc\n");
    put("info/gone.list", "/opt\n/opt/gone\n");
    put(
        "diversions",
        "/opt/tool\n/opt/tool.orig\nbetter-tool\n/opt/moved\n/opt/mine\n:\n",
    );
    let count = compare(
        &Host::live(),
        base.path().to_str().unwrap(),
        base.path(),
        &["/opt/gone"],
    );
    assert_eq!(count, 9);
}
