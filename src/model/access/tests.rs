use super::*;
use crate::facts::accounts::Accounts;
use crate::facts::files::{Mounts, Node, Nodes, Seen};
use crate::source::{Acl, FileKind, HostText, Obstacle};

/// root, alice (1000), bob (1001) and dev (2000: bob and carol).
fn accounts() -> Accounts {
    let passwd =
        b"root:x:0:0::/root:\nalice:x:1000:1000::/:\nbob:x:1001:1001::/:\ncarol:x:1002:1002::/:\n";
    let mut accounts = Accounts::parse(passwd, Ok(None));
    accounts.take_groups(
        Ok(Some(
            b"root:x:0:\nalice:x:1000:\ndev:x:2000:bob,carol\nempty:x:3000:\n",
        )),
        Ok(None),
    );
    accounts
}

/// `PATH KIND MODE UID GID`, KIND one of d, f, s, - and a link's target; then words: `+i`, `+a`, `n2`, `nfs4`, or an ACL.
fn nodes(lines: &str, mounts: &str) -> Nodes {
    let mut nodes = Nodes::new(Mounts::parse(mounts.as_bytes()));
    for line in lines.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [path, kind, rest @ ..] = words.as_slice() else {
            continue;
        };
        let kind = match *kind {
            "-" => {
                nodes.put((*path).into(), Seen::Absent);
                continue;
            }
            "d" => FileKind::Directory,
            "f" => FileKind::Regular,
            "s" => FileKind::Special,
            _ => FileKind::Link,
        };
        let number = |at: usize| rest.get(at).map_or(0, |word| word.parse().unwrap());
        let mode = rest
            .first()
            .map_or(0o755, |word| u32::from_str_radix(word, 8).unwrap());
        let acl = rest.iter().find(|word| word.starts_with("user::"));
        let acl = acl.map(|word| Acl::try_from((*word).to_owned()).unwrap());
        nodes.put(
            (*path).into(),
            Seen::There(Node {
                kind,
                mode: acl.as_ref().map_or(mode, Acl::mode),
                uid: number(1),
                gid: number(2),
                links: if rest.contains(&"n2") { 2 } else { 1 },
                target: (kind == FileKind::Link).then(|| words[1].into()),
                immutable: rest.contains(&"+i"),
                append_only: rest.contains(&"+a"),
                acl,
                foreign_acl: rest.contains(&"nfs4").then(|| "system.nfs4_acl".into()),
                capabilities: None,
            }),
        );
    }
    nodes
}

fn ask(right: Right, lines: &str, path: &str) -> Who {
    let accounts = accounts();
    People::new(&accounts).who(right, &nodes(lines, ""), &path.into(), &Trusted::default())
}

fn says(right: Right, lines: &str, path: &str) -> String {
    ask(right, lines, path).to_string()
}

const TOP: &str = "/ d 755\n/a d 755\n";

#[test]
fn says_who_and_why() {
    let read = |rest: &str| says(Right::Read, &format!("{TOP}{rest}"), "/a/f");
    let replace = |rest: &str| says(Right::Replace, &format!("{TOP}{rest}"), "/a/f");
    assert_eq!(
        read("/a/f f 644"),
        "anyone can read it because /a/f is 0644"
    );
    assert_eq!(read("/a/f f 600"), "nobody else can read it");
    assert_eq!(read("/a/f f 640 0 3000"), "nobody else can read it");
    assert_eq!(
        read("/a/f f 640 0 2000"),
        "group dev (bob and carol) can read it because /a/f is 0640 and of group dev"
    );
    assert_eq!(
        read("/a/f f 040 1000 2000"),
        "alice can read it because /a/f belongs to alice; group dev (bob and carol) because /a/f is 0040 and of group dev"
    );
    assert_eq!(
        read("/a/f f 400 77 0"),
        "uid 77 can read it because /a/f belongs to uid 77"
    );
    assert_eq!(
        read("/a/f f 0 0 0 user::rw-,user:1001:rw-,group::---,mask::r--,other::---"),
        "bob can read it because /a/f has the ACL entry user:bob:rw-"
    );
    assert_eq!(replace("/a/f f 644"), "nobody else can replace it");
    assert_eq!(replace("/a/f -"), "nobody else can replace it");
    assert_eq!(
        replace("/a/f f 646"),
        "anyone can replace it because /a/f is 0646"
    );
    let open = "/ d 755\n/a d 777\n";
    let in_open = |rest: &str| says(Right::Replace, &format!("{open}{rest}"), "/a/f");
    assert_eq!(
        in_open("/a/f f 600"),
        "anyone can replace it because /a is 0777"
    );
    assert_eq!(
        in_open("/a/f -"),
        "anyone can replace it because /a is 0777"
    );
    assert_eq!(in_open("/a/f f 600 0 0 +i"), "nobody else can replace it");
    let masked = format!("{TOP}/a/f /dev/null\n/dev d 755\n/dev/null s 666");
    assert_eq!(
        says(Right::Replace, &masked, "/a/f"),
        "nobody else can replace it"
    );
    assert_eq!(
        says(
            Right::Replace,
            "/ d 755\n/a d 1777\n/a/f f 600 1000",
            "/a/f"
        ),
        "alice can replace it because /a/f belongs to alice"
    );
}

