use super::*;
use crate::source::{Denial, FileStat, MapFiles};

/// A map with links: a path that is a link, and where it points.
struct Linked(MapFiles, Vec<(&'static str, &'static str)>);

impl Files for Linked {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        match end_of_links(self, path) {
            end if end == "/dev/null" => Err(Obstacle::Refused {
                at: Source::file(path),
                why: "a device".into(),
            }),
            end => self.0.read(&end, limit),
        }
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        let mut entries = self.0.list(path)?.unwrap_or_default();
        entries.extend(self.1.iter().filter_map(|(link, _)| {
            let (directory, name) = link.rsplit_once('/')?;
            (directory == path).then(|| DirEntry {
                name: name.into(),
                kind: Some(FileKind::Link),
            })
        }));
        Ok(Some(entries))
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        if self.read_link(path)?.is_none() {
            return self.0.stat(path);
        }
        Ok(Some(FileStat {
            kind: FileKind::Link,
            mode: 0o777,
            uid: 0,
            gid: 0,
            id: (0, 0),
            changed: jiff::Timestamp::UNIX_EPOCH,
        }))
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        self.stat(&end_of_links(self, path))
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        let link = self.1.iter().find(|(link, _)| *link == path);
        Ok(link.map(|(_, target)| (*target).into()))
    }
}

fn sources(assignments: &[Assignment]) -> Vec<String> {
    assignments.iter().map(|a| a.source.to_string()).collect()
}

#[test]
fn names_order_and_directories_hide() {
    let files = MapFiles::new([
        ("/usr/lib/sysctl.d/50-default.conf", "a.b=1"),
        ("/usr/lib/sysctl.d/10-first.conf", "a.b=2"),
        ("/lib/sysctl.d/10-first.conf", "a.b=2"),
        ("/etc/sysctl.d/50-default.conf", ""),
        ("/etc/sysctl.d/9.conf", "a.b=3"),
        ("/run/sysctl.d/10-first.conf", "a.b=4"),
        ("/etc/sysctl.d/hardening", "a.b=5"),
        ("/etc/sysctl.d/.hidden.conf", "a.b=6"),
        ("/etc/sysctl.d/90-dir.conf/x", ""),
    ]);
    let config = SysctlConfig::read(&files);
    assert_eq!(
        config.files,
        [
            "/run/sysctl.d/10-first.conf",
            "/etc/sysctl.d/50-default.conf",
            "/etc/sysctl.d/9.conf",
            "/etc/sysctl.d/90-dir.conf"
        ]
        .map(HostText::from)
    );
    assert_eq!(
        sources(&config.assignments),
        ["/run/sysctl.d/10-first.conf:1", "/etc/sysctl.d/9.conf:1"]
    );
    assert_eq!(config.gaps, []);
}

#[test]
fn a_link_to_null_masks_and_a_dangling_link_too() {
    let files = Linked(
        MapFiles::new([
            ("/usr/lib/sysctl.d/a.conf", "a.b=1"),
            ("/usr/lib/sysctl.d/b.conf", "a.b=1"),
        ]),
        vec![
            ("/etc/sysctl.d/a.conf", "/dev/null"),
            ("/etc/sysctl.d/b.conf", "gone"),
        ],
    );
    let config = SysctlConfig::read(&files);
    assert_eq!(config.assignments, []);
    assert_eq!(config.gaps, []);
    assert_eq!(config.files.len(), 2);
}

#[test]
fn sysctl_conf_counts_where_a_link_brings_it() {
    let conf = ("/etc/sysctl.conf", "x.y=1");
    let alone = SysctlConfig::read(&MapFiles::new([conf]));
    assert_eq!(alone.assignments, []);
    assert_eq!(sources(&alone.unread), ["/etc/sysctl.conf:1"]);

    let link = vec![("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")];
    let linked = SysctlConfig::read(&Linked(MapFiles::new([conf]), link));
    assert_eq!(
        sources(&linked.assignments),
        ["/etc/sysctl.d/99-sysctl.conf:1"]
    );
    assert_eq!(linked.unread, []);
}

#[test]
fn what_cannot_be_read_is_a_gap_and_still_hides() {
    let denied = Obstacle::Denied {
        at: Source::file("/etc/sysctl.d/a.conf"),
        by: Denial::NeedsRoot,
    };
    let files = MapFiles::new([("/usr/lib/sysctl.d/a.conf", "a.b=1")])
        .without("/etc/sysctl.d/a.conf", denied.clone());
    let config = SysctlConfig::read(&files);
    assert_eq!(config.gaps, [denied]);
    assert_eq!(config.assignments, []);
}

#[test]
fn a_credential_comes_last() {
    let files = MapFiles::new([(CREDENTIAL, "a.b=2"), ("/etc/sysctl.d/z.conf", "a.b=1")]);
    let config = SysctlConfig::read(&files);
    assert_eq!(config.files[1].raw(), CREDENTIAL);
}

#[test]
fn running_and_configured_values_compare() {
    assert_eq!(
        parse_running(b"4096\t131072\t6291456\n").raw(),
        "4096 131072 6291456"
    );
    assert_eq!(
        parse_running(b" |/usr/bin/core  %p\n").raw(),
        "|/usr/bin/core %p"
    );
    assert_eq!(parse_running(b"\n").raw(), "");
}

#[test]
fn is_recorded_and_read_back() {
    let files = MapFiles::new([("/etc/sysctl.d/a.conf", "-a.b=1\n-c.*\nnonsense\n/../x=1")]);
    let config = SysctlConfig::read(&files);
    assert_eq!(
        (
            config.assignments.len(),
            config.ignored.len(),
            config.gaps.len()
        ),
        (2, 1, 1)
    );
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<SysctlConfig>(&json).unwrap(), config);
}
