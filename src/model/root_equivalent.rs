//! Groups whose members are root if they want to be: what each may open, and how that ends.
//!
//! One line a group. What sudo lets somebody do is a model of its own; sockets and files that anybody may open are the business of whoever
//! judges files.

use crate::facts::accounts::{Account, Accounts, Group, PasswordState};
use crate::source::Obstacle;

/// What a group amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// Its usual name.
    pub group: &'static str,
    /// How a member becomes root.
    pub how: &'static str,
}

/// The groups, sorted by name.
pub const POWERS: [Power; 9] = [
    Power {
        group: "disk",
        how: "reads and writes the disks past every permission",
    },
    Power {
        group: "docker",
        how: "starts a container that has the host's files: docker run -v /:/host",
    },
    Power {
        group: "incus-admin",
        how: "starts a privileged container that has the host's files",
    },
    Power {
        group: "kmem",
        how: "reads the kernel's memory",
    },
    Power {
        group: "libvirt",
        how: "starts a machine that has the host's disks",
    },
    Power {
        group: "lxd",
        how: "starts a privileged container that has the host's files",
    },
    Power {
        group: "microk8s",
        how: "starts a privileged container that has the host's files",
    },
    Power {
        group: "podman",
        how: "orders root's podman to start a container that has the host's files",
    },
    Power {
        group: "shadow",
        how: "reads every password hash",
    },
];

/// How an account comes by a power.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim<'f> {
    /// It is in the group.
    Member(&'f Account),
    /// It may add itself: gpasswd(1).
    Administrator(&'f Account),
    /// The group has a password, and whoever knows it joins: newgrp(1).
    Password,
}

/// Who has a power that amounts to root, without being it; and what could not be seen of that.
pub fn claims(accounts: &Accounts) -> (Vec<(Power, &Group, Claim<'_>)>, Vec<Obstacle>) {
    let mut claims = Vec::new();
    let mut gaps: Vec<Obstacle> = accounts.groups_unseen.iter().cloned().collect();
    gaps.extend(
        accounts
            .groups_elsewhere
            .iter()
            .map(|service| Obstacle::NotModelled {
                what: format!("the groups of {service} (/etc/nsswitch.conf)").into(),
            }),
    );
    for power in POWERS {
        let Some(group) = accounts
            .groups
            .iter()
            .find(|it| it.name.raw() == power.group)
        else {
            continue;
        };
        let others = |it: &&Account| it.uid != 0;
        let members = accounts.members_of(group).filter(others);
        claims.extend(members.map(|it| (power, group, Claim::Member(it))));
        let runs = |it: &&Account| group.administrators.contains(&it.name);
        let administrators = accounts.accounts.iter().filter(others).filter(runs);
        claims.extend(administrators.map(|it| (power, group, Claim::Administrator(it))));
        match group.password {
            PasswordState::Set { .. } => claims.push((power, group, Claim::Password)),
            PasswordState::Unseen => gaps.extend(accounts.gshadow_unseen.clone()),
            _ => {}
        }
    }
    gaps.dedup();
    (claims, gaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_administrators_and_a_password_are_claims() {
        let mut accounts = Accounts::parse(
            b"root:x:0:0::/:\nbob:x:1000:990::/:\neve:x:1001:1001::/:\n",
            Ok(None),
        );
        accounts.take_groups(
            Ok(Some(b"docker:x:990:root\nlxd:x:991:gone\n")),
            Ok(Some(b"docker:$6$a$b:eve:\n")),
        );
        let (found, gaps) = claims(&accounts);
        let [
            (_, _, Claim::Member(bob)),
            (_, _, Claim::Administrator(eve)),
            (_, _, Claim::Password),
        ] = found.as_slice()
        else {
            panic!("{found:?}");
        };
        assert_eq!((bob.name.raw(), eve.name.raw()), ("bob", "eve"));
        assert!(gaps.is_empty());
        accounts.groups_elsewhere = vec!["sss".into()];
        assert_eq!(claims(&accounts).1.len(), 1);
    }

    #[test]
    fn powers_are_sorted() {
        assert!(POWERS.is_sorted_by_key(|power| power.group));
    }
}
