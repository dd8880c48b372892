//! Judges who can read, write to or replace some files, over every directory and every link on the way to them.
//!
//! ## What it judges
//! Every file that the patterns name, as owner, mode, POSIX ACL, `chattr` and mounts have it. It fails where somebody beside root
//! and those who are allowed can do it: every user, a member of a group, an account, or a number that no account has. A group
//! without members is nobody, unless it has a password or an administrator (gshadow(5)): who can join counts. A group is a
//! number: trust in a name of it is no trust in those who have the number by another, nor in those who could join. Whoever
//! owns a directory or a file could change its mode first, and counts; whoever may change a directory could put something else
//! in the place of what is in it, and counts for `replace`, unless its sticky bit forbids. A link is followed, and whoever
//! could exchange the link counts too.
//!
//! - `read`: see what is in the file, or list the directory. Where there is no such file there is nothing to read.
//! - `write`: change what is in the file; speak to a socket; put something into a directory.
//! - `replace`: the same, or let the path lead to something of one's own: also where nothing is yet.
//!
//! There is one finding for each cause: about the directory that is open to others, not about each of the files in it. It has
//! the grade `anyone` where every user can do it, and `minor` where the policy says so.
//!
//! With `executed: true` also the files that units and cron execute by themselves: programs, the scripts that interpreters are
//! given, what the text of `sh -c` and of a cron job begins with. The account that executes one may change it; evidence is the line
//! of the unit or table. What programs execute further is not known, nor what a shell finds by its path.
//!
//! What cannot be known is unknown: who is in a group that a directory service adds to, rights on NFS, CIFS and FUSE, ACLs of
//! other kinds, and what may be hidden from who runs the tool. Not looked at: security modules and `fs.protected_*`, which only
//! narrow it, programs that do it for others (sudo, set-user-id), and file descriptors that are open already.
//!
//! ## Parameters
//! `right`: `read`, `write` or `replace`. `files`: a list, each with `paths` (absolute, with wildcards of glob(7); `$PATH` stands
//! for every directory of root's PATH by login.defs(5), `$PATH/*` for what is in them and is not plainly root's; `$DOCKER` for
//! the sockets that dockerd was told to open, by its command line or `/etc/docker/daemon.json`), and where somebody may do it by design, `users` and `groups`, by name;
//! `minor: true` for what matters less; `after`: what to do beside closing it, where somebody could have seen it. `executed`: see above.

use super::access::{About, Question};
use super::{Invalid, Rule, RuleMeta};
use crate::fact::Unjudged;
use crate::facts::files::FileQuery;
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Subject};
use crate::model::access::Right;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// See the module.
pub struct FileAccess;

/// Parameters of `file-access`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// What others must not be able to do.
    right: What,
    /// With which files.
    files: Vec<Entry>,
    /// True to ask the same of what units and cron execute.
    #[serde(default)]
    executed: bool,
}

/// What others must not be able to do.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum What {
    /// See what is in it.
    Read,
    /// Change what is in it, or speak to it.
    Write,
    /// Decide what is found there.
    Replace,
}

/// Some files, and who may do it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Absolute paths, with wildcards of glob(7); `$PATH` for the directories of root's PATH, `$PATH/*` for the programs there, `$DOCKER` for
    /// dockerd's sockets.
    paths: Vec<String>,
    /// The users who may, by name.
    #[serde(default)]
    users: Vec<String>,
    /// The groups whose members may, by name.
    #[serde(default)]
    groups: Vec<String>,
    /// True for what matters less: it has the grade `minor`.
    #[serde(default)]
    minor: bool,
    /// What to do beside closing it.
    #[serde(default)]
    after: Option<String>,
}

const ANYONE: &str = "anyone";
const MINOR: &str = "minor";
const DOCKER: &str = "$DOCKER";

impl Entry {
    fn query(&self) -> Result<FileQuery, String> {
        let paths = self.paths.iter().map(String::as_str);
        FileQuery::new(paths.filter(|path| *path != DOCKER))
    }

    fn asks_docker(&self) -> bool {
        self.paths.iter().any(|path| path == DOCKER)
    }

    /// All that it asks about. What is no query was refused when the policy was read.
    fn requests(&self) -> Vec<Request> {
        let docker = self.asks_docker().then_some(Request::DockerSockets);
        let files = self.query().ok().map(Request::Files);
        files.into_iter().chain(docker).collect()
    }
}

impl Rule for FileAccess {
    const META: RuleMeta = RuleMeta {
        id: "file-access",
        source: include_str!("file_access.rs"),
        grades: &[ANYONE, MINOR],
    };
    type Params = Params;

    fn validate(params: &Params) -> Result<(), Invalid> {
        let wrong = |why: String| Invalid {
            parameter: "files",
            why,
        };
        if params.files.is_empty() {
            return Err(wrong("no file".to_owned()));
        }
        let mut queries = params.files.iter().map(Entry::query);
        queries.try_for_each(|query| query.map(drop).map_err(wrong))
    }

    fn subject(_: &Params) -> Subject {
        Subject::Host
    }

    fn requests(params: &Params) -> Vec<Request> {
        let files = params.files.iter().flat_map(Entry::requests);
        let executed = params.executed.then_some(Request::Executed);
        let all = [Request::Accounts].into_iter().chain(files);
        all.chain(executed).collect()
    }

    fn judge(params: &Params, facts: &Facts) -> Result<Judgement, Unjudged> {
        let right = match params.right {
            What::Read => Right::Read,
            What::Write => Right::Write,
            What::Replace => Right::Replace,
        };
        let mut question = Question::new(facts, right)?;
        for entry in &params.files {
            let about = About {
                trusted: question.trusted(&entry.users, &entry.groups),
                grade: entry.minor.then_some(MINOR),
                after: entry.after.as_deref(),
                because: None,
            };
            let mut asked = BTreeSet::new();
            for request in entry.requests() {
                let found = match &request {
                    Request::Files(query) => facts.files(query)?,
                    _ => facts.docker_sockets()?,
                };
                let found = match found.known() {
                    Ok((found, _)) => found,
                    Err(why) => {
                        question.hidden_by(&[why.obstacle()]);
                        continue;
                    }
                };
                question.hidden_by(&found.paths.gaps);
                for path in &found.paths.items {
                    if asked.insert(path) {
                        question.ask(path, &found.nodes, &about);
                    }
                }
            }
        }
        if params.executed {
            let (executed, _) = facts.executed()?.known()?;
            question.hidden_by(&executed.runs.gaps);
            for run in &executed.runs.items {
                let observed = format!("{} executes {} as {}", run.by, run.path, run.user);
                let mut trusted = question.trusted(&[run.user.raw().to_owned()], &[]);
                trusted.uids.extend(run.user.raw().parse::<u32>());
                let about = About {
                    trusted,
                    because: Some(Evidence::context(observed, &run.source)),
                    ..About::default()
                };
                question.ask(&run.path, &executed.nodes, &about);
            }
        }
        question.judgement(Some(ANYONE), "root alone, or who the policy allows")
    }
}
