//! What procfs may say, and what processes make it say.

use super::*;

/// A line of `/proc/PID/stat` with this name, state, flags and start.
fn stat(name: &[u8], state: &str, flags: u64, started: &str) -> Vec<u8> {
    let rest = format!(
        ") {state} 1 42 42 34816 42 {flags} 91 0 0 0 1 2 0 0 20 0 3 0 {started} 8192 1 18446744073709551615 0 0\n"
    );
    [b"42 (", name, rest.as_bytes()].concat()
}

#[test]
fn a_name_may_hold_anything() {
    for name in [
        &b"sleep"[..],
        b"",
        b") (",
        b"a) R 0 0 (b",
        b"x\ny",
        b"\x1b[2J",
        b"\xff",
    ] {
        let stat = Stat::parse(&stat(name, "S", 0x40_0000, "100")).unwrap();
        assert_eq!(stat.name, HostText::from_bytes(name));
        assert_eq!((stat.pid, stat.parent, stat.threads), (42, 1, 3));
        assert!(!stat.is_kernel_thread && !stat.has_ended);
    }
    let thread = Stat::parse(&stat(b"kworker/0:1", "I", 0x0420_8060, "0")).unwrap();
    assert!(thread.is_kernel_thread);
    assert!(Stat::parse(&stat(b"x", "Z", 0, "0")).unwrap().has_ended);
}

#[test]
fn another_text_is_none() {
    let whole = stat(b"x", "S", 0, "100");
    let text = String::from_utf8(whole.clone()).unwrap();
    let cut = text.find(" 8192").unwrap();
    for end in 0..cut - 3 {
        assert_eq!(Stat::parse(&whole[..end]), None, "{end}");
    }
    for text in [
        &b""[..],
        b")(",
        b"1 (x",
        b"x (x) S 1",
        b"-1 (x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ] {
        assert_eq!(Stat::parse(text), None);
    }
    assert_eq!(Status::parse(b"Name:\tx\nUid:\t0\t0\t0\n"), None);
    assert_eq!(namespace(&"net:[x]".into()), None);
}

#[test]
fn ticks_become_a_time() {
    let booted = boot_time(b"cpu  1 2\nintr 5\nctxt 1\nbtime 1700000000\nprocesses 3\n").unwrap();
    let started = |ticks: &str| {
        Stat::parse(&stat(b"x", "S", 0, ticks))
            .unwrap()
            .started(booted)
    };
    assert_eq!(started("0"), Some(booted));
    assert_eq!(
        started("12345").unwrap().to_string(),
        "2023-11-14T22:15:23.45Z"
    );
    assert_eq!(started("18446744073709551615"), None);
    for text in [
        &b""[..],
        b"btime \n",
        b"btime x\n",
        b"xbtime 1\n",
        b"btime 99999999999999\n",
    ] {
        assert_eq!(boot_time(text), None);
    }
}

#[test]
fn a_number_that_was_given_again_is_another_process() {
    let read = |ticks: &str, state: &str| Stat::parse(&stat(b"x", state, 0, ticks)).unwrap();
    assert!(read("5", "S").is_same(&read("5", "R")));
    assert!(!read("5", "S").is_same(&read("5", "Z")));
    assert!(!read("5", "S").is_same(&read("6", "S")));
}

#[test]
fn reads_whose_it_is_and_what_it_may() {
    let status = Status::parse(
        b"Name:\tx\\nUid:\t0\t0\t0\t0\nUmask:\t0022\nPid:\t7\nUid:\t1000\t0\t1001\t1002\nGid:\t5\t6\t7\t8\nNSpid:\t7\t3\t1\n\
          CapInh:\t0000000000000000\nCapEff:\t000001fffffbffff\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n",
    )
    .unwrap();
    let uids = Ids {
        real: 1000,
        effective: 0,
        saved: 1001,
        fs: 1002,
    };
    assert_eq!(status.uids, uids);
    assert_eq!(status.gids.real, 5);
    assert_eq!(status.inner_pid, Some(1));
    assert_eq!(status.no_new_privs, Some(true));
    assert_eq!(status.seccomp, Some(Seccomp::Filter));
    assert_eq!(status.capabilities, 0x1ff_fffb_ffff);
    assert!(status.may_trace());
    // An old kernel says less, which is not "no".
    let old = b"Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nCapEff:\t0000000000000000\n";
    let old = Status::parse(old).unwrap();
    assert_eq!(
        (old.inner_pid, old.no_new_privs, old.seccomp),
        (None, None, None)
    );
    assert!(!old.may_trace());
    let odd = b"Uid:\t1\t1\t1\t1\nGid:\t1\t1\t1\t1\nCapEff:\t0000000000000000\nSeccomp:\t9\n";
    assert_eq!(Status::parse(odd), None);
}

