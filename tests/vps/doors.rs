//! Every door of accounts in every state, really tried: SSH by password and by key, su(1) from another account, login(1) on a terminal;
//! and whether the model of logins says so.
//!
//! The combinations are chosen by chance: `SEAWORTHY_VPS_DOORS` systems of eight accounts each (2), from the seed `SEAWORTHY_VPS_SEED` (1).
//! With `SEAWORTHY_VPS_RECORD=FILE` what happened is added to a table there, of which `data/logins.txt` is made:
//!
//! ```text
//! SEAWORTHY_VPS=1 SEAWORTHY_VPS_DOORS=80 SEAWORTHY_VPS_RECORD=tests/vps/data/logins.txt cargo test --test vps doors
//! ```

use crate::client::{PASSWORD, STRANGER, connect, knock, let_in, login};
use crate::combination::{Login, Open, System, by_model};
use crate::vps::Vps;
use seaworthy::fact::Fact;
use seaworthy::facts::Facts;
use seaworthy::facts::accounts::PasswordState;
use std::io::Write;
use std::sync::Mutex;

/// How many accounts are tried on each system.
const ACCOUNTS: usize = 8;
/// How many logins are tried at once.
const WORKERS: usize = 6;
/// What su(1), login(1) and PAM say to whom they turn away.
const REFUSALS: [&str; 9] = [
    "Authentication failure",
    "Login incorrect",
    "Permission denied",
    "Authentication service cannot retrieve",
    "account has expired",
    "has expired; contact",
    "failed to execute",
    "annot execute",
    "No such file or directory",
];

fn number(name: &str, default: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.map_or(default, |text| text.parse().expect("a number"))
}

/// The same numbers for the same seed, everywhere (splitmix64).
fn dice(mut state: u64) -> impl FnMut(usize) -> usize {
    move |sides| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % sides
    }
}

/// A server with a client, a home for all, and the account that asks su(1).
fn server() -> Option<Vps> {
    let vps = Vps::boot()?;
    connect(&vps);
    vps.write("/run/client/pty.pl", include_str!("pty.pl"));
    // It also says what it was asked.
    vps.write(
        "/run/client/askpass",
        "#!/bin/sh\nprintf '%s\\n' \"$1\" >&2; printf '%s\\n' \"$PASSWORD\"\n",
    );
    vps.sh(
        "mkdir -m 755 /home/door; useradd --uid 1999 --user-group caller; cp /run/client/key.pub /etc/ssh/taken; \
         cp /etc/passwd /etc/shadow /run/client; cat /dev/null >/etc/motd",
    );
    Some(vps)
}

/// Makes the system so, with these accounts.
fn arrange(vps: &Vps, system: &System, logins: &[Login]) {
    let today: i64 = vps.sh("date +%s").trim().parse::<i64>().unwrap() / 86_400;
    let each = || logins.iter().enumerate();
    let passwd: String = each().map(|(at, it)| it.passwd(at)).collect();
    let shadow: String = each().filter_map(|(at, it)| it.shadow(at, today)).collect();
    vps.write("/run/client/more.passwd", &passwd);
    vps.write("/run/client/more.shadow", &shadow);
    vps.write("/etc/ssh/sshd_config.d/00-row.conf", &system.sshd());
    for (name, text) in system.pam() {
        vps.write(&format!("/etc/pam.d/{name}"), &text);
    }
    let nologin = if system.has_nologin() {
        "echo closed >/etc/nologin"
    } else {
        "rm -f /etc/nologin"
    };
    vps.sh(&format!(
        "{nologin}; cd /run/client; cat passwd more.passwd >/etc/passwd; cat shadow more.shadow >/etc/shadow; \
         systemctl reset-failed ssh; systemctl restart ssh"
    ));
}

/// Whether a program on a terminal let somebody in.
fn on_terminal(vps: &Vps, login: &Login, command: &str) -> Result<bool, String> {
    let password = if login.is_empty() { "" } else { PASSWORD };
    let caller = match command.starts_with("su ") {
        true => "setpriv --reuid 1999 --regid 1999 --clear-groups ",
        false => "",
    };
    let done = vps.run(&format!(
        "exec {caller}perl /run/client/pty.pl '{password}' {command}"
    ));
    let said = done.stdout.trim();
    if done.status != 0 {
        return Err(format!("{command}: {said}{}", done.stderr));
    }
    // One who must change the password first may, and is in if there is a shell behind it.
    if said.ends_with("New password:") {
        return Ok(login.has_shell());
    }
    let is_in = ["uid=", "currently not available"]
        .iter()
        .any(|word| said.contains(word));
    let is_out = REFUSALS.iter().any(|word| said.contains(word));
    match (is_in, is_out) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        // What login(1) says of a shell that it cannot start may be lost with the terminal.
        (false, false) if !login.has_shell() => Ok(false),
        // One that ends at once has nothing to say.
        (false, false) if login.words().contains(" false ") => Ok(true),
        _ => Err(format!("{command}: {said}")),
    }
}

