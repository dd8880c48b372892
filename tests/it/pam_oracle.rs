//! Stacks of modules as the model goes through them against libpam itself: generated files of pam.d(5), in which pam_debug(8)
//! answers what it is told, asked by pam_start_confdir(3). As an ordinary user; nothing of the host is read or changed.
//!
//! `SEAWORTHY_PAM_STACKS` sets how many services are tried (400), `SEAWORTHY_PAM_SEED` from which seed on (1).

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows tests by their attribute, not their helpers"
)]

use crate::support::{Dice, has, number, skip};
use seaworthy::fact::Fact;
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::pam::{Pam, parse};
use seaworthy::model::pam::{Answer, Gives, Visitor, admits, authenticates};
use seaworthy::source::Source;
use std::fs;
use std::process::Command;

const LIBRARY: &str = r#"
import ctypes, sys
pam = ctypes.CDLL("libpam.so.0")
class Conv(ctypes.Structure):
    _fields_ = [("conv", ctypes.c_void_p), ("data", ctypes.c_void_p)]
start = pam.pam_start_confdir
start.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.POINTER(Conv), ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)]
for call in (pam.pam_authenticate, pam.pam_acct_mgmt, pam.pam_end):
    call.argtypes = [ctypes.c_void_p, ctypes.c_int]
conv = Conv(ctypes.cast(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 19), ctypes.c_void_p), None)
for number in range(int(sys.argv[2])):
    handle = ctypes.c_void_p()
    if start(b"service%d" % number, b"root", ctypes.byref(conv), sys.argv[1].encode(), ctypes.byref(handle)):
        print("x x")
        continue
    print(pam.pam_authenticate(handle, 0), pam.pam_acct_mgmt(handle, 0))
    pam.pam_end(handle, 0)
"#;
const ANSWERS: [&str; 8] = [
    "success",
    "ignore",
    "auth_err",
    "user_unknown",
    "new_authtok_reqd",
    "perm_denied",
    "acct_expired",
    "authinfo_unavail",
];
const WORDS: [&str; 9] = ["ignore", "ok", "done", "bad", "die", "reset", "1", "2", "3"];

/// One service in `service0`, …, each with files of its own that it may include.
fn files(dice: &mut Dice, home: &str, service: usize) -> Vec<(String, String)> {
    // libpam 1.5 looks for a bare name in /etc/pam.d whatever directory it was given.
    let name = |at| format!("{home}/part{service}.{at}");
    let names: Vec<String> = (0..4).map(name).collect();
    let mut files = vec![(format!("service{service}"), text(dice, &names))];
    for (at, name) in names[..3].iter().enumerate() {
        // Each includes only what comes after it: loops grow beyond what anybody could ask.
        files.push((name.clone(), text(dice, &names[at + 1..])));
    }
    files
}

fn text(dice: &mut Dice, names: &[String]) -> String {
    let mut text = String::new();
    for _ in 0..dice.roll(7) {
        let name = &names[dice.roll(names.len())];
        let kind = dice.pick(&[
            "auth", "account", "Auth", "-auth", "account", "session", "odd",
        ]);
        // What is no kind fails for all kinds: not in every file.
        let kind = if kind == "odd" && !dice.one_in(4) {
            "auth"
        } else {
            kind
        };
        let line = match dice.roll(12) {
            0 => format!("@include {name}"),
            1 => format!("{kind} include {name}"),
            2 | 3 => format!("{kind} substack {name}"),
            4 if dice.one_in(3) => format!("{kind} required"),
            5 => format!("# {kind} required pam_deny.so"),
            6 if dice.one_in(3) => format!("{kind} optional pam_is_not_installed.so"),
            _ => {
                let control = control(dice);
                let (auth, account) = (dice.pick(&ANSWERS), dice.pick(&ANSWERS));
                let gap = dice.pick(&[" ", "\t", "  ", " \\\n "]);
                format!("{kind} {control}{gap}pam_debug.so auth={auth} acct={account}")
            }
        };
        text.push_str(&line);
        text.push_str(dice.pick(&["\n", "\n", " # said\n", "\n\n"]));
    }
    text
}

