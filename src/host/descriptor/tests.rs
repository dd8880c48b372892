//! What a live tree may hold, harmless or not.

use super::*;
use crate::host::live::Direct;
use crate::source::Denial;
use nix::unistd::{Uid, mkfifo, setfsuid};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use tempfile::TempDir;

struct Scene(TempDir);

impl Scene {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    fn link(&self, name: &str, target: &str) -> String {
        symlink(target, self.path(name)).unwrap();
        self.path(name)
    }
}

fn refusal(path: &str) -> String {
    match Direct.read(path, 100) {
        Err(Obstacle::Refused { why, .. }) => why.to_string(),
        other => panic!("{path}: {other:?}"),
    }
}

#[test]
fn reads_files_and_tells_what_is_not_there() {
    let scene = Scene::new();
    let file = scene.file("a", "text");
    let link = scene.link("l", "a");
    for path in [&file, &link] {
        assert_eq!(Direct.read(path, 4).unwrap().unwrap(), b"text");
    }
    for path in [scene.path("none"), scene.path("a/b"), String::new()] {
        assert_eq!(Direct.read(&path, 4), Ok(None));
        assert_eq!(Direct.list(&path), Ok(None));
        assert_eq!(Direct.stat(&path), Ok(None));
        assert_eq!(Direct.follow(&path), Ok(None));
        assert_eq!(Direct.read_link(&path), Ok(None));
        assert_eq!(Direct.links(&path, ""), Ok(None));
    }
    assert_eq!(Direct.list(&file), Ok(None));
    assert_eq!(Direct.read_link(&file), Ok(None));
    assert_eq!(Direct.read_link(&link).unwrap().unwrap().raw(), "a");
}

#[test]
fn reads_to_the_limit_and_not_beyond() {
    let scene = Scene::new();
    for size in [0, 1, 4095, 16_383, 16_384, 16_385, 100_000] {
        let content = vec![b'x'; size];
        let path = scene.file("f", &content);
        let limit = size as u64;
        assert_eq!(Direct.read(&path, limit).unwrap().unwrap(), content);
        assert_eq!(Direct.read(&path, u64::MAX - 1).unwrap().unwrap(), content);
        if size > 0 {
            let at = Source::file(&path);
            let limit = limit - 1;
            let too_large = Err(Obstacle::TooLarge { at, limit });
            assert_eq!(Direct.read(&path, limit), too_large);
        }
    }
}

#[test]
fn reads_procfs_whose_files_have_no_size() {
    let status = Direct.read("/proc/self/status", 1 << 20).unwrap().unwrap();
    assert!(status.starts_with(b"Name:"));
    let obstacle = Direct.read("/proc/self/status", 10).unwrap_err();
    assert_eq!(obstacle.code(), "too-large");
    // Several numbers in one sysctl: a small first read would cut them off.
    let printk = Direct.read("/proc/sys/kernel/printk", 1 << 10).unwrap();
    let words = String::from_utf8(printk.unwrap()).unwrap();
    assert_eq!(words.split_whitespace().count(), 4, "{words}");
}