/// Where passwd(1) and the facts differ about whether a password is locked, set or empty. passwd(1) sees only shadow's.
fn states(vps: &Vps, facts: &Facts, logins: &[Login]) -> Vec<String> {
    let (accounts, _) = facts.accounts().and_then(Fact::known).expect("accounts");
    let mut wrong = Vec::new();
    for (at, login) in logins.iter().enumerate() {
        let name = format!("door{at}");
        let ours = accounts.accounts.iter().find(|it| it.name.raw() == name);
        let ours = ours.expect("the account");
        if ours.shadow_line.is_none() {
            continue;
        }
        let said = vps.sh(&format!("passwd -S {name}"));
        let theirs = said.split_whitespace().nth(1).unwrap_or_default();
        let right = match ours.password {
            PasswordState::Empty => theirs == "NP",
            // To passwd(1) whatever begins neither with `!` nor with `*` is a password.
            PasswordState::Locked { .. } if login.words().starts_with("junk") => theirs == "P",
            PasswordState::Locked { .. } => theirs == "L",
            PasswordState::Set { .. } => theirs == "P",
            PasswordState::NoShadowEntry | PasswordState::Unseen => false,
        };
        if !right {
            wrong.push(format!(
                "{}: {:?}, and passwd -S says {said}",
                login.words(),
                ours.password
            ));
        }
    }
    wrong
}

/// Tries one door.
fn attempt(vps: &Vps, at: usize, login_: &Login, door: usize) -> Result<bool, String> {
    let name = format!("door{at}");
    let by = |ways: &str| login(vps, ways, &name, STRANGER, 22);
    Ok(match door {
        0 => by("password").is_some(),
        1 => {
            let said = knock(vps, "keyboard-interactive", &name, STRANGER, 22);
            // Who must change the password first is asked for another by this method itself.
            let_in(&said).is_some() || said.contains("New password:")
        }
        // Who gets in with nothing at all shows no key.
        2 => by("publickey").is_some(),
        3 => return on_terminal(vps, login_, &format!("su - {name} -c id")),
        _ => return on_terminal(vps, login_, &format!("login {name}")),
    })
}

/// Which doors of each account are open, really.
fn tried(vps: &Vps, logins: &[Login]) -> (Vec<Open>, Vec<String>) {
    let tasks: Vec<(usize, usize)> = (0..logins.len())
        .flat_map(|at| (0..5).map(move |door| (at, door)))
        .collect();
    let next = Mutex::new(tasks.into_iter());
    let found = Mutex::new(vec![Open::default(); logins.len()]);
    let unclear = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let task = next.lock().unwrap().next();
                    let Some((at, door)) = task else { return };
                    let is_open = match attempt(vps, at, &logins[at], door) {
                        Ok(is_open) => is_open,
                        Err(said) => {
                            let words = logins[at].words();
                            unclear.lock().unwrap().push(format!("{words}: {said}"));
                            continue;
                        }
                    };
                    let mut found = found.lock().unwrap();
                    let open = &mut found[at];
                    match door {
                        0 | 1 => open.password |= is_open,
                        2 => open.key = is_open,
                        3 => open.su = is_open,
                        _ => open.console = is_open,
                    }
                }
            });
        }
    });
    (found.into_inner().unwrap(), unclear.into_inner().unwrap())
}

#[test]
fn doors_are_open_where_the_model_says() {
    let Some(vps) = server() else { return };
    let seed = number("SEAWORTHY_VPS_SEED", 1);
    let mut wrong = Vec::new();
    let mut table = String::new();
    for seed in seed..seed + number("SEAWORTHY_VPS_DOORS", 2) {
        let mut roll = dice(seed);
        let system = System::roll(&mut roll);
        let logins: Vec<Login> = (0..ACCOUNTS).map(|_| Login::roll(&mut roll)).collect();
        arrange(&vps, &system, &logins);
        let facts = vps.seaworthy("facts accounts pam sshd-config")["facts"].take();
        let facts: Facts = serde_json::from_value(facts).expect("facts");
        table += &format!("\n[{}]\n", system.words());
        wrong.extend(states(&vps, &facts, &logins));
        let (tried, unclear) = tried(&vps, &logins);
        wrong.extend(unclear);
        for ((at, login), open) in logins.iter().enumerate().zip(tried) {
            table += &format!("{:<60} {}\n", login.words(), open.words());
            let said = by_model(&facts, &format!("door{at}")).map(|it| it.words());
            if said.as_ref() != Ok(&open.words()) {
                wrong.push(format!(
                    "seed {seed}, {}\n  {}: in by {}, and the model says {said:?}",
                    system.words(),
                    login.words(),
                    open.words()
                ));
            }
        }
    }
    if let Some(path) = std::env::var_os("SEAWORTHY_VPS_RECORD") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        file.and_then(|mut file| file.write_all(table.as_bytes()))
            .expect("the table is kept");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