#[test]
fn a_mask_without_a_bit_makes_the_named_one_of_the_others() {
    let with = |acl: &str| ask(Right::Read, &format!("{TOP}/a/f f 0 0 0 {acl}"), "/a/f");
    let masked = with("user::rw-,user:1001:rw-,group::rw-,mask::---,other::r--");
    assert!(masked.anyone());
    // With one bit the entry counts, and bob has nothing; but he is one among all.
    assert!(with("user::rw-,user:1001:---,group::rw-,mask::-w-,other::r--").anyone());
}

#[test]
fn a_directory_that_cannot_be_searched_can_still_be_replaced() {
    let lines = "/ d 755\n/opt d 777\n/opt/bot d 700\n/opt/bot/f f 644\n";
    assert_eq!(
        says(Right::Read, lines, "/opt/bot/f"),
        "nobody else can read it"
    );
    let replaced = ask(Right::Replace, lines, "/opt/bot/f");
    assert_eq!(
        replaced.to_string(),
        "anyone can replace it because /opt is 0777"
    );
    assert_eq!(
        replaced.grantees[0].1.deed,
        Deed::Exchange("/opt/bot".into())
    );
}

#[test]
fn links_count_where_they_are_and_where_they_lead() {
    let lines = "/ d 755\n/a d 755\n/a/l /b/f\n/b d 777\n/b/f f 644\n/c d 1777\n/c/l /a/g 777 1001\n/a/g f 644\n";
    assert_eq!(
        says(Right::Replace, lines, "/a/l"),
        "anyone can replace it because /b is 0777"
    );
    assert_eq!(
        says(Right::Replace, lines, "/c/l"),
        "bob can replace it because /c/l belongs to bob"
    );
    assert_eq!(
        says(Right::Replace, lines, "/a/g"),
        "nobody else can replace it"
    );
}

#[test]
fn what_is_not_known_is_a_gap() {
    let accounts = accounts();
    let mut elsewhere = accounts.clone();
    elsewhere.groups_elsewhere = vec!["sss".into()];
    let ask = |accounts: &Accounts, lines: &str| {
        let nodes = nodes(&format!("{TOP}{lines}"), "");
        People::new(accounts).readers(&nodes, &"/a/f".into(), &Trusted::default())
    };
    let of_group = "/a/f f 640 0 3000";
    assert_eq!(ask(&accounts, of_group).somebody(), Ok(false));
    let gap = ask(&elsewhere, of_group).somebody().unwrap_err();
    assert_eq!(
        gap.to_string(),
        "not modelled: who is in group empty by sss"
    );
    assert_eq!(ask(&elsewhere, "/a/f f 600 0 3000").somebody(), Ok(false));
    assert_eq!(ask(&elsewhere, "/a/f f 644 0 3000").somebody(), Ok(true));
    assert!(ask(&accounts, "/a/f f 600 0 0 nfs4").somebody().is_err());
    // Nobody looked.
    assert!(matches!(
        ask(&accounts, "").somebody(),
        Err(Obstacle::NotRecorded { .. })
    ));
}

