//! Files of keys against the sshd that reads them: worlds are made by a seed in a mount namespace of their own, a client asks the
//! real sshd about every key, and what it takes must be what the model says, key by key.
//!
//! `SEAWORTHY_AUTHKEYS=3000` makes more worlds, `SEAWORTHY_AUTHKEYS_SEED=7` others, and `SEAWORTHY_AUTHKEYS_ROOT=DIR` has the sshd
//! of another root directory asked.

mod lines;
mod matrix;
mod world;

use crate::support::{Dice, has, is_root, number, skip};
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
    for round in 0..number("SEAWORTHY_AUTHKEYS", 30) {
        let mut dice = Dice((seed * 1_000_003 + round) as u64);
        let case = world.make(&mut dice);
        let (real, said) = (world.ask("bob"), world.judge("bob"));
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
    let shown = wrong.iter().take(3).cloned().collect::<Vec<_>>().join("\n");
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