fn control(dice: &mut Dice) -> String {
    if !dice.one_in(3) {
        return dice
            .pick(&[
                "required",
                "requisite",
                "sufficient",
                "optional",
                "REQUIRED",
            ])
            .to_owned();
    }
    let mut list = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        let equals = dice.pick(&["=", "=", " = "]);
        list.push(format!(
            "{}{equals}{}",
            dice.pick(&ANSWERS),
            dice.pick(&WORDS)
        ));
    }
    if dice.one_in(2) {
        list.push(format!("default={}", dice.pick(&WORDS)));
    }
    format!("[{}]", list.join(" "))
}

#[test]
fn stacks_answer_as_libpam_does() {
    if !has("python3") {
        return skip("no python3 to ask libpam with");
    }
    let count = number("SEAWORTHY_PAM_STACKS", 400);
    let mut dice = Dice(number("SEAWORTHY_PAM_SEED", 1) as u64);
    let home = tempfile::tempdir().unwrap();
    let mut services = Vec::new();
    fs::write(
        home.path().join("other"),
        "auth required pam_debug.so\naccount required pam_debug.so acct=perm_denied\n",
    )
    .unwrap();
    for service in 0..count {
        let files = files(&mut dice, home.path().to_str().unwrap(), service);
        for (name, text) in &files {
            fs::write(home.path().join(name), text).unwrap();
        }
        services.push(files);
    }
    let asked = Command::new("python3")
        .args(["-c", LIBRARY])
        .arg(home.path())
        .arg(count.to_string())
        .output()
        .unwrap();
    let answers = String::from_utf8(asked.stdout).unwrap();
    if answers.lines().count() != count {
        return skip(&format!(
            "libpam cannot be asked here: {}",
            String::from_utf8_lossy(&asked.stderr)
        ));
    }
    let accounts = Accounts::parse(b"root:*:0:0::/root:/bin/sh\n", Ok(None));
    let visitor = Visitor {
        account: &accounts.accounts[0],
        password: accounts.accounts[0].password,
        groups: None,
        gives: Gives::Password,
        no_nulls: false,
        right_now: true,
        today: 20_000,
    };
    let (mut wrong, mut unknown) = (Vec::new(), 0);
    for ((number, files), answer) in services.iter().enumerate().zip(answers.lines()) {
        let mut pam = Pam {
            modules: Some(["pam_debug.so".into()].into()),
            ..Pam::default()
        };
        let other = "auth required pam_debug.so\naccount required pam_debug.so acct=perm_denied\n";
        let all = files
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()));
        for (name, text) in all.chain([("other", other)]) {
            let value = parse(text.as_bytes());
            let source = Source::file(format!("/etc/pam.d/{name}"));
            pam.files.insert(name.into(), Fact::Known { value, source });
        }
        let missing = format!("{}/part{number}.3", home.path().display());
        let looked_at = Source::file("/etc/pam.d/part");
        pam.files
            .insert(missing.as_str().into(), Fact::Absent { looked_at });
        let service = format!("service{number}");
        let said = [
            authenticates(&pam, &service, &visitor),
            admits(&pam, &service, &visitor),
        ];
        let said = said.map(|answer| match answer {
            Answer::Yes => Some(true),
            Answer::No(..) => Some(false),
            Answer::Unknown(_) => None,
        });
        unknown += said.iter().filter(|it| it.is_none()).count();
        // 0 is PAM_SUCCESS, 12 PAM_NEW_AUTHTOK_REQD.
        let codes: Vec<&str> = answer.split(' ').collect();
        let real = [codes[0] == "0", ["0", "12"].contains(&codes[1])];
        if real
            .iter()
            .zip(&said)
            .any(|(real, said)| said.is_some_and(|it| it != *real))
        {
            wrong.push(format!(
                "{service}: libpam {answer}, the model {said:?}: {files:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count}: {}", wrong.len(), wrong[0]);
    assert!(unknown * 8 < count, "{unknown} of {count} are unknown");
}
