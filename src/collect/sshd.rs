//! What sshd would do, asked of sshd itself: `sshd -T -C user=…,host=…,addr=…,lport=…`.
//!
//! The daemon is asked as the installed program with its standard files: about root, and where Match blocks tell logins
//! apart, about up to three more: somebody whom no block names, and accounts that have a shell. It is never asked while a ListenAddress is a name, which it would look up; what then stands in
//! the way is in the fact.

mod config;

pub(super) use config::config;

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::sshd::{
    Context, Directive, Directives, Options, SOMEBODY, STRANGER, Sshd, is_numeric_address,
    named_users, read,
};
use crate::host::{Host, Mode, Tool};
use crate::source::{Denial, HostText, Obstacle, Source};
use std::thread;

const CONFIG: &str = "/etc/ssh/sshd_config";
/// The uid of an account that no Match block names: any but 0.
const ORDINARY: u32 = 65534;
const USUAL_PORT: &str = "22";
/// Accounts asked about beside root: each question costs about 8 ms.
const OTHERS: usize = 3;

/// Asks sshd.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Sshd> {
    ask(host, facts).unwrap_or_else(Fact::Unknown)
}

fn ask(host: &Host, facts: &Facts) -> Result<Fact<Sshd>, Obstacle> {
    super::os::in_sight(facts, CONFIG)?;
    if !host.installed(Tool::Sshd)? {
        if host.mode() == Mode::Root && host.files().stat(CONFIG)?.is_some() {
            // Its program may be on a file system that is not mounted here.
            let what = "sshd, which is configured and not below this root".into();
            return Err(Obstacle::NeedsLiveHost { what });
        }
        return Ok(Fact::Absent {
            looked_at: Source::file("/usr/sbin/sshd"),
        });
    }
    if host.mode() == Mode::Root {
        let what = "what sshd would do".into();
        return Err(Obstacle::NeedsLiveHost { what });
    }
    if host.euid() != 0 {
        // Without its host keys, which only root can read, sshd answers nothing.
        return Err(Obstacle::Denied {
            at: Source::command(["sshd", "-T"]),
            by: Denial::NeedsRoot,
        });
    }
    let directives = read(host.files(), CONFIG);
    refuse_names(&directives)?;
    let (people, gaps) = match directives.tell_logins_apart() {
        true => people(facts, &directives),
        false => (vec![("root".into(), 0)], Vec::new()),
    };
    let (mut contexts, ports) = questions(host, &people, &directives);
    if contexts.items.is_empty()
        && let Some(refused) = contexts.gaps.pop()
    {
        return Err(refused);
    }
    contexts.gaps.extend(gaps);
    Ok(Fact::Known {
        value: Sshd {
            contexts,
            ports,
            directives,
        },
        source: Source::command(["sshd", "-T"]),
    })
}

/// Asks about each account, side by side, at the port where sshd listens.
fn questions(
    host: &Host,
    people: &[(HostText, u32)],
    directives: &Directives,
) -> (Listing<Context>, Vec<String>) {
    let ask = |port: &str| -> Listing<Context> {
        thread::scope(|scope| {
            let ask = |(user, uid): &(HostText, u32)| question(host, user, *uid, port);
            let asked: Vec<_> = people
                .iter()
                .map(|who| scope.spawn(move || ask(who)))
                .collect();
            let answers = asked.into_iter().map(|answer| {
                let crashed = |_| Obstacle::Crashed {
                    what: "sshd".into(),
                };
                answer.join().map_err(crashed)?
            });
            answers.collect()
        })
    };
    // Match LocalPort makes sshd refuse to answer without a port, and only the answer tells the real one.
    let answers = ask(USUAL_PORT);
    let ports = answers
        .items
        .first()
        .map(|first| first.options.ports())
        .unwrap_or_default();
    let by_port = |line: &Directive| line.value.raw().to_ascii_lowercase().contains("localport");
    match ports.as_slice() {
        [port] if port != USUAL_PORT && directives.of("match").any(by_port) => (ask(port), ports),
        _ => (answers, ports),
    }
}

/// An address that is a name, or might be one in a file that cannot be read, keeps us from asking.
fn refuse_names(directives: &Directives) -> Result<(), Obstacle> {
    if let Some(gap) = directives.gaps.first() {
        return Err(gap.clone());
    }
    let named = directives
        .of("listenaddress")
        .find(|line| !is_numeric_address(line.value.raw()));
    match named {
        None => Ok(()),
        Some(line) => Err(Obstacle::Refused {
            at: line.source.clone(),
            why: "ListenAddress is a name: sshd would look it up, and nothing here sends a packet unasked".into(),
        }),
    }
}

/// Whom to ask about where Match blocks tell logins apart: uid 0, somebody whom no block names, those whom a block does
/// name, then accounts with a password, then people; and what stands in the way of asking.
fn people(facts: &Facts, directives: &Directives) -> (Vec<(HostText, u32)>, Vec<Obstacle>) {
    let (accounts, mut gaps) = match facts.accounts().and_then(Fact::known) {
        Ok((accounts, _)) => (accounts.accounts.as_slice(), Vec::new()),
        Err(Unjudged::Unknown(obstacle)) => (&[][..], vec![obstacle]),
        Err(Unjudged::NotApplicable { .. }) => (&[][..], Vec::new()),
    };
    // A comma ends a value of `-C`: the question would be about somebody else.
    let (mut able, odd): (Vec<&Account>, Vec<&Account>) = accounts
        .iter()
        .filter(|account| account.usable_shell() || account.may_have_password())
        .partition(|account| !account.name.raw().contains([',', '=']));
    gaps.extend(odd.iter().map(|account| Obstacle::NotModelled {
        what: format!("Match blocks, for an account called {}", account.name.raw()).into(),
    }));
    let named: Vec<HostText> = directives.of("match").flat_map(named_users).collect();
    able.sort_by_key(|account| {
        use PasswordState::{Empty, Set};
        let guessable = matches!(account.password, Set { .. } | Empty);
        let is_named = named.contains(&account.name);
        (
            account.uid != 0,
            !is_named,
            !guessable,
            account.uid < 1000,
            account.uid,
        )
    });
    let (roots, others): (Vec<&Account>, Vec<&Account>) =
        able.iter().partition(|account| account.uid == 0);
    let name_and_id = |account: &&Account| (account.name.clone(), account.uid);
    let mut people: Vec<_> = roots.iter().map(name_and_id).collect();
    if people.is_empty() {
        people.push(("root".into(), 0));
    }
    people.push((SOMEBODY.into(), ORDINARY));
    people.extend(others.iter().map(name_and_id));
    people.truncate(OTHERS + 1);
    (people, gaps)
}

fn question(host: &Host, user: &HostText, uid: u32, port: &str) -> Result<Context, Obstacle> {
    let who = format!(
        "user={},host={STRANGER},addr={STRANGER},lport={port}",
        user.raw()
    );
    let output = host.run(Tool::Sshd, &["-T", "-C", &who])?;
    let source = Source::command(&output.argv);
    let options = Options::parse(&output.stdout);
    if output.status != 0 || options.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().map(str::trim).find(|line| !line.is_empty());
        let mut why = said.map_or_else(|| format!("exit status {}", output.status), str::to_owned);
        if why.contains("privilege separation directory") {
            why += " (the ssh service makes it when it starts)";
        }
        return Err(Obstacle::Failed {
            at: source,
            why: why.into(),
        });
    }
    Ok(Context {
        user: user.clone(),
        uid,
        options,
        source,
    })
}
