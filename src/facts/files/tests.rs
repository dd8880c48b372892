use super::*;
use crate::source::FileKind;

fn node(kind: FileKind, target: Option<&str>) -> Seen {
    Seen::There(Node {
        kind,
        mode: 0o755,
        uid: 0,
        gid: 0,
        links: 1,
        target: target.map(HostText::from),
        immutable: false,
        append_only: false,
        acl: None,
        foreign_acl: None,
        capabilities: None,
    })
}

fn nodes<const N: usize>(entries: [(&str, &str); N], mounts: &str) -> Nodes {
    let mut nodes = Nodes::new(Mounts::parse(mounts.as_bytes()));
    nodes.put("/".into(), node(FileKind::Directory, None));
    for (path, what) in entries {
        let seen = match what {
            "d" => node(FileKind::Directory, None),
            "f" => node(FileKind::Regular, None),
            "-" => Seen::Absent,
            target => node(FileKind::Link, Some(target)),
        };
        nodes.put(path.into(), seen);
    }
    nodes
}

fn way(nodes: &Nodes, path: &str) -> String {
    let chain = nodes.walk(&path.into());
    let places = chain.places.iter().map(|place| place.path.raw());
    let places: Vec<&str> = places.collect();
    format!("{} {:?}", places.join(" "), chain.end)
}

#[test]
fn links_lead_from_their_directory_or_from_the_root() {
    let nodes = nodes(
        [
            ("/a", "d"),
            ("/a/rel", "../b/./x"),
            ("/a/abs", "/b/x/.."),
            ("/a/up", "../../../b"),
            ("/a/loop", "loop"),
            ("/a/gone", "/no"),
            ("/a/f", "f"),
            ("/b", "d"),
            ("/b/x", "d"),
            ("/no", "-"),
        ],
        "",
    );
    for (path, expected) in [
        ("/", "/ Found(0)"),
        ("/a/rel", "/ /a /a/rel /b /b/x Found(4)"),
        ("/a/abs", "/ /a /a/abs /b /b/x Found(3)"),
        ("/a/up", "/ /a /a/up /b Found(3)"),
        ("//a/./f", "/ /a /a/f Found(2)"),
        ("/a/f/", "/ /a /a/f NotDirectory(2)"),
        ("/a/f/.", "/ /a /a/f NotDirectory(2)"),
        ("/a/../", "/ /a Found(0)"),
        ("/a/f/g", "/ /a /a/f NotDirectory(2)"),
        ("/a/loop", "/ /a /a/loop Loop"),
        ("/a/gone/x", "/ /a /a/gone /no Absent(3)"),
        ("/a/../b/x", "/ /a /b /b/x Found(3)"),
    ] {
        assert_eq!(way(&nodes, path), expected, "{path}");
    }
    let unseen = nodes.walk(&"/b/y/z".into()).end;
    assert_eq!(unseen, End::Unseen("/b/y".into()));
}

#[test]
fn mounts_lie_on_mounts() {
    // /m is mounted over by 40, which hides what is mounted below it; /n has two, one on the other.
    let table = "22 1 8:1 / / rw,relatime - ext4 /dev/sda rw\n\
        30 22 8:2 / /m rw - ext4 /dev/sdb rw\n\
        31 30 8:3 / /m/x ro - ext4 /dev/sdc rw\n\
        40 30 0:9 / /m rw - tmpfs none rw\n\
        50 22 0:10 / /n rw - tmpfs none ro\n\
        51 50 8:1 /b\\040c /n rw shared:1 - ext4 /dev/sda rw\n\
        60 22 0:11 / /o rw - nfs4 server:/o rw\n";
    let nodes = nodes([], table);
    let on = |place: &str| nodes.mount_of(&place.into()).map(|mount| mount.id);
    for (place, id) in [
        ("/", 22),
        ("/etc", 22),
        ("/m", 40),
        ("/m/x", 40),
        ("/m/x/y", 40),
        ("/mm", 22),
        ("/n/file", 51),
        ("/o/p", 60),
    ] {
        assert_eq!(on(place), Some(id), "{place}");
    }
    let mount = nodes.mount_of(&"/n/file".into()).unwrap();
    let others = nodes.mounts().elsewhere("/n/file", "/n", mount);
    assert_eq!(others, ["/b c/file".into()]);
    let root = nodes.mounts().root().unwrap();
    assert_eq!(
        nodes.mounts().elsewhere("/b c/file", "/", root),
        ["/n/file".into()]
    );
    assert_eq!(nodes.mounts().elsewhere("/b", "/", root), []);
    assert!(nodes.mount_of(&"/o".into()).unwrap().is_beyond());
}

#[test]
fn a_root_that_is_no_mount_has_mounts_on_it() {
    let nodes = nodes(
        [],
        "70 60 0:9 / /m ro - tmpfs none rw\n71 70 0:9 /x /m/y rw - tmpfs none rw\n",
    );
    assert!(nodes.mounts().root().is_none());
    let on = |place: &str| nodes.mount_of(&place.into()).map(|mount| mount.id);
    assert_eq!(
        [on("/"), on("/m/z"), on("/m/y/z")],
        [None, Some(70), Some(71)]
    );
}

#[test]
fn is_recorded_and_read() {
    let nodes = nodes(
        [("/a", "d"), ("/a/l", "x")],
        "22 1 8:1 / / rw - ext4 /dev/sda rw\n",
    );
    let text = serde_json::to_string(&nodes).unwrap();
    assert!(text.contains("\"mode\":\"0755\""), "{text}");
    assert_eq!(serde_json::from_str::<Nodes>(&text).unwrap(), nodes);
    let query = FileQuery::new(["/etc/shadow", "/etc/cron.d/*"]).unwrap();
    assert_eq!(query.to_string(), "/etc/shadow and 1 more");
    assert_eq!(String::from(query), "/etc/shadow /etc/cron.d/*");
    assert!(
        FileQuery::new(["/a b"]).is_err()
            && FileQuery::new(["etc"]).is_err()
            && FileQuery::new([]).is_err()
    );
}

#[test]
fn roots_path_is_what_login_defs_says() {
    let found = |text: &str| {
        let all = root_path(text.as_bytes());
        all.iter()
            .map(|it| it.raw().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        found("#ENV_SUPATH PATH=/x\nENV_SUPATH\tPATH=/a:/b:.:\n"),
        "/a /b"
    );
    assert_eq!(found("ENV_SUPATH /a/c\n"), "/a/c");
    assert!(found("ENV_SUPATHS /a\n").starts_with("/usr/local/sbin "));
}
