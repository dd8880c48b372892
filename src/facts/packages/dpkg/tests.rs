use super::*;
use crate::facts::packages::{MultiArch, State, Want};
use crate::source::{DirEntry, FileStat, MapFiles};
use std::sync::atomic::{AtomicU64, Ordering};

fn stanza(name: &str, arch: &str, version: &str, more: &str) -> String {
    format!(
        "Package: {name}\nStatus: install ok installed\nArchitecture: {arch}\nVersion: {version}\n{more}\n"
    )
}

fn all<const N: usize>(files: [(&str, &str); N]) -> (Vec<String>, Vec<String>) {
    let listing = read(&MapFiles::new(files), "/d").expect("a database");
    let text = |package: &Package| {
        let version = package
            .version
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let (name, arch) = (&package.name, &package.architecture);
        match package.state {
            State::Installed => format!("{name}:{arch} {version}"),
            state => format!("{name}:{arch} {version} {state:?}"),
        }
    };
    let gaps = listing.gaps.iter().map(ToString::to_string).collect();
    (listing.items.iter().map(text).collect(), gaps)
}

#[test]
fn the_journal_takes_the_place_of_entries() {
    let status = stanza("b", "amd64", "1", "") + &stanza("a", "amd64", "1", "");
    let (first, second) = (stanza("a", "amd64", "3", ""), stanza("a", "amd64", "2", ""));
    let gone = "Package: b\nStatus: purge ok not-installed\nArchitecture: amd64\n";
    let (packages, gaps) = all([
        ("/d/status", &status),
        ("/d/updates/0001", &second),
        ("/d/updates/0000", &first),
        ("/d/updates/0002", gone),
        ("/d/updates/tmp.i", "#padded"),
    ]);
    assert_eq!(packages, ["a:amd64 2", "b:amd64  NotInstalled"]);
    assert_eq!(gaps, [""; 0]);
}

#[test]
fn an_instance_changes_its_architecture_in_the_journal_alone() {
    let same = "Multi-Arch: same\n";
    let (amd, all_) = (stanza("a", "amd64", "1", ""), stanza("a", "all", "2", ""));
    let (packages, _) = all([("/d/status", &amd), ("/d/updates/0", &all_)]);
    assert_eq!(packages, ["a:all 2"]);
    let (amd, other) = (
        stanza("a", "amd64", "1", same),
        stanza("a", "i386", "2", same),
    );
    let (packages, _) = all([("/d/status", &amd), ("/d/updates/0", &other)]);
    assert_eq!(packages, ["a:amd64 1", "a:i386 2"]);
    let (packages, gaps) = all([("/d/status", &format!("{amd}{other}"))]);
    assert_eq!((packages.len(), gaps.len()), (2, 0));
}

#[test]
fn an_image_has_a_file_for_each() {
    let (packages, gaps) = all([
        (
            "/d/status.d/base",
            "Package: base\nVersion: 1\nArchitecture: all",
        ),
        ("/d/status.d/base.md5sums", "0  etc/os-release\n"),
        ("/d/status.d/tz", &stanza("tzdata", "all", "2", "")),
        ("/d/status.d/more/x", "nonsense"),
    ]);
    assert_eq!(packages, ["base:all 1", "tzdata:all 2"]);
    assert_eq!(gaps, [""; 0]);
}

#[test]
fn mistakes_are_gaps() {
    let good = stanza("a", "all", "1", "");
    let text = format!(
        "Package: x\nnonsense\n\n{good}{}Package: cut\nVersion: 1",
        stanza("a", "all", "2", "")
    );
    let (packages, gaps) = all([
        ("/d/status", &text),
        ("/d/updates/1", "Status: install ok installed\n"),
        ("/d/updates/02", &stanza("b", "all", "1", "")),
    ]);
    assert_eq!(packages, ["a:all 2", "b:all 1"]);
    assert_eq!(
        gaps,
        [
            "/d/status:2: not understood: no colon after the name of a field",
            "/d/status:9: not understood: a: a second entry, after that in /d/status:4",
            "/d/status:14: not understood: the file is cut off here, in the middle of a line",
            "/d/updates: not understood: names of different lengths: their order is not known",
            "/d/updates/1:1: not understood: no name of a package",
        ]
    );
}

#[test]
fn what_cannot_be_read_is_no_empty_list() {
    let refused = || Obstacle::Refused {
        at: Source::file("/x"),
        why: "a FIFO".into(),
    };
    let read = |files: MapFiles| read(&files, "/d");
    assert_eq!(
        read(MapFiles::default().without("/d/status", refused())),
        Err(refused())
    );
    for empty in ["", "\n\n"] {
        assert!(matches!(
            read(MapFiles::new([("/d/status", empty)])),
            Err(Obstacle::Failed { .. })
        ));
    }
    assert!(matches!(
        read(MapFiles::default()),
        Err(Obstacle::Failed { .. })
    ));
    let good = stanza("a", "all", "1", "");
    for hidden in ["/d/updates/0000", "/d/status.d/b"] {
        let listing = read(MapFiles::new([("/d/status", &good)]).without(hidden, refused()))
            .expect("a database");
        assert_eq!((listing.items.len(), listing.gaps), (1, vec![refused()]));
    }
}

#[test]
fn there_is_an_end_to_mistakes_and_packages() {
    let listing = read(
        &MapFiles::new([("/d/status", &"a\n\n".repeat(1 << 20))]),
        "/d",
    )
    .expect("a database");
    assert_eq!(listing.gaps.len(), MOST_GAPS + 1);
    let many: String = (0..=MOST)
        .map(|number| format!("Package: p{number}\n\n"))
        .collect();
    let listing = read(&MapFiles::new([("/d/status", &many)]), "/d").expect("a database");
    assert_eq!((listing.items.len(), listing.gaps.len()), (MOST, 1));
}

/// One whose `status` is another each time it is looked at, so many times.
struct Restless(MapFiles, AtomicU64);

impl Files for Restless {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        self.0.read(path, limit)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        self.0.list(path)
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        let left = self.1.load(Ordering::Relaxed);
        self.1.store(left.saturating_sub(1), Ordering::Relaxed);
        let other = |stat| FileStat {
            id: (0, left),
            ..stat
        };
        Ok(self.0.stat(path)?.map(other))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.stat(path)
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        self.0.read_link(path)
    }
}

#[test]
fn a_database_that_changes_is_read_again() {
    let files = MapFiles::new([("/d/status", &stanza("a", "all", "1", ""))]);
    let restless = |times| read(&Restless(files.clone(), AtomicU64::new(times)), "/d");
    assert!(restless(3).is_ok());
    assert!(
        matches!(restless(100), Err(Obstacle::Failed { why, .. }) if why.raw().contains("dpkg is at work"))
    );
}

#[test]
fn an_entry_is_kept_whole() {
    let text = "Package: a\nStatus: hold reinstreq unpacked\nArchitecture: amd64\nMulti-Arch: foreign\nVersion: 1\n\n";
    let listing = read(&MapFiles::new([("/d/status", text)]), "/d").expect("a database");
    let package = &listing.items[0];
    assert_eq!(
        (package.want, package.reinstall_required, package.state),
        (Want::Hold, true, State::Unpacked)
    );
    assert_eq!(
        (package.multi_arch, &package.at),
        (MultiArch::Foreign, &Source::line("/d/status", 1))
    );
}
