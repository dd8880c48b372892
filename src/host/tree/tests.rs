//! Ways out of a tree, and what stays inside.

use super::*;
use crate::source::{FileKind, Files};
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::TempDir;

/// A tree `root` beside a file that no path may reach.
fn scene() -> (TempDir, Tree) {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    fs::create_dir_all(root.join("etc/deep")).unwrap();
    fs::write(directory.path().join("outside"), "outside").unwrap();
    fs::write(root.join("etc/passwd"), "inside").unwrap();
    let tree = Tree::open(&root).unwrap();
    (directory, tree)
}

#[test]
fn absolute_links_and_parents_stay_inside() {
    let (directory, tree) = scene();
    let root = directory.path().join("root");
    symlink("/etc/passwd", root.join("absolute")).unwrap();
    symlink("../../../../etc/passwd", root.join("etc/deep/up")).unwrap();
    symlink("../outside", root.join("escape")).unwrap();
    symlink(directory.path().join("outside"), root.join("full")).unwrap();
    symlink("/", root.join("etc/slash")).unwrap();
    let read = |path: &str| tree.read(path, 100).unwrap();
    for path in [
        "/absolute",
        "/etc/deep/up",
        "/../../etc/passwd",
        "/etc/slash/etc/passwd",
        "etc/passwd",
    ] {
        assert_eq!(read(path).unwrap(), b"inside", "{path}");
    }
    for path in ["/escape", "/full", "/../outside", "/etc/slash/../outside"] {
        assert_eq!(read(path), None, "{path}");
    }
    assert_eq!(
        tree.stat("/absolute").unwrap().unwrap().kind,
        FileKind::Link
    );
    let target = tree.read_link("/absolute").unwrap().unwrap();
    assert_eq!(target.raw(), "/etc/passwd");
    let names = |path: &str| tree.list(path).unwrap().unwrap().len();
    assert_eq!(names("/.."), names("/"));
}

#[test]
fn links_that_only_the_kernel_can_follow_lead_nowhere() {
    let tree = Tree::open(Path::new("/")).unwrap();
    for path in [
        "/proc/self/root/etc/passwd",
        "/proc/self/cwd/x",
        "/proc/self/exe",
    ] {
        let obstacle = tree.read(path, 1 << 30).unwrap_err();
        assert_eq!(obstacle.code(), "failed", "{path}");
    }
    assert!(tree.list("/proc/self/root").is_err());
    assert!(tree.stat("/proc/self/root/etc").is_err());
    assert!(tree.read("/etc/passwd", 1 << 20).unwrap().is_some());
    assert_eq!(
        tree.read_link("/proc/self/root").unwrap().unwrap().raw(),
        "/"
    );
}

#[test]
fn devices_are_refused_and_masks_hold_without_dev() {
    let tree = Tree::open(Path::new("/")).unwrap();
    assert_eq!(tree.read("/dev/zero", 1).unwrap_err().code(), "refused");
    let (directory, tree) = scene();
    symlink("/dev/null", directory.path().join("root/etc/mask")).unwrap();
    assert_eq!(tree.read("/etc/mask", 1), Ok(Some(Vec::new())));
    assert_eq!(tree.read("/dev/null", 1), Ok(None));
}

/// The kernel then answers EAGAIN, for a rename anywhere could have moved what `..` starts from.
#[test]
fn renames_do_not_disturb() {
    let (directory, tree) = scene();
    let names = ["x", "y"].map(|name| directory.path().join(name));
    fs::write(&names[0], "").unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                fs::rename(&names[0], &names[1]).unwrap();
                fs::rename(&names[1], &names[0]).unwrap();
            }
        });
        let path = format!("/etc/{}passwd", "deep/../".repeat(16));
        let reads = (0..2000).map(|_| tree.read(&path, 100));
        let all = reads.collect::<Result<Vec<_>, _>>();
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(all.unwrap().iter().all(Option::is_some));
    });
}

#[test]
fn what_is_no_directory_is_no_root() {
    let (directory, _) = scene();
    let file = directory.path().join("outside");
    let why = Tree::open(&file).err().unwrap();
    assert_eq!(why, format!("{}: Not a directory", file.display()));
    assert!(Tree::open(&directory.path().join("none")).is_err());
}