#[test]
fn opens_nothing_that_could_wait_or_wake() {
    let scene = Scene::new();
    let fifo = scene.path("fifo");
    mkfifo(fifo.as_str(), Mode::from_bits_truncate(0o666)).unwrap();
    let socket = scene.path("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert_eq!(refusal(&fifo), "a FIFO");
    assert_eq!(refusal(&scene.link("to-fifo", "fifo")), "a FIFO");
    assert_eq!(refusal(&socket), "a socket");
    assert_eq!(refusal("/dev/zero"), "a character device");
    assert_eq!(Direct.list(&fifo), Ok(None));
    assert_eq!(Direct.stat(&fifo).unwrap().unwrap().kind, FileKind::Special);
    let directory = scene.path("");
    let obstacle = Direct.read(&directory, 100).unwrap_err();
    assert_eq!(obstacle.to_string(), format!("{directory}: Is a directory"));
}

#[test]
fn a_masked_file_is_an_empty_one() {
    let scene = Scene::new();
    let mask = scene.link("mask", "/dev/null");
    assert_eq!(Direct.read(&mask, 100), Ok(Some(Vec::new())));
}

#[test]
fn links_in_a_circle_are_a_failure() {
    let scene = Scene::new();
    scene.link("a", "b");
    let circle = scene.link("b", "a");
    assert_eq!(Direct.read(&circle, 100).unwrap_err().code(), "failed");
    assert_eq!(Direct.stat(&circle).unwrap().unwrap().kind, FileKind::Link);
}

/// Root may read everything, so it becomes nobody for the time of a thread: to a file system, it is.
#[test]
fn permissions_stand_in_the_way() {
    let scene = Scene::new();
    let file = scene.file("secret", "x");
    let directory = scene.path("private");
    fs::create_dir(&directory).unwrap();
    for path in [&file, &directory] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    let root = unistd::geteuid().is_root();
    let by = if root {
        Denial::EvenRoot
    } else {
        Denial::NeedsRoot
    };
    // The temporary directory is its owner's alone.
    fs::set_permissions(scene.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let denied = |path: &str| Obstacle::Denied {
        at: Source::file(path),
        by: by.clone(),
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if root {
                setfsuid(Uid::from_raw(65_534));
            }
            assert_eq!(Direct.read(&file, 100), Err(denied(&file)));
            assert_eq!(Direct.list(&directory), Err(denied(&directory)));
            assert_eq!(Direct.links(&directory, ""), Err(denied(&directory)));
            let inner = format!("{directory}/x");
            assert_eq!(Direct.read(&inner, 100), Err(denied(&inner)));
            assert_eq!(Direct.stat(&inner), Err(denied(&inner)));
            assert_eq!(Direct.read_link(&inner), Err(denied(&inner)));
            assert_eq!(Direct.stat(&file).unwrap().unwrap().mode, 0);
        });
    });
    fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn describes_what_is_there_without_following() {
    let scene = Scene::new();
    let file = scene.file("f", "");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o4711)).unwrap();
    let stat = Direct.stat(&file).unwrap().unwrap();
    assert_eq!((stat.kind, stat.mode), (FileKind::Regular, 0o4711));
    assert_eq!(stat.uid, unistd::geteuid().as_raw());
    let link = scene.link("l", "f");
    let of_link = Direct.stat(&link).unwrap().unwrap();
    assert_eq!(of_link.kind, FileKind::Link);
    assert_ne!(of_link.id, stat.id);
    assert_eq!(Direct.follow(&link), Ok(Some(stat)));
    assert_eq!(Direct.follow(&scene.link("to-none", "none")), Ok(None));
}

/// A program is the same file by whatever name, or by none any more.
#[test]
fn follows_the_links_of_the_kernel() {
    let program = Direct.follow("/proc/self/exe").unwrap().unwrap();
    let path = std::env::current_exe().unwrap();
    assert_eq!(
        Direct.stat(path.to_str().unwrap()).unwrap().unwrap().id,
        program.id
    );
}

#[test]
fn lists_in_order_and_with_kinds() {
    let scene = Scene::new();
    scene.file("b", "");
    scene.link("c", "none");
    fs::create_dir(scene.path("a")).unwrap();
    let entries = Direct.list(&scene.path("")).unwrap().unwrap();
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| (entry.name.raw(), entry.kind.unwrap()))
        .collect();
    let expected = [
        ("a", FileKind::Directory),
        ("b", FileKind::Regular),
        ("c", FileKind::Link),
    ];
    assert_eq!(entries, expected);
}

#[test]
fn a_listing_has_a_limit() {
    let scene = Scene::new();
    for name in ["one", "two", "six"] {
        scene.file(name, "");
    }
    let open = || {
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        fcntl::open(scene.0.path(), flags, Mode::empty()).unwrap()
    };
    let at = Source::file("x");
    let exact = 3 * (3 + size_of::<DirEntry>() as u64);
    assert_eq!(entries(open(), &at, exact).unwrap().unwrap().len(), 3);
    let obstacle = entries(open(), &at, exact - 1).unwrap_err();
    assert_eq!(obstacle.code(), "too-large");
}

#[test]
fn a_name_that_is_not_text_hides_nothing() {
    let scene = Scene::new();
    let odd = OsStr::from_bytes(b"odd\xff\\x41");
    fs::write(scene.0.path().join(odd), "seen").unwrap();
    // Its twin looks the same when both are printed.
    scene.file("odd\\xff\\x41", "twin");
    let entries = Direct.list(&scene.path("")).unwrap().unwrap();
    let read = |entry: &DirEntry| Direct.read(&scene.path(entry.name.raw()), 100);
    let mut contents: Vec<_> = entries
        .iter()
        .map(|entry| read(entry).unwrap().unwrap())
        .collect();
    contents.sort();
    assert_eq!(contents, [b"seen", b"twin"]);
}

#[test]
fn a_path_with_a_nul_is_a_failure() {
    assert_eq!(Direct.read("/etc\0/x", 100).unwrap_err().code(), "failed");
}

#[test]
fn finds_the_links_of_the_kernel() {
    let exe = Direct.read_link("/proc/self/exe").unwrap().unwrap();
    assert_eq!(
        exe.raw(),
        std::env::current_exe().unwrap().to_str().unwrap()
    );
}

/// Reads as the live host does, with the ways that a tree of files has by default.
struct Plain;

impl Files for Plain {
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, Obstacle> {
        Direct.read(path, limit)
    }

    fn list(&self, path: &str) -> Result<Option<Vec<DirEntry>>, Obstacle> {
        Direct.list(path)
    }

