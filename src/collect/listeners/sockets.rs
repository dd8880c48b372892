//! The sockets of one network namespace: from the kernel, and where it does not answer from its tables.

use crate::facts::listeners::Table;
use crate::host::Host;
use crate::kernel::{Protocol, Socket};
use crate::source::{Obstacle, Source};

/// A hundred thousand connections: the tables hold these too.
const LIMIT: u64 = 64 << 20;

/// Sockets, each with where it was seen, and what may hide more.
#[derive(Default)]
pub(super) struct Sockets {
    pub(super) seen: Vec<(Socket, Source)>,
    pub(super) gaps: Vec<Obstacle>,
}

/// Where a namespace is looked into.
pub(super) struct Place<'p> {
    /// Its file, if it is not the tool's own.
    pub(super) namespace: Option<&'p str>,
    /// The directory of its tables, `/proc/net` or `/proc/PID/net`, if there is one.
    pub(super) tables: Option<&'p str>,
}

/// Reads the listeners of every protocol.
pub(super) fn read(host: &Host, place: &Place) -> Sockets {
    let mut all = Sockets::default();
    for protocol in Protocol::ALL {
        // Whoever asks about SCTP where it is not in use would bring it into the kernel.
        if protocol == Protocol::Sctp && !uses_sctp(host, place) {
            continue;
        }
        // sock_diag(7) tells one address of an endpoint that may have several.
        if let (Protocol::Sctp, Some(directory)) = (protocol, place.tables) {
            tables(host, protocol, directory, &mut all);
            continue;
        }
        match host.sockets(protocol, place.namespace) {
            Ok(sockets) => {
                let source = || match place.namespace {
                    None => Source::kernel("sock_diag"),
                    Some(path) => Source::file(path),
                };
                all.seen
                    .extend(sockets.into_iter().map(|socket| (socket, source())));
            }
            Err(why) => match place.tables {
                Some(directory) => tables(host, protocol, directory, &mut all),
                None => all.gaps.push(why),
            },
        }
    }
    all.tidy();
    all
}

impl Sockets {
    /// Puts them in order, each gap once.
    pub(super) fn tidy(&mut self) {
        self.seen.sort();
        self.gaps.sort();
        self.gaps.dedup();
    }
}

fn uses_sctp(host: &Host, place: &Place) -> bool {
    let path = format!("{}/sctp", place.tables.unwrap_or("/proc/net"));
    // What cannot be seen is asked about.
    !matches!(host.files().stat(&path), Ok(None))
}

fn tables(host: &Host, protocol: Protocol, directory: &str, all: &mut Sockets) {
    let names: &[&str] = match protocol {
        Protocol::Tcp => &["tcp", "tcp6"],
        Protocol::Udp => &["udp", "udp6"],
        Protocol::Udplite => &["udplite", "udplite6"],
        Protocol::Sctp => &["sctp/eps"],
        Protocol::Raw => &["raw", "raw6"],
    };
    for name in names {
        let path = format!("{directory}/{name}");
        match host.files().read(&path, LIMIT) {
            Ok(Some(text)) => {
                let table = Table::parse(&text, protocol);
                let source = Source::file(path.as_str());
                all.seen.extend(
                    table
                        .sockets
                        .into_iter()
                        .map(|socket| (socket, source.clone())),
                );
                all.gaps
                    .extend(table.bad_lines.first().map(|line| Obstacle::Unparsable {
                        at: Source::line(path.as_str(), *line),
                        why: "no socket as proc_pid_net(5) has it".into(),
                    }));
            }
            // A kernel without IPv6 or UDP-Lite has no such table, but every one has that of TCP, and SCTP was seen to be there.
            Ok(None) if *name == "tcp" || protocol == Protocol::Sctp => {
                all.gaps.push(Obstacle::Failed {
                    at: Source::file(path.as_str()),
                    why: "there is no such file".into(),
                })
            }
            Ok(None) => {}
            Err(why) => all.gaps.push(why),
        }
    }
}
