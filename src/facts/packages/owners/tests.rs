use super::*;
use crate::facts::packages::read;
use crate::source::{DirEntry, FileStat, MapFiles};

const STATUS: &str = "\
Package: base
Status: install ok installed
Architecture: all
Version: 1

Package: libc
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 1

Package: dash
Status: install ok installed
Architecture: amd64
Version: 1

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: wished
Status: install ok not-installed
Architecture: all

";

const LISTS: [(&str, &str); 7] = [
    ("/d/status", STATUS),
    ("/d/info/format", "1\n"),
    (
        "/d/info/base.list",
        "/.\n/bin\n/bin/sh\n/usr\n/usr/share/\n/usr/bin/tool\n//./odd\n",
    ),
    (
        "/d/info/libc:amd64.list",
        "/.\n/lib\n/lib/libc.so\n/usr\n/usr/share\n/usr/share/doc\n",
    ),
    ("/d/info/dash.list", "/bin/sh\n/usr/bin/dash\n"),
    ("/d/info/wished.list", "/usr/share\n"),
    (
        "/d/diversions",
        "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/tool\n/usr/bin/tool.ours\n:\n",
    ),
];

/// A tree whose `/bin` and `/lib` are links, or are not.
struct Tree(MapFiles, bool);

impl Files for Tree {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        self.0.read(path, limit)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        self.0.list(path)
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.0.stat(path)
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.0.follow(path)
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        Ok(match path {
            "/bin" if self.1 => Some("usr/bin".into()),
            "/lib" if self.1 => Some("/usr/lib/".into()),
            "/lib64" => Some("/elsewhere/usr/lib64".into()),
            _ => None,
        })
    }
}

fn ask(tree: &Tree, path: &str) -> Owners {
    let packages = read(tree, "/d").expect("a database");
    let answers =
        owners(tree, "/d", &packages, &[&"/other".into(), &path.into()]).expect("an answer");
    answers.into_iter().nth(1).expect("two answers")
}

/// `package how`, of those that hold the path too, with a star.
fn told(owners: &Owners) -> Vec<String> {
    let holders: Vec<&Owner> = owners.holders().collect();
    let text = |owner: &Owner| {
        let star = if holders.contains(&owner) { "*" } else { "" };
        format!("{} {:?}{star}", owner.package, owner.claim)
    };
    owners.owners.iter().map(text).collect()
}

#[test]
fn finds_whole_lines() {
    let tree = Tree(MapFiles::new(LISTS), true);
    for (path, owners) in [
        ("/usr/share", &["base Listed*", "libc Listed*"][..]),
        ("/usr/share/", &["base Listed*", "libc Listed*"]),
        ("/usr/share/.", &["base Listed*", "libc Listed*"]),
        ("//usr/share", &["base Listed*", "libc Listed*"]),
        ("/odd", &["base Listed*"]),
        ("/usr/shar", &[]),
        ("/usr/share/doc/x", &[]),
        ("/", &[]),
        ("/.", &[]),
        ("/usr/share\n/usr", &[]),
        ("/usr/bin/dash", &["dash Listed*"]),
        ("/bin/dash", &["dash Alias*"]),
        ("/usr/lib/libc.so", &["libc Alias*"]),
        ("/lib/libc.so", &["libc Listed*"]),
        // The link is not the directory.
        ("/bin", &["base Listed*"]),
        ("/usr/bin", &[]),
    ] {
        let answer = ask(&tree, path);
        assert_eq!(told(&answer), owners, "{path}");
        assert_eq!(
            (answer.diversion, answer.gaps),
            (None, Vec::new()),
            "{path}"
        );
    }
    let answer = ask(&tree, "/bin/dash");
    assert_eq!(
        (
            answer.owners[0].listed.raw(),
            answer.owners[0].architecture.raw()
        ),
        ("/usr/bin/dash", "amd64")
    );
}

#[test]
fn without_the_links_the_directories_are_two() {
    let tree = Tree(MapFiles::new(LISTS), false);
    assert_eq!(told(&ask(&tree, "/bin/dash")), [""; 0]);
    assert_eq!(told(&ask(&tree, "/usr/bin/dash")), ["dash Listed*"]);
}

