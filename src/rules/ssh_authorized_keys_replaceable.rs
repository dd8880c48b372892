//! Judges whether somebody else than an account and root decides which keys open it over SSH.
//!
//! ## What it judges
//! Every file that sshd looks into for an account, and that it would read: who can write to it, or put something else in its place, in
//! that of a directory above it or of a link on the way, up to the root directory. With StrictModes sshd refuses most of such
//! files, and those are no finding: nobody gets in by them. What is left is what it does not look at: ACLs behind a
//! group of one (Debian), the directory of a link, what stands above the home, and all of it with StrictModes off, also
//! where no such file is yet.
//!
//! ## Grades
//! The check's default severity where somebody can write the file. `exchanged`: somebody can put another file or directory in the
//! place, and StrictModes then takes it only if root or the account owns that: he can lock the account out, and get in by a
//! file that holds his key and that they own.

use super::ssh_weak_authorized_key::quoted;
use super::{NoParams, Rule, RuleMeta};
use crate::fact::{Fact, Unjudged};
use crate::facts::files::{Node, Nodes, Seen};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::access::{Because, Deed, Grantees, People, Trusted, Who, sentence};
use crate::model::keys::{Holders, KeyFile, KeyRing};
use crate::source::{HostText, Obstacle};
use crate::step::{Action, Step};
use std::collections::BTreeSet;

/// See the module.
pub struct SshAuthorizedKeysReplaceable;

const EXCHANGED: &str = "exchanged";

impl Rule for SshAuthorizedKeysReplaceable {
    const META: RuleMeta = RuleMeta {
        id: "ssh-authorized-keys-replaceable",
        source: include_str!("ssh_authorized_keys_replaceable.rs"),
        grades: &[EXCHANGED],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Daemon("sshd".into())
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        Holders::requests()
    }

    fn judge(params: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        let holders = Holders::new(facts)?;
        let ring = KeyRing::new(facts)?;
        let (accounts, _) = facts.accounts().and_then(Fact::known)?;
        let people = People::new(accounts);
        let (mut outcomes, mut gaps) = (Vec::new(), Vec::new());
        // What hides a file's lines hides nothing of who can replace it.
        gaps.extend(holders.gaps.iter().filter(|gap| hides_files(gap)).cloned());
        for file in holders.files.iter().filter(|file| file.refused.is_none()) {
            let nodes = &ring.facts().nodes;
            if nodes.at("/").is_none() || !file_matters(&ring, file) {
                continue;
            }
            let trusted = Trusted {
                uids: [file.account.uid].into(),
                ..Trusted::default()
            };
            let who = people.replacers(nodes, &file.path, &trusted);
            match who.grantees.is_empty() {
                false => outcomes.push(outcome(file, &who, nodes)),
                true => gaps.extend(who.gaps),
            }
        }
        gaps.sort();
        gaps.dedup();
        let whole = Self::subject(params);
        let seen = format!("{} files of keys", holders.files.len());
        let pass = Outcome::pass(
            whole.clone(),
            "nobody else decides which keys open an account",
            Evidence::decides(seen, &holders.source),
        );
        Ok(Judgement::collected(&whole, outcomes, &gaps, pass))
    }
}

/// True if there is a file, or one that anybody makes would count.
fn file_matters(ring: &KeyRing, file: &KeyFile) -> bool {
    !file.strict || ring.facts().files.contains_key(&file.path)
}

/// Not what AuthorizedKeysCommand answers.
fn hides_files(gap: &Obstacle) -> bool {
    !matches!(gap, Obstacle::NotModelled { what } if what.raw().contains("AuthorizedKeysCommand"))
}

fn outcome(file: &KeyFile, who: &Who, nodes: &Nodes) -> Outcome {
    let writes = |because: &Because| matches!(because.deed, Deed::Write | Deed::Append);
    let written = !file.strict || who.grantees.iter().any(|(_, because)| writes(because));
    let name = &file.account.name;
    let what = format!("the keys of {name}");
    let summary = sentence(who.right, &what, &who.grantees);
    let mut evidence = who.grantees.iter().map(|(grantee, because)| {
        Evidence::decides(because.observed.as_str(), &because.source())
            .expecting(format!("writable by root and {name} alone"))
            .noting(reason(grantee, because))
    });
    let first = evidence.next().unwrap_or_else(|| Evidence::note("nobody"));
    let subject = Subject::Path(file.path.clone());
    let outcome = Outcome::fail(subject, HostText::from(summary), first)
        .with(evidence)
        .with(who.notes.iter().map(|note| Evidence::note(note.clone())))
        .fixed_by(steps(file, who, nodes));
    match written {
        true => outcome,
        false => outcome.graded(EXCHANGED),
    }
}

fn reason(grantee: &Grantees, because: &Because) -> String {
    match &because.deed {
        Deed::Exchange(place) => {
            format!("{grantee} can put something else in the place of {place}")
        }
        Deed::Create(place) => format!("{grantee} can create {place}"),
        Deed::Read | Deed::Write | Deed::Append => format!("{grantee} can write to it"),
    }
}

fn steps(file: &KeyFile, who: &Who, nodes: &Nodes) -> Vec<Step> {
    let places: BTreeSet<&HostText> = who
        .grantees
        .iter()
        .map(|(_, because)| &because.at)
        .collect();
    let shut = places
        .into_iter()
        .filter_map(|at| match nodes.at(at.raw())? {
            Seen::There(node) => Some(shut(file, at, node)),
            Seen::Absent | Seen::Hidden(_) => None,
        });
    let mut steps: Vec<Step> = shut.collect();
    let path = file.path.raw();
    let text = format!("look through {path}: whoever could write it may have left a key there");
    let look = Step::manual(path, text);
    steps.push(look.verified_by(format!("ssh-keygen -lf {}", quoted(path))));
    steps
}

/// Nobody is locked out by that: what root or the account owns, and nobody else writes, sshd takes.
fn shut(file: &KeyFile, at: &HostText, node: &Node) -> Step {
    let account = file.account;
    let stranger = node.uid != 0 && node.uid != account.uid;
    let home = account.home.raw().trim_end_matches('/');
    let inside = at
        .raw()
        .strip_prefix(home)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let owner = if inside { account.name.raw() } else { "root" };
    let action = Action::SetMode {
        target: at.clone(),
        value: format!("{:04o}", node.mode & !0o022),
        owner: stranger.then(|| format!("{owner}:").into()),
    };
    let text = match stranger {
        true => format!("give {at} to {owner}, and let nobody else write to it"),
        false => format!("let only its owner write to {at}"),
    };
    let undo = format!("chmod {:04o} {}", node.mode, quoted(at.raw()));
    Step::risky(action, "whoever else writes there cannot any more", text)
        .verified_by(format!("namei -l {}", quoted(file.path.raw())))
        .undone_by(undo)
}
