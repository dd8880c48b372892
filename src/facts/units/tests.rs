//! Units in trees: which file, which drop-ins, and what is too much.

use super::*;
use crate::source::MapFiles;

fn unit(files: &MapFiles, name: &str) -> Option<Unit> {
    Tree::of(files, true).load(name).unwrap()
}

fn values(unit: &Unit) -> Vec<String> {
    let show = |it: &Setting| format!("{}={}", it.key, it.value);
    unit.settings.iter().map(show).collect()
}

#[test]
fn the_first_file_wins_and_drop_ins_apply_by_base_name() {
    let files = MapFiles::new([
        ("/etc/systemd/system/a-b.socket", "[Socket]\nfile=etc"),
        ("/usr/lib/systemd/system/a-b.socket", "[Socket]\nfile=usr"),
        (
            "/usr/lib/systemd/system/a-b.socket.d/20-x.conf",
            "[Socket]\nx=specific",
        ),
        ("/etc/systemd/system/socket.d/20-x.conf", "[Socket]\nx=type"),
        ("/etc/systemd/system/socket.d/99-y.conf", "[Socket]\ny=type"),
        (
            "/run/systemd/generator/a-.socket.d/10-z.conf",
            "[Socket]\nz=prefix",
        ),
        ("/etc/systemd/system/a-b.socket.d/readme", "[Socket]\nno=1"),
    ]);
    let found = unit(&files, "a-b.socket").unwrap();
    assert_eq!(
        values(&found),
        ["file=etc", "z=prefix", "x=specific", "y=type"]
    );
    let image = Tree::of(&files, false).load("a-b.socket").unwrap().unwrap();
    assert_eq!(
        values(&image),
        ["file=etc", "x=specific", "y=type"],
        "an image has no /run"
    );
}

#[test]
fn an_empty_file_masks_and_an_instance_has_its_template() {
    let files = MapFiles::new([
        ("/etc/systemd/system/a.service", ""),
        (
            "/usr/lib/systemd/system/a.service",
            "[Service]\nExecStart=/bin/a",
        ),
        (
            "/usr/lib/systemd/system/t@.service",
            "[Service]\nExecStart=/bin/%p %i",
        ),
        (
            "/etc/systemd/system/t@x.service.d/a.conf",
            "[Service]\nUser=%i\n",
        ),
    ]);
    assert_eq!(unit(&files, "a.service").unwrap().load, Load::Masked);
    assert_eq!(unit(&files, "b.service"), None);
    let found = unit(&files, "t@x.service").unwrap();
    let machine = Machine::default();
    assert_eq!(found.user(&machine).as_deref(), Some("x"));
    let commands = found.commands("Service", "ExecStart", &machine);
    assert_eq!(commands[0].0.argv, ["/bin/t".into(), "x".into()]);
}

#[test]
fn what_is_implied_counts() {
    let files = MapFiles::new([(
        "/etc/systemd/system/a.service",
        "[Service]\nExecStart=/bin/a\nDynamicUser=yes\nProtectHome=no\n",
    )]);
    let found = unit(&files, "a.service").unwrap();
    assert!(found.has("NoNewPrivileges") && found.has("PrivateTmp"));
    assert_eq!(
        (found.protect_system(), found.protect_home()),
        ("strict", "read-only")
    );
}

#[test]
fn secrets_do_not_stay() {
    let text = "[Service]\nExecStart=/bin/a --api-secret hunter2hunter2\nEnvironment=API_SECRET=hunter2hunter2\n";
    let files = MapFiles::new([("/etc/systemd/system/a.service", text)]);
    let shown = format!("{:?}", unit(&files, "a.service").unwrap().masked());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_unit_of_ten_megabytes_is_too_large_and_costs_no_other() {
    let large = "#".repeat(10 << 20);
    let files = MapFiles::new([
        ("/etc/systemd/system/a.service", large.as_str()),
        (
            "/etc/systemd/system/b.service",
            "[Service]\nExecStart=/bin/b",
        ),
    ]);
    let tree = Tree::of(&files, true);
    assert_eq!(tree.load("a.service").unwrap_err().code(), "too-large");
    assert_eq!(tree.load("b.service").unwrap().unwrap().load, Load::Loaded);
}
