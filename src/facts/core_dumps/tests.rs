use super::*;
use crate::source::{MapFiles, Obstacle};

fn dumps(files: &MapFiles) -> CoreDumps {
    let keys = ["Storage", "ExternalSizeMax", "JournalSizeMax"];
    CoreDumps {
        handler: Layered::read(files, "coredump.conf", "Coredump", &keys),
        manager: Layered::read(files, "system.conf", "Manager", &["DefaultLimitCORE"]),
        inherited: Seen::Seen(0),
        sessions: Listing::default(),
        setters: Listing::default(),
        kept: Listing::default(),
    }
}

fn keeps(files: &MapFiles) -> String {
    match dumps(files).handler_keeps() {
        Keeps::Nothing(line) => format!("nothing: {}", line.source),
        Keeps::In(place, line) => {
            let by = line.map_or("default".to_owned(), |line| line.source.to_string());
            format!("{place}: {by}")
        }
    }
}

#[test]
fn drop_ins_apply_by_name_and_the_stronger_hides_its_namesake() {
    let files = MapFiles::new([
        (
            "/etc/systemd/coredump.conf",
            "[Coredump]\nStorage=journal\n",
        ),
        (
            "/usr/lib/systemd/coredump.conf",
            "[Coredump]\nStorage=none\n",
        ),
        (
            "/usr/lib/systemd/coredump.conf.d/20.conf",
            "[Coredump]\nStorage=external\n",
        ),
        (
            "/run/systemd/coredump.conf.d/10.conf",
            "[Coredump]\nStorage=none\n",
        ),
        (
            "/etc/systemd/coredump.conf.d/20.conf",
            "[Other]\nStorage=none\n",
        ),
        (
            "/etc/systemd/coredump.conf.d/.30.conf",
            "[Coredump]\nStorage=journal\n",
        ),
        (
            "/etc/systemd/coredump.conf.d/40",
            "[Coredump]\nStorage=journal\n",
        ),
    ]);
    assert_eq!(
        keeps(&files),
        "nothing: /run/systemd/coredump.conf.d/10.conf:2"
    );
}

#[test]
fn what_systemd_does_not_understand_leaves_what_was() {
    let of = |text| keeps(&MapFiles::new([("/etc/systemd/coredump.conf", text)]));
    let kept = "/var/lib/systemd/coredump: default";
    assert_eq!(of(""), kept);
    assert_eq!(of("[Coredump]\nStorage=None\nstorage=none\n"), kept);
    assert_eq!(of("Storage=none\n"), kept);
    assert_eq!(
        of("[Coredump]\nExternalSizeMax=0\n"),
        "nothing: /etc/systemd/coredump.conf:2"
    );
    assert_eq!(
        of("[Coredump]\nExternalSizeMax=0\nExternalSizeMax=1G\n"),
        kept
    );
    assert_eq!(
        of("[Coredump]\nStorage=journal\nExternalSizeMax=0\n"),
        "/var/log/journal: /etc/systemd/coredump.conf:2"
    );
    assert_eq!(
        of("[Coredump]\nStorage=none\nStorage=\nStorage=both\n"),
        "nothing: /etc/systemd/coredump.conf:2"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    let denied = Obstacle::NotModelled { what: "x".into() };
    let files = MapFiles::new([]).without("/etc/systemd/coredump.conf.d/9.conf", denied);
    assert_eq!(dumps(&files).handler.gaps.len(), 1);
}

#[test]
fn limits() {
    let of = |value: &str| {
        let text = format!("[Manager]\nDefaultLimitCORE={value}\n");
        let dumps = dumps(&MapFiles::new([("/etc/systemd/system.conf", &text)]));
        dumps.default_limit().map(|(bytes, _)| bytes)
    };
    assert_eq!(of("0"), Some(0));
    assert_eq!(of("0:infinity"), Some(0));
    assert_eq!(of("infinity"), Some(u64::MAX));
    assert_eq!(of("2M:1G"), Some(2 << 20));
    assert_eq!(of("lots"), None);

    let text = b"Limit  Soft Limit\nMax core file size        0    unlimited  bytes\n";
    assert_eq!(soft_core_limit(text), Some(0));
    assert_eq!(
        soft_core_limit(b"Max core file size unlimited unlimited"),
        Some(u64::MAX)
    );
    assert_eq!(soft_core_limit(b"\xff"), None);

    let text = b"# * soft core 1\n* hard core unlimited\n@bots - core 10 # ten\nbob soft CORE unlimited and more\nbob soft core\n* soft nofile 9";
    let seen = session_limits(text, "/l");
    let seen: Vec<_> = seen.iter().map(|it| (it.domain.raw(), it.bytes)).collect();
    assert_eq!(seen, [("@bots", 10240), ("bob", u64::MAX)]);
}
