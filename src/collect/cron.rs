//! The tables of cron and the directories of run-parts, with what cron asks of their owners and modes.

use crate::fact::{Fact, Listing, Unjudged};
use crate::facts::Facts;
use crate::facts::accounts::Accounts;
use crate::facts::cron::{Cron, Flavour, Script, Table, parse, passed_over, run_parts_passes_over};
use crate::host::Host;
use crate::source::{FileKind, Files, HostText, Obstacle, Source};

const TABLE: &str = "/etc/crontab";
const TABLES: &str = "/etc/cron.d";
/// A table of ten thousand long lines, in bytes.
const LIMIT: u64 = 4 << 20;
/// More tables, or scripts, than that are not read.
const FILES: usize = 10_000;

const FOLDERS: [&str; 4] = [
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
];

/// Reads what cron would run; absent where there is no cron.
pub(super) fn collect(host: &Host, facts: &Facts) -> Fact<Cron> {
    read(host, facts).unwrap_or_else(Fact::Unknown)
}

fn read(host: &Host, facts: &Facts) -> Result<Fact<Cron>, Obstacle> {
    super::os::in_sight(facts, TABLE)?;
    let is_there = |path: &str| host.files().follow(path).map(|it| it.is_some());
    let flavour = if is_there("/usr/sbin/crond")? {
        Flavour::Cronie
    } else if is_there("/usr/sbin/cron")? {
        Flavour::Debian
    } else {
        let looked_at = Source::file("/usr/sbin/cron");
        return Ok(Fact::Absent { looked_at });
    };
    let (accounts, _) = facts
        .accounts()
        .and_then(Fact::known)
        .map_err(Unjudged::obstacle)?;
    let reader = Reader {
        files: host.files(),
        flavour,
        accounts,
    };
    let mut tables = Listing::default();
    reader.keep(reader.table(TABLE, None), &mut tables);
    for (name, path) in reader.entries(TABLES, &mut tables.gaps) {
        match passed_over(flavour, name.raw()) {
            Some(why) => tables.items.push(ignored(path, why)),
            None => reader.keep(reader.table(&path, None), &mut tables),
        }
    }
    let spool = match flavour {
        Flavour::Debian => "/var/spool/cron/crontabs",
        Flavour::Cronie => "/var/spool/cron",
    };
    for (name, path) in reader.entries(spool, &mut tables.gaps) {
        if !name.raw().starts_with('.') {
            reader.keep(reader.table(&path, Some(name.raw())), &mut tables);
        }
    }
    let mut scripts = Listing::default();
    for folder in FOLDERS {
        for (name, path) in reader.entries(folder, &mut scripts.gaps) {
            match reader.script(&name, path) {
                Ok(script) => scripts.items.extend(script),
                Err(why) => scripts.gaps.push(why),
            }
        }
    }
    let value = Cron {
        flavour,
        tables,
        scripts,
    };
    let source = Source::file(TABLE);
    Ok(Fact::Known { value, source })
}

fn ignored(path: String, why: impl Into<String>) -> Table {
    Table {
        path: path.into(),
        ignored: Some(why.into()),
        jobs: Vec::new(),
    }
}

struct Reader<'h> {
    files: &'h dyn Files,
    flavour: Flavour,
    accounts: &'h Accounts,
}

impl Reader<'_> {
    fn keep(&self, table: Result<Option<Table>, Obstacle>, tables: &mut Listing<Table>) {
        match table {
            Ok(table) => tables.items.extend(table),
            Err(why) => tables.gaps.push(why),
        }
    }

    /// The names and paths in a directory, so many as are looked at.
    fn entries(&self, directory: &str, gaps: &mut Vec<Obstacle>) -> Vec<(HostText, String)> {
        let entries = match self.files.list(directory) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(why) => {
                gaps.push(why);
                return Vec::new();
            }
        };
        if entries.len() > FILES {
            gaps.push(Obstacle::NotModelled {
                what: format!("more than {FILES} files in {directory}").into(),
            });
        }
        let named = entries.into_iter().take(FILES).map(|it| {
            let path = format!("{directory}/{}", it.name.raw());
            (it.name, path)
        });
        named.collect()
    }

    /// A table, of the system or of a user; none if it is gone.
    fn table(&self, path: &str, user: Option<&str>) -> Result<Option<Table>, Obstacle> {
        let Some(seen) = self.files.inspect(path)? else {
            return Ok(None);
        };
        let is_link = seen.stat.kind == FileKind::Link;
        let account = user.map(|user| {
            self.accounts
                .accounts
                .iter()
                .find(|it| it.name.raw() == user)
        });
        let end = match is_link {
            true => self.files.follow(path)?,
            false => Some(seen.stat),
        };
        let debian = self.flavour == Flavour::Debian;
        let why = match (end, account) {
            (_, Some(None)) if self.accounts.elsewhere.is_empty() => "there is no such account",
            (_, Some(_)) if is_link && debian => "it is a link",
            (None, _) => "it is a link that leads nowhere",
            (Some(end), _) if end.kind == FileKind::Directory && user.is_some() => return Ok(None),
            (Some(end), _) if end.kind != FileKind::Regular => "it is no regular file",
            (Some(end), account) => {
                let own = account.flatten().map_or(0, |it| it.uid);
                let by_others = match account {
                    Some(_) if debian => end.mode & 0o7777 != 0o600,
                    _ => end.mode & 0o022 != 0,
                };
                if is_link && seen.stat.uid != 0 {
                    "it is a link that is not root's"
                } else if end.uid != 0 && end.uid != own {
                    "it belongs to somebody else"
                } else if by_others {
                    "its mode lets others at it"
                } else if debian && !is_link && seen.links != 1 {
                    "it has more than one name"
                } else {
                    let text = self.files.read(path, LIMIT)?.unwrap_or_default();
                    return Ok(Some(parse(&text, path, user, self.flavour, self.accounts)));
                }
            }
        };
        Ok(Some(ignored(path.to_owned(), why)))
    }

    /// A file in a directory of run-parts; none for what is no file there.
    fn script(&self, name: &HostText, path: String) -> Result<Option<Script>, Obstacle> {
        let Some(end) = self.files.follow(&path)? else {
            return Ok(None);
        };
        if end.kind == FileKind::Directory {
            return Ok(None);
        }
        let why = match run_parts_passes_over(self.flavour, name.raw()) {
            Some(why) => Some(why),
            None if end.kind != FileKind::Regular => Some("it is no regular file"),
            None if end.mode & 0o111 == 0 => Some("it is not executable"),
            None => None,
        };
        Ok(Some(Script {
            path: path.into(),
            ignored: why.map(str::to_owned),
        }))
    }
}
