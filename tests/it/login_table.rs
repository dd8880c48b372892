//! The logins that were tried on booted systems (`tests/vps/data/logins.txt`, which says how they were), against the model: no system
//! is booted here.

use crate::combination::{Login, Open, System, by_model};
use crate::support::tests;
use seaworthy::collect::collect;
use seaworthy::facts::Request;
use seaworthy::host::Host;
use std::fs::{Permissions, create_dir_all, set_permissions, write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// The day of a fixture's clock, since 1970.
const TODAY: i64 = 1_795_521_600 / 86_400;

/// A system of the table, with what was tried there.
struct Tried {
    system: System,
    logins: Vec<(Login, Open)>,
}

fn table(text: &str) -> Vec<Tried> {
    let mut table: Vec<Tried> = Vec::new();
    for line in text.lines() {
        if let Some(words) = line.strip_prefix('[') {
            table.push(Tried {
                system: System::parse(words.trim_end_matches(']')),
                logins: Vec::new(),
            });
        } else if !line.is_empty() && !line.starts_with('#') {
            let open = line
                .split_whitespace()
                .skip(4)
                .collect::<Vec<_>>()
                .join(" ");
            let tried = table.last_mut().expect("a system first");
            tried.logins.push((Login::parse(line), Open::parse(&open)));
        }
    }
    table
}

/// The same as a fixture: the files that were written there, on a Debian of the tests.
fn fixture(root: &Path, tried: &Tried) {
    let put = |path: &str, text: &str| {
        let path = root.join(path);
        create_dir_all(path.parent().unwrap()).unwrap();
        write(path, text).unwrap();
    };
    put(
        "host.yaml",
        &format!(
            "base: {}\n",
            tests().join("hosts/debian-12-fresh").display()
        ),
    );
    let each = || tried.logins.iter().map(|it| &it.0).enumerate();
    let passwd: String = each().map(|(at, it)| it.passwd(at)).collect();
    let shadow: String = each().filter_map(|(at, it)| it.shadow(at, TODAY)).collect();
    put(
        "etc/passwd",
        &("root:x:0:0:root:/root:/bin/bash\n".to_owned() + &passwd),
    );
    put(
        "etc/shadow",
        &("root:*:19700:0:99999:7:::\n".to_owned() + &shadow),
    );
    put("etc/ssh/sshd_config", &tried.system.sshd());
    put("etc/debian_version", "12.11\n");
    put("opt/.gitkeep", "");
    // libpam refuses whoever asks a service that includes what is not there.
    put("etc/pam.d/common-session", "session required pam_unix.so\n");
    put(
        "etc/pam.d/common-password",
        "password required pam_unix.so\n",
    );
    for (name, text) in tried.system.pam() {
        put(&format!("etc/pam.d/{name}"), &text);
    }
    if tried.system.has_nologin() {
        put("etc/nologin", "closed\n");
    }
    for shell in ["bin/bash", "bin/sh", "bin/false", "usr/sbin/nologin"] {
        put(shell, "");
        set_permissions(root.join(shell), Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn the_model_of_logins_says_what_happened() {
    let text = include_str!("../vps/data/logins.txt");
    let table = table(text);
    let mut wrong = Vec::new();
    let mut count = 0;
    for tried in &table {
        let root = tempfile::tempdir().unwrap();
        fixture(root.path(), tried);
        let host = Arc::new(Host::fixture(root.path()).unwrap());
        let requests = [Request::Accounts, Request::Pam, Request::SshdConfig];
        let (facts, _) = collect(&host, requests.into());
        for (at, (login, open)) in tried.logins.iter().enumerate() {
            count += 1;
            let said = by_model(&facts, &format!("door{at}"));
            if said.as_ref() != Ok(open) {
                let said = said.map(|it| it.words());
                wrong.push(format!(
                    "{}\n  {}: in by {}, and the model says {said:?}",
                    tried.system.words(),
                    login.words(),
                    open.words()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count >= 800, "only {count} logins in the table");
}
