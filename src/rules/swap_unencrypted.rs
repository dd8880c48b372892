//! Judges whether memory that the kernel swaps out is encrypted on the disk.
//!
//! ## What it judges
//! Every swap space in use, and those that fstab(5) or a unit that a target wants (systemd.swap(5)) add at the next boot. It passes where a layer beneath is encrypted (dm-crypt, also beneath
//! LVM, RAID, a loop device, or the file system of a swap file), or where nothing reaches a disk (zram without a device behind it). It
//! fails where any part at the bottom takes what it gets: what a bot had in memory can then be read from a disk
//! that is returned, copied or backed up.
//!
//! A swap file that other accounts can read, by owner, mode, ACL and every directory on the way, gives them the memory of every
//! program: grade `readable`.
//!
//! ## Where it sees less
//! A provider may encrypt the disk beneath a virtual machine: that is not to be seen from inside. An image does not show
//! what a device stands on, but for a name of crypttab(5). The null cipher is seen only there. What a program turns on by swapon(8), or
//! systemd finds by itself (systemd-gpt-auto-generator(8)), is seen once it is in use. In a container swap belongs to the machine beneath: it does not apply.

use super::{NoParams, Rule, RuleMeta, remedy};
use crate::fact::{Fact, Unjudged};
use crate::facts::accounts::Accounts;
use crate::facts::files::{End, Nodes};
use crate::facts::swaps::{Beneath, Swap};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::model::access::{People, Trusted, Who, listed};
use crate::source::{FileKind, HostText, Obstacle};
use crate::step::{Action, Step, quoted};

/// See the module.
pub struct SwapUnencrypted;

const READABLE: &str = "readable";

impl Rule for SwapUnencrypted {
    const META: RuleMeta = RuleMeta {
        id: "swap-unencrypted",
        source: include_str!("swap_unencrypted.rs"),
        grades: &[READABLE],
    };
    type Params = NoParams;

    fn subject(_: &NoParams) -> Subject {
        Subject::Host
    }

    fn requests(_: &NoParams) -> Vec<Request> {
        vec![Request::Os, Request::Accounts, Request::Swaps]
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        remedy::own_machine(facts)?;
        let (found, source) = facts.swaps()?.known()?;
        let nothing = Evidence::decides("none", source);
        let nothing = Outcome::pass(Subject::Host, "no memory is swapped out", nothing);
        let subject = |swap: &Swap| Subject::Path(swap.path.clone());
        // Everybody is everybody, also where nobody is known by name.
        let unseen;
        let accounts = match facts.accounts().and_then(Fact::known) {
            Ok((accounts, _)) => accounts,
            Err(why) => {
                unseen = Accounts {
                    groups_unseen: Some(why.obstacle()),
                    ..Accounts::default()
                };
                &unseen
            }
        };
        let people = People::new(accounts);
        let judge = |swap: &Swap| judge(swap, readers(swap, &found.nodes, &people)?);
        Ok(Judgement::each(
            &Subject::Host,
            &found.swaps,
            nothing,
            subject,
            judge,
        ))
    }
}

/// A swap file's real path, and who can read it beside root; none if nobody can, or if it is no file.
fn readers(
    swap: &Swap,
    nodes: &Nodes,
    people: &People,
) -> Result<Option<(HostText, Who)>, Unjudged> {
    let chain = nodes.walk(&swap.path);
    let path = match (&chain.end, chain.target()) {
        (End::Hidden(_), _) => swap.path.clone(),
        (_, Some(place)) if place.node.is_some_and(|it| it.kind == FileKind::Regular) => {
            place.path.clone()
        }
        _ => return Ok(None),
    };
    let who = people.readers(nodes, &swap.path, &Trusted::default());
    if who.somebody()? {
        return Ok(Some((path, who)));
    }
    match who.notes.first() {
        Some(note) => Err(Unjudged::Unknown(Obstacle::NotModelled {
            what: format!("who can read {path}: {note}").into(),
        })),
        None => Ok(None),
    }
}

fn judge(swap: &Swap, readers: Option<(HostText, Who)>) -> Result<Outcome, Unjudged> {
    let subject = Subject::Path(swap.path.clone());
    let when = if swap.active {
        ""
    } else {
        " from the next boot on"
    };
    let decides = |observed: String| {
        let evidence = Evidence::decides(observed, &swap.source);
        match swap.active {
            true => evidence,
            false => evidence.noting("configured, and not in use now"),
        }
    };
    if let Some((path, who)) = readers {
        let names: Vec<String> = who
            .grantees
            .iter()
            .map(|(who, _)| who.to_string())
            .collect();
        let names = match who.anyone() {
            true => "every account".to_owned(),
            false => listed(&names),
        };
        let seen = decides(who.to_string()).expecting("root alone can read it");
        let because = who
            .grantees
            .iter()
            .map(|(_, because)| Evidence::context(because.observed.clone(), &because.source()));
        let mode = Action::SetMode {
            target: path.clone(),
            value: "0600".to_owned(),
            owner: Some("root:root".into()),
        };
        let close = Step::safe(mode, format!("let nobody but root read {path}"))
            .verified_by(format!("stat -c '%a %U' {}", quoted(&path)));
        let revoke = Step::manual(
            "exchange",
            "revoke the keys that any program on this host held, and make new ones: whoever could read it may have them",
        );
        let summary = format!("{names} can read what is swapped out{when}");
        return Ok(Outcome::fail(subject, summary, seen)
            .with(because)
            .graded(READABLE)
            .fixed_by([close, revoke]));
    }
    match swap.beneath.get()? {
        Beneath::Memory => Ok(Outcome::pass(
            subject,
            "it stays in memory",
            decides("compressed memory".to_owned()),
        )),
        Beneath::Encrypted(name) => {
            let seen = decides(format!("on {name}, which is encrypted"));
            Ok(Outcome::pass(
                subject,
                "what is swapped out is encrypted",
                seen,
            ))
        }
        Beneath::Plain(disk) => {
            let seen =
                decides(format!("on {disk}, as it is")).expecting("an encrypted device, or zram");
            let summary = format!("memory is swapped out unencrypted{when}");
            Ok(Outcome::fail(subject, summary, seen).fixed_by([fix(swap)]))
        }
    }
}

fn fix(swap: &Swap) -> Step {
    let path = &swap.path;
    let quoted = quoted(path);
    let text = format!(
        "take {path} out of what starts it (/etc/fstab, or `systemctl disable` its unit), then `swapoff {quoted}`, and swap to zram instead (the package systemd-zram-generator, or zram-tools), \
         or encrypt a partition anew at each boot by a line of /etc/crypttab: `swap DEVICE /dev/urandom swap`"
    );
    Step::manual(path.clone(), text)
        .requiring("enough memory is free for what is swapped out: `free -m`")
        .verified_by("seaworthy check --only swap-unencrypted")
}