#[test]
fn links_name_namespaces_and_lost_programs() {
    assert_eq!(namespace(&"net:[4026531840]".into()), Some(4_026_531_840));
    assert_eq!(deleted(&"/usr/bin/x".into()), None);
    assert_eq!(
        deleted(&"/usr/bin/x (deleted)".into()),
        Some("/usr/bin/x".into())
    );
    assert_eq!(
        deleted(&"/x (deleted) (deleted)".into()),
        Some("/x (deleted)".into())
    );
}

fn argv(text: &[u8]) -> (Vec<String>, bool) {
    let argv = Argv::parse(text, None);
    (
        argv.words
            .iter()
            .map(|word| word.raw().to_owned())
            .collect(),
        argv.cut,
    )
}

#[test]
fn words_stay_apart_and_secrets_do_not_show() {
    assert_eq!(argv(b""), (vec![], false));
    assert_eq!(argv(b"\0\0"), (vec![], false));
    assert_eq!(
        argv(b"sleep\0\x31\0\0\0"),
        (vec!["sleep".into(), "1".into()], false)
    );
    assert_eq!(
        argv(b"a\0\0b"),
        (vec!["a".into(), String::new(), "b".into()], false)
    );
    assert_eq!(
        argv(b"bot\0\xff\x1b\0").0[1],
        HostText::from_bytes(b"\xff\x1b").raw()
    );
    for secret in [
        &b"bot\0--api-secret\0hunter2hunter2\0"[..],
        b"bot --api-secret hunter2hunter2",
        b"bot: started with API_SECRET=hunter2hunter2\0\0\0",
        b"sh\0-c\0exec bot --api-secret=hunter2hunter2\0",
    ] {
        let shown = argv(secret).0.join(" ");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert!(shown.contains("[api-secret"), "{shown}");
    }
}

/// A title over a longer command line, of which the end is still there.
#[test]
fn what_a_title_leaves_of_the_words_under_it_is_not_kept() {
    let text = b"bot: running\0et\0kQH5HW8p1uGO\0";
    assert_eq!(argv(text), (vec!["bot: running".into()], true));
    let program = HostText::from("/opt/My Bot/run");
    let own = Argv::parse(b"/opt/My Bot/run\0--dry-run\0", Some(&program));
    assert_eq!((own.words.len(), own.cut), (2, false));
}

#[test]
fn long_ones_are_cut_after_they_are_masked() {
    let title = vec![b'x'; 4096];
    let (words, cut) = argv(&title);
    assert_eq!((words.len(), words[0].len(), cut), (1, 4096, true));
    let (words, cut) = argv(&vec![b'x'; 4095]);
    assert_eq!((words[0].len(), cut), (4095, false));
    assert_eq!(argv(&vec![b'x'; 100_000]), (vec![], true));
    let (words, cut) = argv(&[b"sh\0-c\0".to_vec(), vec![b'x'; 20_000]].concat());
    assert_eq!((words, cut), (vec!["sh".into(), "-c".into()], true));
    let text = "é".repeat(3000);
    assert_eq!(argv(text.as_bytes()).0[0].len(), 4096);
    // A secret over the end of what is kept.
    let text = [
        &[b'x'; 4080],
        &b"\0--api-secret\0kQH5HW8p1uGOVjbgWA7F\0"[..],
    ]
    .concat();
    let shown = argv(&text).0.concat();
    assert!(!shown.contains("kQH5") && shown.len() <= 4096);
    // Half a seed phrase is not known for one.
    let phrase = "abandon\0".repeat(11);
    let long = "y".repeat(20_000);
    let (words, cut) = argv(format!("bot\0-1\0{phrase}{long}").as_bytes());
    assert_eq!((words, cut), (vec!["bot".into(), "-1".into()], true));
}

/// `(unit, user unit)` of a path in version 2.
fn units(path: &str) -> (String, String) {
    let place = Place::parse(format!("0::{path}\n").as_bytes());
    let text = |unit: Option<HostText>| unit.map_or(String::new(), |unit| unit.raw().to_owned());
    (text(place.unit), text(place.user_unit))
}

#[test]
fn units_are_those_of_systemd() {
    for (path, unit, user_unit) in [
        ("/init.scope", "init.scope", ""),
        ("/system.slice/nginx.service", "nginx.service", ""),
        (
            "/system.slice/system-getty.slice/getty@tty1.service",
            "getty@tty1.service",
            "",
        ),
        ("/system.slice/a\\x2db.service", "a\\x2db.service", ""),
        ("/system.slice/ssh.socket", "ssh.socket", ""),
        ("/system.slice/tmp.mount", "tmp.mount", ""),
        (
            "/user.slice/user-1000.slice/session-3.scope",
            "session-3.scope",
            "",
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/init.scope",
            "user@1000.service",
            "init.scope",
        ),
        (
            "/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service",
            "user@1000.service",
            "bot.service",
        ),
        // Escaped by systemd: the kernel has files of the same names.
        ("/system.slice/_cgroup.service", "cgroup.service", ""),
        // Another's cgroup namespace.
        ("/../nginx.service", "nginx.service", ""),
        (
            "/../../user.slice/user-1.slice/session-1.scope",
            "session-1.scope",
            "",
        ),
        // Whoever was left a unit cannot take another one's name.
        ("/system.slice/bot.service/sshd.service", "bot.service", ""),
        (
            "/system.slice/bot.service/user@0.service/x.service",
            "bot.service",
            "",
        ),
        ("/system.slice/bot.service (deleted)", "bot.service", ""),
        ("/", "", ""),
        ("/docker/0123", "", ""),
        ("/a b.service", "", ""),
        ("/.service", "", ""),
        ("/system.slice", "", ""),
        (
            "/system.slice/user@x.service/a.service",
            "user@x.service",
            "",
        ),
    ] {
        assert_eq!(units(path), (unit.into(), user_unit.into()), "{path}");
    }
}

