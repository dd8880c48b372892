//! The entries of dpkg's database against `dpkg-query -W`.

use super::{ADMIN, dpkg_query, dpkg_s_packages, ours, seed, text, trees};
use crate::support::{Dice, number};
use seaworthy::facts::packages::read;
use seaworthy::host::Host;
use std::fs;
use std::path::Path;

#[test]
fn this_machine_s_packages_are_dpkg_s() {
    if super::dpkg_is_here() {
        let listing = read(Host::live().files(), ADMIN).expect("a database");
        assert_eq!(listing.gaps, []);
        assert_eq!(
            ours(&listing.items),
            dpkg_s_packages(Path::new(ADMIN)).expect("packages")
        );
    }
}

#[test]
fn other_releases_packages_are_dpkg_s() {
    if !super::dpkg_is_here() {
        return;
    }
    for tree in trees() {
        let host = Host::root(&tree).expect("a root");
        let listing = read(host.files(), ADMIN).expect("a database");
        assert_eq!(listing.gaps, []);
        let theirs = dpkg_s_packages(&tree.join("var/lib/dpkg")).expect("packages");
        assert_eq!(ours(&listing.items), theirs, "{}", tree.display());
    }
}

/// What dpkg reads is read the same, and what dpkg refuses leaves a gap.
#[test]
fn made_up_databases_are_read_as_dpkg_reads_them() {
    if !super::dpkg_is_here() {
        return;
    }
    let (count, seed) = (number("SEAWORTHY_DPKG_TREES", 150), seed());
    let base = tempfile::tempdir().unwrap();
    let (mut read_by_both, mut refused, mut stricter) = (0, 0, 0);
    let mut wrong = Vec::new();
    for index in seed..seed + count as u64 {
        let admin = base.path().join(index.to_string());
        plant(&mut Dice(index), &admin);
        let found = read(Host::live().files(), admin.to_str().unwrap());
        let (mine, gaps) = match found {
            Ok(listing) => (ours(&listing.items), listing.gaps),
            Err(obstacle) => (Vec::new(), vec![obstacle]),
        };
        let told = format!("{gaps:?}");
        let has = |text: &str, words: [&str; 2]| words.iter().any(|word| text.contains(word));
        match dpkg_s_packages(&admin) {
            // dpkg only warns of the one, and reads the other no sooner than it is to print it.
            _ if has(&told, ["no name of an architecture", "its Source"]) => stricter += 1,
            Ok(theirs) if theirs == mine && (gaps.is_empty() || mine.is_empty()) => {
                read_by_both += 1
            }
            // Instances that cannot stand beside each other are told here, and dpkg refuses to go on.
            Err(why) if !gaps.is_empty() || has(&why, ["coinstallable", "co-installable"]) => {
                refused += 1
            }
            theirs => wrong.push(format!("seed {index}: {told}, {mine:#?}, dpkg {theirs:#?}")),
        }
    }
    println!(
        "{count} databases: {read_by_both} read alike, {refused} refused, {stricter} only here"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        read_by_both > count / 5 && refused > count / 10,
        "the generator favours one side"
    );
}

fn plant(dice: &mut Dice, admin: &Path) {
    fs::create_dir_all(admin.join("updates")).unwrap();
    // One in two has mistakes.
    let mistakes = dice.one_in(2);
    let mut status = String::new();
    for name in ["a", "b0", "Lib-c+", "lib-d"] {
        // Several instances stand beside each other only where all say so.
        let first = dice.roll(if is_same(name) { 2 } else { 3 });
        for (index, arch) in ARCHITECTURES.into_iter().enumerate() {
            let may_be =
                is_same(name) && arch != "all" || index == first || mistakes && dice.one_in(20);
            if may_be && dice.one_in(2) {
                status += &stanza(dice, name, arch, mistakes);
                status += if mistakes && dice.one_in(20) {
                    " \n"
                } else {
                    "\n"
                };
            }
        }
    }
    if mistakes && dice.one_in(4) {
        status.pop();
        status.pop();
    }
    fs::write(admin.join("status"), status).unwrap();
    for number in 0..dice.roll(5) {
        let name = dice.pick(&["a", "b0", "lib-c+", "lib-d", "e"]);
        let arch = match is_same(name) && !dice.one_in(20) {
            true => dice.pick(&["amd64", "i386"]),
            false => dice.pick(&ARCHITECTURES),
        };
        let mistakes_here = mistakes && dice.one_in(3);
        let text = stanza(dice, name, arch, mistakes_here);
        let file = if mistakes && dice.one_in(9) {
            format!("{number}")
        } else {
            format!("000{number}")
        };
        fs::write(admin.join("updates").join(file), text).unwrap();
    }
    fs::write(admin.join("updates/tmp.i"), "#padded\n").unwrap();
}

