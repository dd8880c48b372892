//! Judges whether memory that the kernel swaps out is encrypted on the disk.
//!
//! ## What it judges
//! Every swap space in use, and those that fstab(5) adds at the next boot. It passes where a layer beneath is encrypted (dm-crypt, also beneath
//! LVM, RAID, a loop device, or the file system of a swap file), or where nothing reaches a disk (zram without a device behind it). It
//! fails where any part at the bottom takes what it gets: what a bot had in memory can then be read from a disk
//! that is returned, copied or backed up.
//!
//! A swap file that other accounts can read gives them the memory of every program: grade `readable`.
//!
//! ## Where it sees less
//! A provider may encrypt the disk beneath a virtual machine: that is not to be seen from inside. An image does not show
//! what a device stands on, but for a name of crypttab(5). In a container swap belongs to the machine beneath: it does not apply.

use super::{NoParams, Rule, RuleMeta, remedy};
use crate::fact::Unjudged;
use crate::facts::swaps::{Beneath, Swap};
use crate::facts::{Facts, Request};
use crate::finding::{Evidence, Judgement, Outcome, Subject};
use crate::step::{Action, Step};

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
        vec![Request::Os, Request::Swaps]
    }

    fn judge(_: &NoParams, facts: &Facts) -> Result<Judgement, Unjudged> {
        remedy::own_machine(facts)?;
        let (found, source) = facts.swaps()?.known()?;
        let nothing = Evidence::decides("none", source);
        let nothing = Outcome::pass(Subject::Host, "no memory is swapped out", nothing);
        let subject = |swap: &Swap| Subject::Path(swap.path.clone());
        Ok(Judgement::each(
            &Subject::Host,
            &found.swaps,
            nothing,
            subject,
            judge,
        ))
    }
}

fn judge(swap: &Swap) -> Result<Outcome, Unjudged> {
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
    if *swap.readable.get()? {
        let seen =
            decides(format!("{} is open to others", swap.path)).expecting("root alone can read it");
        let mode = Action::SetMode {
            target: swap.path.clone(),
            value: "0600".to_owned(),
            owner: Some("root:root".into()),
        };
        let close = Step::safe(mode, format!("let nobody but root read {}", swap.path))
            .verified_by(format!("stat -c '%a %U' {}", swap.path));
        let revoke = Step::manual(
            "exchange",
            "revoke the keys that any program on this host held, and make new ones: whoever has an account here could read them",
        );
        let summary = format!("every account can read what is swapped out{when}");
        return Ok(Outcome::fail(subject, summary, seen)
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
    let text = format!(
        "take {path} out of /etc/fstab, then `swapoff {path}`, and swap to zram instead (the package systemd-zram-generator, or zram-tools), \
         or encrypt a partition anew at each boot by a line of /etc/crypttab: `swap DEVICE /dev/urandom swap`"
    );
    Step::manual(path.clone(), text)
        .requiring("enough memory is free for what is swapped out: `free -m`")
        .verified_by("seaworthy check --only swap-unencrypted")
}