#[test]
fn a_diversion_says_whose_the_file_is() {
    let tree = Tree(MapFiles::new(LISTS), true);
    for (path, owners, from) in [
        ("/bin/sh", &["base Listed", "dash Listed*"][..], "/bin/sh"),
        ("/usr/bin/sh", &["base Alias", "dash Alias*"], "/bin/sh"),
        ("/bin/sh.distrib", &["base Diverted*"], "/bin/sh"),
        ("/usr/bin/sh.distrib", &["base Diverted*"], "/bin/sh"),
        ("/usr/bin/tool", &["base Listed"], "/usr/bin/tool"),
        ("/usr/bin/tool.ours", &["base Diverted*"], "/usr/bin/tool"),
    ] {
        let answer = ask(&tree, path);
        assert_eq!(told(&answer), owners, "{path}");
        assert_eq!(
            answer.diversion.map(|diversion| diversion.from),
            Some(from.into()),
            "{path}"
        );
    }
}

#[test]
fn what_is_not_seen_is_a_gap() {
    let told = |name: &str, text: &str| {
        let mut files = LISTS;
        *files
            .iter_mut()
            .find(|(path, _)| *path == name)
            .expect("a list") = (name, text);
        let answer = ask(&Tree(MapFiles::new(files), true), "/usr/share");
        (
            told(&answer).len(),
            answer
                .gaps
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>(),
        )
    };
    for (text, owners, part) in [
        ("/usr/share\n/usr", 2, "cut off"),
        ("/usr/share", 2, "cut off"),
        ("/usr/share\n\n", 2, "without a path"),
        ("/usr/share\n/\n", 2, "without a path"),
        ("/usr/share\0\n", 1, "NUL"),
    ] {
        let (found, gaps) = told("/d/info/base.list", text);
        assert_eq!(found, owners, "{text:?}");
        assert!(matches!(&gaps[..], [gap] if gap.contains(part)), "{gaps:?}");
    }
    let (found, gaps) = told("/d/diversions", "/a\n");
    assert!(
        found == 2 && gaps.len() == 1 && gaps[0].contains("diversion"),
        "{gaps:?}"
    );
    let (found, gaps) = told(
        "/d/status",
        &STATUS.replace("Version: 1\n\nPackage: gone", "\nPackage: gone"),
    );
    assert!(
        found == 2 && gaps.len() == 1 && gaps[0].contains("dash: no version"),
        "{gaps:?}"
    );
}

#[test]
fn a_list_that_is_missing_is_a_gap_unless_only_configuration_is_left() {
    let files = MapFiles::new([LISTS[0], LISTS[1], LISTS[2], LISTS[4]]);
    let answer = ask(&Tree(files, false), "/usr/share");
    assert_eq!(told(&answer), ["base Listed*"]);
    assert_eq!(answer.gaps.len(), 1);
    assert_eq!(
        answer.gaps[0].to_string(),
        "/d/info/libc:amd64.list: there is no such file"
    );
}

#[test]
fn the_form_of_the_database_is_known_or_refused() {
    let [status, (format, _), base, (_, libc), dash, ..] = LISTS;
    for form in ["0\n", "1\n", "2\n", "one", ""] {
        let name = if form == "0\n" {
            "/d/info/libc.list"
        } else {
            "/d/info/libc:amd64.list"
        };
        let tree = Tree(
            MapFiles::new([status, (format, form), base, (name, libc), dash]),
            false,
        );
        let packages = read(&tree, "/d").expect("a database");
        match owners(&tree, "/d", &packages, &[&"/lib/libc.so".into()]) {
            Ok(answer) => assert!(
                form.len() == 2
                    && form < "2"
                    && answer[0].gaps.is_empty()
                    && answer[0].owners.len() == 1
            ),
            Err(obstacle) => assert!(
                matches!(obstacle, Obstacle::NotModelled { .. }) && form != "1\n",
                "{obstacle}"
            ),
        }
    }
}
