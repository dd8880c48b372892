//! Who can read and replace a file, against the kernel: in generated trees a process under each user really tries.
//!
//! Needs root and python3. Everything happens in a tmpfs of a mount namespace of its own. `SEAWORTHY_ACCESS_TREES` sets how many
//! trees are tried (150), `SEAWORTHY_ACCESS_SEED` from which seed on (1). What the intruder tries stands in `access/adversary.py`.

use crate::support::{has, is_root, number, skip};
use seaworthy::facts::accounts::Accounts;
use seaworthy::facts::files::{FileQuery, FilesFound, Nodes, Place};
use seaworthy::facts::record;
use seaworthy::model::access::{Grantees, Identity, People, Right, Trusted, may};
use seaworthy::source::HostText;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// Those of `adversary.py`; carol alone is in two groups, and erin is named nowhere in the trees.
const PASSWD: &str = "root:x:0:0::/:\nalice:x:1000:1000::/:\nbob:x:1001:1001::/:\ncarol:x:1002:1002::/:\ndave:x:1003:1003::/:\nerin:x:1005:1005::/:\n";
const GROUP: &str = "dev:x:2000:alice,carol\nops:x:2001:carol\nempty:x:3000:\n";
const USERS: [(u32, &str, &[u32]); 5] = [
    (1000, "alice", &[1000, 2000]),
    (1001, "bob", &[1001]),
    (1002, "carol", &[1002, 2000, 2001]),
    (1003, "dave", &[1003]),
    (1005, "erin", &[1005]),
];

/// As many trees are tried at once.
const BATCH: usize = 50;

#[test]
fn files_equal_the_kernel() {
    if !is_root() || !has("python3") || !has("unshare") {
        return skip("needs root, python3 and unshare");
    }
    let (trees, seed) = (
        number("SEAWORTHY_ACCESS_TREES", 150),
        number("SEAWORTHY_ACCESS_SEED", 1),
    );
    let (mut asked, mut granted, mut wrong) = (0, 0, Vec::new());
    for first in (0..trees).step_by(BATCH) {
        let Some(batch) = intrude(seed + first, BATCH.min(trees - first)) else {
            return skip("no tmpfs can be mounted here");
        };
        for found in &batch.seen {
            for path in &found.paths.items {
                let Some(observed) = batch.observed(path) else {
                    continue;
                };
                for right in [Right::Read, Right::Write, Right::Replace] {
                    asked += observed.len();
                    granted += observed
                        .values()
                        .filter(|it| it[&right] == Some(true))
                        .count();
                    let differences = differences(&found.nodes, path, right, &observed);
                    wrong.extend(
                        differences
                            .into_iter()
                            .map(|it| format!("seed {}: {it}", seed + first)),
                    );
                }
            }
        }
    }
    println!("{asked} questions about {trees} trees from seed {seed}, {granted} times yes");
    assert!(
        granted > asked / 20,
        "the trees are shut: {granted} of {asked}"
    );
    let few = wrong.iter().take(20).cloned().collect::<Vec<_>>();
    assert!(
        wrong.is_empty(),
        "{} disagreements:\n{}",
        wrong.len(),
        few.join("\n")
    );
}

/// What each user could do with one path; none where it cannot be tried, as reading a socket.
type Observed = BTreeMap<u32, BTreeMap<Right, Option<bool>>>;

struct Batch {
    seen: Vec<FilesFound>,
    users: Value,
}

impl Batch {
    fn observed(&self, path: &HostText) -> Option<Observed> {
        let of = |uid: u32| {
            let it = self.users.get(uid.to_string())?.get(path.raw())?;
            let right = |name: &str| it[name].as_bool();
            // What a link shows him, he can read where it leads to.
            assert!(
                right("through") != Some(true) || right("read") != Some(false),
                "{uid} opened {path:?} and not what it leads to"
            );
            Some(BTreeMap::from([
                (Right::Read, right("read")),
                (Right::Write, right("write")),
                (Right::Replace, right("replace")),
            ]))
        };
        USERS
            .into_iter()
            .map(|(uid, _, _)| Some((uid, of(uid)?)))
            .collect()
    }
}

fn intrude(seed: usize, trees: usize) -> Option<Batch> {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mountable = Command::new("unshare")
        .args(["-m", "mount", "-t", "tmpfs", "tmpfs"])
        .arg(directory.path())
        .output()
        .unwrap();
    mountable.status.success().then_some(())?;
    let done = Command::new("unshare")
        .args(["-m", "python3", "tests/it/access/adversary.py"])
        .arg(directory.path())
        .args([seed.to_string(), trees.to_string()])
        .arg(env!("CARGO_BIN_EXE_seaworthy"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "seed {seed}, {trees} trees: {said}");
    let mut told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let records = told["facts"].take();
    let seen = records.as_array().unwrap().iter().map(|record| {
        let facts = record::read(&serde_json::to_vec(record).unwrap()).unwrap();
        let queries = record["facts"]["files"].as_object().unwrap();
        let query = FileQuery::try_from(queries.keys().next().unwrap().clone()).unwrap();
        facts.files(&query).unwrap().known().unwrap().0.clone()
    });
    Some(Batch {
        seen: seen.collect(),
        users: told["users"].take(),
    })
}

/// What the model says of all users, and of each by himself, where it differs from what they did.
fn differences(nodes: &Nodes, path: &HostText, right: Right, observed: &Observed) -> Vec<String> {
    let mut accounts = Accounts::parse(PASSWD.as_bytes(), Ok(None));
    accounts.take_groups(Ok(Some(GROUP.as_bytes())), Ok(None));
    let who = People::new(&accounts).who(right, nodes, path, &Trusted::default());
    assert_eq!(who.gaps, [], "{path}");
    let mut named = BTreeSet::new();
    for (grantees, _) in &who.grantees {
        match grantees {
            Grantees::Anyone | Grantees::Joiner { .. } => {}
            Grantees::User { name, .. } => drop(named.insert(name.raw())),
            Grantees::Group { members, .. } => named.extend(members.iter().map(HostText::raw)),
        }
    }
    let chain = nodes.walk(path);
    // What is mounted twice may be got at elsewhere: then a no is no proof, and the answer says so.
    let twice = chain.places.iter().any(|place| {
        let mount = place.mount.as_ref();
        let others = mount.map(|(mount, point)| {
            nodes
                .mounts()
                .elsewhere(place.path.raw(), point.raw(), mount)
        });
        others.is_some_and(|others| !others.is_empty())
    });
    let unproven = twice && (who.anyone() || !who.notes.is_empty());
    let mut wrong = Vec::new();
    for (uid, name, gids) in USERS {
        let Some(did) = observed[&uid][&right] else {
            continue;
        };
        let gids = gids.iter().copied().collect();
        let way = may(&Identity { uid, gids }, right, &chain);
        if did != way.is_some() && !(did && unproven) {
            let place = |it: &Place| {
                let node = serde_json::to_string(&it.node).unwrap();
                let read_only = it.mount.as_ref().map(|(mount, _)| mount.read_only);
                format!("\n  {}: {node} read-only {read_only:?}", it.path)
            };
            let places: String = chain.places.iter().skip(3).map(place).collect();
            wrong.push(format!(
                "{name} {right:?} {path}: {way:?}, {:?}{places}",
                chain.end
            ));
        }
        // Erin is nobody in particular.
        let agrees = match who.anyone() {
            true => name != "erin" || did,
            false => did == named.contains(name) || did && unproven,
        };
        if !agrees {
            wrong.push(format!("{name} {right:?} {path}: {who}"));
        }
    }
    wrong
}