#[test]
fn the_hierarchy_of_systemd_comes_before_others() {
    let place = |text: &str| Place::parse(text.as_bytes());
    let hybrid = place(
        "9:name=systemd:/system.slice/a.service\n8:pids:/x\n0::/system.slice/docker.service\n",
    );
    assert_eq!(hybrid.unit, Some("a.service".into()));
    assert_eq!(hybrid.path.raw(), "/system.slice/a.service");
    let root = place("9:name=systemd:/\n0::/system.slice/b.service\n");
    assert_eq!(root.unit, Some("b.service".into()));
    assert_eq!(place("1:name=systemd:/\n0::/\n").path.raw(), "/");
    let colon = place("0::/system.slice/a:b.service\n");
    assert_eq!(colon.unit, Some("a:b.service".into()));
    for text in ["", "nonsense", "4:memory:/a/b.service\n"] {
        assert_eq!(place(text), Place::default());
    }
}

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn containers_are_known_by_their_groups() {
    use Engine::*;
    for (path, engine, id) in [
        ("/system.slice/docker-ID.scope", Docker, ID),
        ("/system.slice/docker-ID.scope/init.scope", Docker, ID),
        ("/system.slice/docker-ID.scope/docker/DI", Docker, ID),
        ("/docker/ID", Docker, ID),
        ("/system.slice:docker:ID", Docker, ID),
        ("/machine.slice/libpod-ID.scope/container", Podman, ID),
        ("/system.slice/bot.service/libpod-payload-ID", Podman, ID),
        ("/libpod_parent/libpod-ID", Podman, ID),
        (
            "/user.slice/user-1.slice/user@1.service/user.slice/libpod-ID.scope/container",
            Podman,
            ID,
        ),
        (
            "/kubepods.slice/kubepods-pod1.slice/cri-containerd-ID.scope",
            Containerd,
            ID,
        ),
        (
            "/system.slice/containerd.service/kubepods-burstable-pod1.slice:cri-containerd:ID",
            Containerd,
            ID,
        ),
        ("/system.slice/nerdctl-ID.scope", Containerd, ID),
        ("/kubepods/burstable/pod0-1/ID", Kubernetes, ID),
        ("/kubepods/besteffort/pod0-1/crio-ID", CriO, ID),
        ("/default/ID", Other, ID),
        ("/lxc.payload.web/system.slice/nginx.service", Lxc, "web"),
        ("/lxc.payload/web", Lxc, "web"),
        ("/lxc/101/ns/init.scope", Lxc, "101"),
        (
            "/machine.slice/machine-my\\x2dbox.scope/payload/init.scope",
            Machined,
            "my-box",
        ),
        (
            "/machine.slice/systemd-nspawn@box.service/payload",
            Machined,
            "box",
        ),
    ] {
        let path = path.replace("ID", ID).replace("DI", &ID.replace('0', "f"));
        let expected = Some(ContainerRef {
            engine,
            id: id.into(),
        });
        for line in [
            format!("0::{path}"),
            format!("1:name=systemd:{path}\n0::/docker.service"),
        ] {
            assert_eq!(Place::parse(line.as_bytes()).container, expected, "{line}");
        }
    }
}

#[test]
fn what_watches_over_a_container_is_not_in_it() {
    for path in [
        "/machine.slice/libpod-conmon-ID.scope",
        "/system.slice/crio-conmon-ID.scope",
        "/system.slice/bot.service/supervisor",
        "/lxc.monitor.web",
        "/lxc.monitor/web",
        "/machine.slice/machine-box.scope/supervisor",
        "/machine.slice/systemd-nspawn@box.service/supervisor",
        "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/libvirt/emulator",
        "/system.slice/containerd.service",
        "/system.slice/docker-short.scope",
        "/docker",
        "/lxc",
    ] {
        let line = format!("0::{}", path.replace("ID", ID));
        assert_eq!(Place::parse(line.as_bytes()).container, None, "{path}");
    }
}

/// Version 1 without systemd: every controller has the path.
#[test]
fn any_hierarchy_may_name_the_container() {
    let place = Place::parse(format!("4:memory:/docker/{ID}\n3:cpu:/\n0::/\n").as_bytes());
    assert_eq!(
        place.container.map(|found| found.engine),
        Some(Engine::Docker)
    );
    assert_eq!(place.path.raw(), "/");
}
