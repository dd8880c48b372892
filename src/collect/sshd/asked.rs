//! Asking sshd itself, about the logins that its files tell apart.

use crate::facts::Facts;
use crate::facts::sshd::{Asked, Config, Content, Options, Refused, Sshd, is_numeric_address};
use crate::facts::sshd_config::SshdConfig;
use crate::facts::sshd_daemons::Started;
use crate::host::{Host, Mode, Tool};
use crate::model::logins::{Instance, Login, instances};
use crate::model::sshd::password_methods;
use crate::source::{Denial, HostText, Obstacle, Source};
use std::thread;

/// Each question costs about 8 ms.
const MOST: usize = 4;

/// Asks, and keeps what stands in the way.
pub(super) fn ask(host: &Host, facts: &Facts, known: &SshdConfig, sshd: &mut Sshd) {
    if let Err(why) = may_ask(host, known, sshd) {
        return sshd.asked.gaps.push(why);
    }
    // What could not be seen is the rules' business.
    let (instances, _) = instances(facts, known, sshd);
    let knows_g = known
        .version
        .known()
        .is_ok_and(|(version, _)| version.since(9, 3));
    let questions = questions(&instances, knows_g);
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = questions
            .iter()
            .map(|question| scope.spawn(move || question.put(host)))
            .collect();
        let crashed = |_| {
            Answer::Silent(Obstacle::Crashed {
                what: "sshd".into(),
            })
        };
        asked
            .into_iter()
            .map(|answer| answer.join().unwrap_or_else(crashed))
            .collect()
    });
    drop(questions);
    for answer in answers {
        match answer {
            Answer::Given(asked) => sshd.asked.items.push(asked),
            Answer::Refused(refused) => sshd.refused.push(refused),
            Answer::Silent(why) => sshd.asked.gaps.push(why),
        }
    }
}

fn may_ask(host: &Host, known: &SshdConfig, sshd: &Sshd) -> Result<(), Obstacle> {
    if host.mode() == Mode::Root {
        return Err(Obstacle::NeedsLiveHost {
            what: "what sshd itself says".into(),
        });
    }
    if host.euid() != 0 {
        // Without its host keys, which only root can read, sshd answers nothing.
        return Err(Obstacle::Denied {
            at: Source::command(["sshd", "-T"]),
            by: Denial::NeedsRoot,
        });
    }
    std::iter::once(&known.config)
        .chain(&sshd.others)
        .try_for_each(refuse_names)
}

/// An address that is a name, or might be one in a file that cannot be read, keeps us from asking.
fn refuse_names(config: &Config) -> Result<(), Obstacle> {
    let unseen = config.files.values().find_map(|content| match content {
        Content::Unseen(why) => Some(why.clone()),
        Content::Lines(_) | Content::Absent => None,
    });
    let named = config
        .lines_of("listenaddress")
        .find(|(_, value)| !is_numeric_address(value))
        .map(|(at, _)| Obstacle::Refused {
            at,
            why: "ListenAddress is a name: sshd would look it up, and nothing here sends a packet unasked".into(),
        });
    unseen.or(named).map_or(Ok(()), Err)
}

/// A login that one daemon is asked about.
struct Question<'q> {
    started: &'q Started,
    login: Option<&'q Login<'q>>,
    /// From 9.3 on.
    knows_g: bool,
}

enum Answer {
    Given(Asked),
    Refused(Refused),
    Silent(Obstacle),
}

