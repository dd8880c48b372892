//! dpkg's database, the order of its versions and the owners of paths, against the real dpkg.
//!
//! `SEAWORTHY_VERSION_PAIRS` sets how many pairs of versions are compared (2000), `SEAWORTHY_DPKG_TREES` how many databases
//! are made up (150), `SEAWORTHY_PACKAGES_SEED` from which seed on (1). Trees of other releases are looked at where
//! `.ci/run` put them, below `/var/cache/seaworthy-trees`.

mod database;
mod hosts;
mod owners;
mod versions;

use crate::support::{has, number, skip};
use seaworthy::facts::packages::{DebVersion, Package, State};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ADMIN: &str = "/var/lib/dpkg";

fn seed() -> u64 {
    number("SEAWORTHY_PACKAGES_SEED", 1) as u64
}

/// True if there is a dpkg to compare with.
fn dpkg_is_here() -> bool {
    let here = has("dpkg-query") && Path::new(ADMIN).join("status").exists();
    if !here {
        skip("needs dpkg");
    }
    here
}

/// Debian trees of other releases.
fn trees() -> Vec<PathBuf> {
    let cache = Path::new("/var/cache/seaworthy-trees");
    let (there, missing): (Vec<_>, Vec<_>) = ["bullseye", "trixie"]
        .map(|release| cache.join(release))
        .into_iter()
        .partition(|tree| tree.join("var/lib/dpkg/status").exists());
    for tree in missing {
        skip(&format!(
            "needs debootstrap --variant=minbase {}",
            tree.display()
        ));
    }
    there
}

fn dpkg_query(admin: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("dpkg-query");
    command
        .env("LC_ALL", "C")
        .arg("--admindir")
        .arg(admin)
        .args(args);
    command.output().expect("dpkg-query runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What `dpkg-query` knows of the packages that are more than a wish, sorted; an error with its message if it refuses.
fn dpkg_s_packages(admin: &Path) -> Result<Vec<String>, String> {
    let format = "${Package}\\t${Architecture}\\t${Version}\\t${Status}\\t${source:Package}\\t${source:Version}\\n";
    let output = dpkg_query(admin, &["-W", "-f", format]);
    if !output.status.success() {
        return Err(text(&output.stderr));
    }
    let mut lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    lines.sort();
    Ok(lines)
}

/// The same of what was read here.
fn ours(packages: &[Package]) -> Vec<String> {
    let there = packages
        .iter()
        .filter(|package| package.state != State::NotInstalled);
    let line = |package: &Package| {
        let version = |version: &Option<DebVersion>| {
            version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default()
        };
        let flag = if package.reinstall_required {
            "reinstreq"
        } else {
            "ok"
        };
        [
            package.name.to_string(),
            package.architecture.to_string(),
            version(&package.version),
            format!("{} {flag} {}", word(package.want), word(package.state)),
            package.source.to_string(),
            version(&package.source_version),
        ]
        .join("\t")
    };
    let mut lines: Vec<String> = there.map(line).collect();
    lines.sort();
    lines
}

/// A word of a fact as JSON has it, which is dpkg's own.
fn word(value: impl Serialize) -> String {
    let json = serde_json::to_value(value).expect("JSON");
    json.as_str().expect("a word").to_owned()
}