    fn stat(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        Direct.stat(path)
    }

    fn follow(&self, path: &str) -> Result<Option<FileStat>, Obstacle> {
        Direct.follow(path)
    }

    fn read_link(&self, path: &str) -> Result<Option<HostText>, Obstacle> {
        Direct.read_link(path)
    }
}

#[test]
fn finds_links_by_where_they_point() {
    let scene = Scene::new();
    scene.file("file", "");
    fs::create_dir(scene.path("directory")).unwrap();
    for (name, target) in [
        ("a", "to/x"),
        ("b", "to/y\u{1b}"),
        ("c", "elsewhere"),
        ("d", "t"),
    ] {
        scene.link(name, target);
    }
    let odd = OsStr::from_bytes(b"to/\xff");
    symlink(odd, scene.0.path().join(OsStr::from_bytes(b"\xff"))).unwrap();
    for files in [&Direct as &dyn Files, &Plain] {
        let find = |target: &str| {
            let mut links = files.links(&scene.path(""), target).unwrap().unwrap();
            links.sort();
            links.into_iter().map(|link| (link.name, link.target))
        };
        assert_eq!(find("").len(), 5);
        assert_eq!(find("nowhere").len(), 0);
        let expected = [("a", "to/x"), ("b", "to/y\u{1b}")].map(|(a, b)| (a.into(), b.into()));
        let bytes = HostText::from_bytes;
        let expected = expected
            .into_iter()
            .chain([(bytes(b"\xff"), bytes(b"to/\xff"))]);
        assert!(find("to/").eq(expected));
        assert_eq!(find(bytes(b"to/\xff").raw()).len(), 1);
    }
}

#[test]
fn finds_the_sockets_of_a_process() {
    let scene = Scene::new();
    let _socket = UnixListener::bind(scene.path("s")).unwrap();
    let sockets = Direct.links("/proc/self/fd", "socket:[").unwrap().unwrap();
    assert!(!sockets.is_empty());
    assert!(
        sockets
            .iter()
            .all(|link| link.target.raw().starts_with("socket:["))
    );
}

#[test]
fn links_have_a_limit_that_others_do_not_count_for() {
    let scene = Scene::new();
    for (name, target) in [("a", "yes"), ("b", "yes"), ("c", "no"), ("d", "no")] {
        scene.link(name, target);
    }
    let open = || {
        let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        fcntl::open(scene.0.path(), flags, Mode::empty()).unwrap()
    };
    let at = Source::file("x");
    let exact = 2 * (1 + 3 + size_of::<Link>() as u64);
    assert_eq!(links(open(), b"yes", &at, exact).unwrap().unwrap().len(), 2);
    let obstacle = links(open(), b"yes", &at, exact - 1).unwrap_err();
    assert_eq!(obstacle.code(), "too-large");
}

/// What is open still when its process ends says so in words of its own.
#[test]
fn a_process_that_ends_while_it_is_read_is_not_there() {
    let mut child = std::process::Command::new("sleep")
        .arg("60")
        .spawn()
        .unwrap();
    let own = format!("/proc/{}", child.id());
    let at = Source::file(own.as_str());
    let directory = open_directory(&Direct, &format!("{own}/fd")).unwrap();
    let file = open(&Direct, &format!("{own}/stat"), OFlag::O_RDONLY).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(slurp(&file, &at, 0, 100), Ok(None));
    assert_eq!(links(directory, b"", &at, 100), Ok(None));
}

/// Below /proc files are opened at once; what that does not reach goes the long way, and both answer alike.
#[test]
fn procfs_has_a_short_way_and_no_other_answers() {
    let own = format!("/proc/{}", std::process::id());
    let name = fs::read(format!("{own}/comm")).unwrap();
    for (path, is_short) in [
        (format!("{own}/comm"), true),
        ("/proc/self/comm".to_owned(), false),
        (format!("{own}/root{own}/comm"), false),
        (format!("/proc/../proc{}/comm", &own[5..]), false),
    ] {
        assert_eq!(
            Direct.open_harmless(Path::new(&path)).is_some(),
            is_short,
            "{path}"
        );
        assert_eq!(Direct.read(&path, 100).unwrap().unwrap(), name, "{path}");
    }
    for path in [
        "/proc/0",
        "/proc/none/x",
        "/etc/hostname",
        "/proc/self/fd/0",
    ] {
        assert!(Direct.open_harmless(Path::new(path)).is_none(), "{path}");
    }
    assert_eq!(Direct.read("/proc/none", 9), Ok(None));
    assert_eq!(Direct.read(&own, 9).unwrap_err().code(), "failed");
    let at = Source::file(format!("{own}/status"));
    let too_large = Err(Obstacle::TooLarge { at, limit: 9 });
    assert_eq!(Direct.read(&format!("{own}/status"), 9), too_large);
}