/// Of each daemon the logins that differ by the Match blocks that apply: first those that let a password in.
fn questions<'q>(instances: &'q [Instance<'q>], knows_g: bool) -> Vec<Question<'q>> {
    let mut all: Vec<(u8, Question)> = Vec::new();
    for instance in instances {
        let started = &instance.started;
        let Ok(model) = &instance.model else {
            // Whether it refuses, too.
            all.push((
                0,
                Question {
                    started,
                    login: None,
                    knows_g,
                },
            ));
            continue;
        };
        for (at, login) in instance.by_blocks().into_iter().enumerate() {
            let passwords = model
                .login(&login.connection)
                .is_ok_and(|it| password_methods(&it).is_ok_and(|methods| !methods.is_empty()));
            let rank = match at {
                0 => 0,
                _ if passwords => 1,
                _ => 2,
            };
            all.push((
                rank,
                Question {
                    started,
                    login: Some(login),
                    knows_g,
                },
            ));
        }
    }
    all.sort_by_key(|(rank, _)| *rank);
    all.truncate(MOST);
    all.into_iter().map(|(_, question)| question).collect()
}

impl Question<'_> {
    fn put(&self, host: &Host) -> Answer {
        let mut argv = vec!["-T".to_owned()];
        let arguments = self.started.arguments();
        argv.extend(
            arguments.flat_map(|(option, value)| [option.to_owned(), value.raw().to_owned()]),
        );
        let Some(login) = self.login else {
            return match self.run(host, &argv) {
                // The model refuses what sshd takes: said by there being an answer about nobody.
                Ok(answered) => Answer::Given(answered.about("", "", "", 0, self.started)),
                Err(other) => *other,
            };
        };
        let part = |it: &Option<HostText>| it.as_ref().map_or("", HostText::raw).to_owned();
        let connection = &login.connection;
        let (user, addr, laddr) = (
            part(&connection.user),
            part(&connection.addr),
            part(&connection.laddr),
        );
        // A comma ends a value of `-C`: the question would be about somebody else.
        if user.contains([',', '=']) {
            return Answer::Silent(Obstacle::NotModelled {
                what: format!(
                    "how to ask sshd about an account called {}",
                    HostText::from(user)
                )
                .into(),
            });
        }
        let lport = connection.lport.unwrap_or(22);
        argv.push("-C".to_owned());
        argv.push(format!(
            "user={user},host={addr},addr={addr},laddr={laddr},lport={lport}"
        ));
        match self.run(host, &argv) {
            Ok(answered) => {
                Answer::Given(answered.about(&user, &addr, &laddr, lport, self.started))
            }
            Err(other) => *other,
        }
    }

    fn run(&self, host: &Host, argv: &[String]) -> Result<Answered, Box<Answer>> {
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        let output = host
            .run(Tool::Sshd, &words)
            .map_err(|why| Box::new(Answer::Silent(why)))?;
        let source = Source::command(&output.argv);
        let options = Options::parse(&output.stdout);
        if output.status == 0 && !options.is_empty() {
            return Ok(Answered { options, source });
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = said
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        // Not for its files: keys that only root reads, and a directory that its service makes when it starts.
        let of_place = [
            "privilege separation directory",
            "no hostkeys available",
            "Unable to load host key",
        ];
        let place = said
            .iter()
            .find(|line| of_place.iter().any(|it| line.contains(it)));
        if place.is_some() && self.knows_g && argv[0] == "-T" {
            // It tells the same without keys and directory.
            let mut argv = argv.to_vec();
            argv[0] = "-G".to_owned();
            return self.run(host, &argv);
        }
        // What it warns of does not stop it.
        let warns = |line: &&&str| {
            line.contains("Deprecated option") || line.contains("Unsupported option")
        };
        let complaint = said.iter().find(|line| !warns(line));
        let why = match place.or(complaint) {
            Some(line) => HostText::from(*line),
            None => format!("exit status {}", output.status).into(),
        };
        if place.is_some() || complaint.is_none() {
            return Err(Box::new(Answer::Silent(Obstacle::Failed {
                at: source,
                why,
            })));
        }
        Err(Box::new(Answer::Refused(Refused {
            started: self.started.clone(),
            why,
            source,
        })))
    }
}

struct Answered {
    options: Options,
    source: Source,
}

impl Answered {
    fn about(self, user: &str, addr: &str, laddr: &str, lport: u16, started: &Started) -> Asked {
        Asked {
            started: started.clone(),
            user: user.into(),
            addr: addr.into(),
            laddr: laddr.into(),
            lport,
            options: self.options,
            source: self.source,
        }
    }
}
