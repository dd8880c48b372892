//! Files of keys against the sshd that reads them: worlds are made by a seed in a mount namespace of their own, a client asks the
//! real sshd about every key, and what it takes must be what the model says, key by key.
//!
//! `SEAWORTHY_AUTHKEYS=3000` makes more worlds, `SEAWORTHY_AUTHKEYS_SEED=7` others, and `SEAWORTHY_AUTHKEYS_ROOT=DIR` has the sshd
//! of another root directory asked.

mod lines;
mod matrix;
mod world;

use crate::support::{Dice, has, is_root, number, skip};
use seaworthy::facts::sshd::Flavour;
use world::World;

fn can() -> bool {
    let can = is_root() && ["sshd", "ssh", "ssh-keygen"].into_iter().all(has);
    if !can {
        skip("needs root, sshd and ssh");
    }
    can
}

#[test]
fn what_sshd_takes_is_what_the_model_says() {
    if !can() {
        return;
    }
    let Some(mut world) = World::new() else {
        return skip("needs a mount namespace of its own");
    };
    let seed = number("SEAWORTHY_AUTHKEYS_SEED", 1);
    let (mut taken, mut asked, mut wrong) = (0, 0, Vec::new());
    for round in 0..number("SEAWORTHY_AUTHKEYS", 15) {
        let mut dice = Dice((seed * 1_000_003 + round) as u64);
        let case = world.make(&mut dice);
        let Some(said) = world.judged("bob") else {
            continue;
        };
        let real = world.ask("bob");
        asked += real.len();
        taken += real.iter().filter(|(_, taken)| *taken).count();
        for ((name, real), said) in real.iter().zip(&said) {
            if real != said {
                wrong.push(format!(
                    "seed {seed} round {round}: {name}: sshd {real}, model {said}\n{case}"
                ));
            }
        }
    }
    assert!(taken > 0 && taken < asked, "{taken} of {asked}");
    let shown = wrong
        .iter()
        .take(40)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        wrong.is_empty(),
        "{} of {asked} differ\n{shown}",
        wrong.len()
    );
    eprintln!("{asked} keys asked about, {taken} taken, none otherwise than said");
}

#[test]
fn every_row_of_the_matrix_is_as_it_was_when_somebody_logged_in() {
    if !can() {
        return;
    }
    let Some(mut world) = World::new() else {
        return skip("needs a mount namespace of its own");
    };
    matrix::check(&mut world);
}

/// Debian's patch forgets to begin anew when it looks through the accounts for strangers in a group.
#[test]
fn whoever_tries_twice_is_let_in_past_a_stranger_in_the_group() {
    if !can() {
        return;
    }
    let Some(world) = World::new() else {
        return skip("needs a mount namespace of its own");
    };
    if !matches!(world.version().flavour, Flavour::Debian | Flavour::Ubuntu) {
        return skip("needs an sshd of Debian's");
    }
    // Behind bob there may be others whose primary group is his.
    let (ann, carol) = (
        "ann:x:1103:1100::/:/bin/sh\n",
        "carol:x:1102:1100::/:/bin/sh\n",
    );
    let file = &["home/bob/.ssh/authorized_keys"][..];
    let both = &["home/bob/.ssh", "home/bob/.ssh/authorized_keys"][..];
    let two = format!("{carol}{ann}");
    for (writable, listed, others, let_in) in [
        (file, "", "", true),
        (file, "", carol, false),
        (file, "bob", carol, true),
        (file, "bob", "", true),
        (file, "alice", carol, false),
        (file, "bob", &two, true),
        (&["home/bob"], "bob", carol, true),
        (both, "bob", "", true),
        (both, "bob", carol, false),
        (both, "", "", true),
    ] {
        world.clear();
        world.accounts_with(listed, "", others);
        world.config("");
        let keys = ["ed25519", "p256", "p384", "p521"].map(|key| world.public(key) + "\n");
        std::fs::create_dir_all(world.at("home/bob/.ssh")).unwrap();
        std::fs::write(world.at("home/bob/.ssh/authorized_keys"), keys.concat()).unwrap();
        for path in ["home/bob", "home/bob/.ssh", "home/bob/.ssh/authorized_keys"] {
            let mode = if writable.contains(&path) {
                0o775
            } else {
                0o755
            };
            world::set(&world.at(path), mode, 1100, 1100);
        }
        let real = world.ask("bob");
        let some = real.iter().any(|(_, taken)| *taken);
        assert_eq!(some, let_in, "sshd: {listed:?} {others:?}");
        let said = world.judge("bob");
        assert_eq!(said.contains(&true), let_in, "model: {listed:?} {others:?}");
    }
}

#[test]
fn types_sizes_and_fingerprints_are_those_of_ssh_keygen() {
    if !can() {
        return;
    }
    let Some(world) = World::new() else {
        return skip("needs a mount namespace of its own");
    };
    world.compare_with_keygen();
}
