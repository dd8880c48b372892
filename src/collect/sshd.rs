//! What sshd would do, asked of sshd itself: `sshd -T -C user=…,host=…,addr=…,lport=…`.
//!
//! The daemon is asked as the installed program with its standard files: about root, and where Match blocks tell logins
//! apart, about up to three more accounts that have a shell. It is never asked while a ListenAddress is a name, which it would look up; what then stands in
//! the way is in the fact.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::accounts::{Account, PasswordState};
use crate::facts::sshd::{Context, Directives, Options, Sshd, is_numeric_address, read};
use crate::host::{Host, Mode, Tool};
use crate::source::{Denial, HostText, Obstacle, Source};
use std::thread;

const CONFIG: &str = "/etc/ssh/sshd_config";
/// Where a login from the internet comes from: TEST-NET-3 of RFC 5737, nobody's address.
const STRANGER: &str = "203.0.113.1";
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
    let (mut people, mut gaps) = people(facts);
    if directives.of("match").next().is_none() {
        // Nothing tells logins apart, so one answer holds for all.
        people.truncate(1);
        gaps.clear();
    }
    if people.len() > OTHERS + 1 {
        let unasked = people.split_off(OTHERS + 1).len();
        let what = format!("Match blocks, for {unasked} more accounts than sshd was asked about");
        gaps.push(Obstacle::NotModelled { what: what.into() });
    }
    let items = questions(host, &people)?;
    Ok(Fact::Known {
        value: Sshd {
            contexts: Listing { items, gaps },
            directives,
        },
        source: Source::command(["sshd", "-T"]),
    })
}

/// Asks about each account at the port where sshd listens, side by side.
fn questions(host: &Host, people: &[(HostText, u32)]) -> Result<Vec<Context>, Obstacle> {
    let ask = |port: &str| -> Result<Vec<Context>, Obstacle> {
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
    let answers = ask(USUAL_PORT)?;
    match answers.first().map(|first| first.options.all("port")) {
        Some([port, ..]) if people.len() > 1 && port != USUAL_PORT => ask(port),
        _ => Ok(answers),
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

/// Whom to ask about: uid 0 first, then accounts with a password, then people, then the rest; and who cannot be asked
/// about.
fn people(facts: &Facts) -> (Vec<(HostText, u32)>, Vec<Obstacle>) {
    let (accounts, mut gaps) = match facts.accounts().and_then(Fact::known) {
        Ok((accounts, _)) => (accounts.accounts.as_slice(), Vec::new()),
        Err(Unjudged::Unknown(obstacle)) => (&[][..], vec![obstacle]),
        Err(Unjudged::NotApplicable { .. }) => (&[][..], Vec::new()),
    };
    // A comma ends a value of `-C`: the question would be about somebody else.
    let (mut able, odd): (Vec<&Account>, Vec<&Account>) = accounts
        .iter()
        .filter(|account| account.usable_shell())
        .partition(|account| !account.name.raw().contains([',', '=']));
    gaps.extend(odd.iter().map(|account| Obstacle::NotModelled {
        what: format!("Match blocks, for an account called {}", account.name.raw()).into(),
    }));
    able.sort_by_key(|account| {
        use PasswordState::{Empty, Set};
        let guessable = matches!(account.password, Set { .. } | Empty);
        (
            account.uid != 0,
            !guessable,
            account.uid < 1000,
            account.uid,
        )
    });
    let name_and_id = |account: &&Account| (account.name.clone(), account.uid);
    let mut people: Vec<_> = able.iter().map(name_and_id).collect();
    if people.first().is_none_or(|(_, uid)| *uid != 0) {
        people.insert(0, ("root".into(), 0));
    }
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