#[test]
fn whoever_is_trusted_is_left_out() {
    let accounts = accounts();
    let nodes = nodes(&format!("{TOP}/a/f f 640 1000 2000"), "");
    let trusted = Trusted {
        uids: [1000].into(),
        gids: [2000].into(),
        ..Trusted::default()
    };
    let who = People::new(&accounts).readers(&nodes, &"/a/f".into(), &trusted);
    assert_eq!(who.somebody(), Ok(false));
}

#[test]
fn other_names_are_noted_where_they_matter() {
    let hidden = "/ d 755\n/a d 700\n/a/f f 644 0 0 n2\n";
    let who = ask(Right::Read, hidden, "/a/f");
    assert!(who.grantees.is_empty() && who.notes.len() == 1, "{who:?}");
    let closed = "/ d 755\n/a d 700\n/a/f f 600 0 0 n2\n";
    assert_eq!(ask(Right::Read, closed, "/a/f").notes, [] as [HostText; 0]);
    let table = "22 1 8:1 / / rw - ext4 x rw\n23 22 8:1 /a /b rw - ext4 x rw\n";
    let nodes = nodes(&hidden.replace("n2", ""), table);
    let accounts = accounts();
    let who = People::new(&accounts).readers(&nodes, &"/a/f".into(), &Trusted::default());
    assert_eq!(
        who.notes,
        ["/a/f is also at /b/f (mounted twice): there its directories may not protect it".into()]
    );
}

#[test]
fn names_cannot_steer_the_terminal() {
    let lines = "/ d 755\n/\u{1b}[2J d 777\n/\u{1b}[2J/f -\n";
    let said = says(Right::Replace, lines, "/\u{1b}[2J/f");
    assert!(!said.contains('\u{1b}'), "{said}");
}

/// dev (2000) has a password, ops (2001) is run by alice, and spare is another name for dev's number.
fn joinable() -> Accounts {
    let mut accounts = accounts();
    accounts.take_groups(
        Ok(Some(b"dev:x:2000:\nops:x:2001:bob\nspare:x:2000:carol\n")),
        Ok(Some(b"dev:$6$a$b::\nops:!:alice,bob:bob\nspare:!::carol\n")),
    );
    accounts
}

#[test]
fn whoever_can_join_counts() {
    let accounts = joinable();
    let people = People::new(&accounts);
    let who = |lines: &str, users: &[&str], groups: &[&str]| {
        let names = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let trusted = people.trusting(&names(users), &names(groups));
        let nodes = nodes(&format!("{TOP}{lines}"), "");
        people.writers(&nodes, &"/a/f".into(), &trusted).to_string()
    };
    let password = "whoever knows the password of group dev can write to it because /a/f is 0660 and of group dev";
    assert_eq!(
        who("/a/f s 660 0 2001", &[], &["ops"]),
        "alice (administrator of group ops) can write to it because /a/f is 0660 and of group ops"
    );
    assert_eq!(
        who("/a/f s 660 0 2001", &["alice"], &["ops"]),
        "nobody else can write to it"
    );
    assert_eq!(who("/a/f s 660 0 2000", &["carol"], &[]), password);
    // carol is in it by its other name.
    assert_eq!(who("/a/f s 660 0 2000", &[], &["spare"]), password);
    assert!(who("/a/f s 660 0 2000", &[], &["dev"]).starts_with("group dev (carol) and whoever"));
    // The password opens what the own group leads to.
    assert!(who("/a/f s 660 0 2000\n/a d 750 0 2001", &[], &[]).starts_with("whoever knows"));
}

#[test]
fn passwords_that_were_not_seen_are_a_gap() {
    let mut accounts = accounts();
    let denied = Obstacle::NotModelled {
        what: "gshadow".into(),
    };
    accounts.take_groups(Ok(Some(b"empty:x:3000:\n")), Err(denied.clone()));
    let people = People::new(&accounts);
    let gaps = |mode: &str| {
        let nodes = nodes(&format!("{TOP}/a/f f {mode} 0 3000"), "");
        let who = people.writers(&nodes, &"/a/f".into(), &Trusted::default());
        who.gaps
    };
    assert_eq!(gaps("660"), [denied]);
    assert_eq!(gaps("640"), []);
}