const ARCHITECTURES: [&str; 3] = ["amd64", "i386", "all"];

/// Whether the packages of that name are `Multi-Arch: same`.
fn is_same(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("lib")
}

fn stanza(dice: &mut Dice, name: &str, arch: &str, mistakes: bool) -> String {
    let want = dice.pick(&["install", "hold", "deinstall", "purge", "INSTALL"]);
    let flag = dice.pick(&["ok", "ok", "ok", "reinstreq"]);
    let state = dice.pick(&[
        "installed",
        "installed",
        "installed",
        "config-files",
        "half-installed",
        "unpacked",
        "half-configured",
        "not-installed",
    ]);
    let mut fields = vec![
        format!("Package: {name}"),
        format!("Status: {want} {flag} {state}"),
        format!("Version: {}", version(dice)),
        "Maintainer: x".to_owned(),
        "Description:  a\n  b: c\n \t.\n d".to_owned(),
    ];
    if !mistakes || !dice.one_in(20) {
        fields.push(format!("Architecture:\t{arch} "));
    }
    if is_same(name) && (arch != "all" || mistakes) {
        fields.push("Multi-Arch: same".to_owned());
    } else if dice.one_in(3) {
        fields.push(format!(
            "multi-arch: {}",
            dice.pick(&["foreign", "allowed", "no", ""])
        ));
    }
    match dice.roll(5) {
        0 => fields.push("Source: other".to_owned()),
        1 => fields.push(format!("SOURCE: other ({})", version(dice))),
        2 => fields.push("Source: ".to_owned()),
        _ => {}
    }
    fields.extend((0..dice.roll(3)).map(|number| format!("X-{number}: a\n :b")));
    let first = dice.roll(fields.len());
    fields.swap(0, first);
    if mistakes {
        let mistake = dice.pick(&[
            "",
            "",
            "",
            "# comment",
            "no colon",
            "-x: y",
            " : z",
            ": z",
            "package: twice",
            "Status: install ok",
            "Version: 1-",
            "Version: a:1",
            "X1\rY: z",
            "X1 :y",
            "X: y",
            "CR: z\r",
            "X1:\x1ay",
            "X-4: y\n\x0bfolded",
            "Source: a (1",
            "Source: a ()",
            "Multi-Arch: maybe",
            "Package: .a",
            "Architecture: a/b",
        ]);
        let at = dice.roll(fields.len() + 1);
        let key = mistake.split(':').next().unwrap_or_default();
        // In the place of the true field, or beside it.
        if dice.one_in(2) {
            fields.retain(|field| !field.starts_with(key) || key.is_empty());
        }
        if !mistake.is_empty() {
            fields.insert(at.min(fields.len()), mistake.to_owned());
        }
    }
    // dpkg takes a file that ends in an empty value for one that was cut off.
    fields.push("X-End: x".to_owned());
    fields.join("\n") + "\n"
}

/// As dpkg writes them, so that they compare as text.
fn version(dice: &mut Dice) -> String {
    let epoch = dice.pick(&["", "", "1:", "12:"]);
    format!(
        "{epoch}{}{}",
        dice.pick(&["1", "2.0~rc1", "1.0+dfsg-1"]),
        dice.pick(&["", "-1", "-0ubuntu2"])
    )
}

#[test]
fn dpkg_is_asked_for_a_hold() {
    if !super::dpkg_is_here() {
        return;
    }
    // The words of a fact are those of dpkg-query, or every comparison above compares nothing.
    let base = tempfile::tempdir().unwrap();
    let stanza = "Package: a\nStatus: hold ok installed\nArchitecture: all\nVersion: 1\nMaintainer: x\nDescription: x\n";
    fs::write(base.path().join("status"), stanza).unwrap();
    fs::create_dir(base.path().join("updates")).unwrap();
    let output = dpkg_query(base.path(), &["-W", "-f", "${Status}"]);
    assert_eq!(text(&output.stdout), "hold ok installed");
    let listing = read(Host::live().files(), base.path().to_str().unwrap()).expect("a database");
    assert!(ours(&listing.items)[0].contains("\thold ok installed\t"));
}
