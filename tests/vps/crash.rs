//! Programs that really crash, as a service and in a login: a core file lies there exactly where the limits that were read allow it.

use crate::vps::Vps;
use seaworthy::facts::Facts;
use seaworthy::facts::core_dumps::CoreDumps;

/// Where a program crashes, and the files that lie there afterwards.
fn crash(vps: &Vps, how: &str) -> usize {
    vps.sh("rm -rf /var/tmp/crash; mkdir -m 777 /var/tmp/crash");
    vps.run(how);
    vps.sh("ls /var/tmp/crash").lines().count()
}

fn dumps(vps: &Vps) -> CoreDumps {
    let facts = vps.seaworthy("facts core-dumps")["facts"].take();
    let facts: Facts = serde_json::from_value(facts).expect("facts");
    let fact = facts.core_dumps().expect("asked for");
    fact.known().expect("seen").0.clone()
}

/// What services get, as the rule reads it.
fn service_limit(dumps: &CoreDumps) -> u64 {
    let inherited = *dumps.inherited.get().expect("the limit of PID 1");
    dumps.default_limit().map_or(inherited, |(bytes, _)| bytes)
}

#[test]
fn a_core_file_is_left_where_the_limits_allow_it() {
    let Some(vps) = Vps::boot() else { return };
    let pattern = vps.sh("cat /proc/sys/kernel/core_pattern");
    if pattern.starts_with(['|', '/']) {
        println!("skipped: core files of this machine go to {pattern}");
        return;
    }
    vps.sh("useradd --create-home crasher; systemctl stop systemd-coredump.socket || true");
    // systemd-run makes one `$` of two.
    let service = "systemd-run --quiet --wait --property WorkingDirectory=/var/tmp/crash sh -c 'kill -SEGV $$$$'";
    let login = "su - crasher -c \"cd /var/tmp/crash && sh -c 'kill -SEGV \\$\\$'\"";
    for (files, limit, in_login) in [
        ("", 0, false),
        (
            "/etc/systemd/system.conf.d/9.conf [Manager]\\nDefaultLimitCORE=infinity\\n",
            u64::MAX,
            false,
        ),
        (
            "/etc/systemd/system.conf.d/9a.conf [Manager]\\nDefaultLimitCORE=0:infinity\\n",
            0,
            false,
        ),
        (
            "/etc/security/limits.d/9.conf crasher soft core unlimited\\n",
            0,
            true,
        ),
        (
            "/etc/security/limits.d/a.conf crasher - core 0\\n",
            0,
            false,
        ),
    ] {
        if let Some((path, text)) = files.split_once(' ') {
            vps.write(path, &text.replace("\\n", "\n"));
            vps.sh("systemctl daemon-reexec");
        }
        let dumps = dumps(&vps);
        assert_eq!(service_limit(&dumps), limit, "{files}");
        assert_eq!(crash(&vps, service) > 0, limit > 0, "a service: {files}");
        assert_eq!(crash(&vps, login) > 0, in_login, "a login: {files}");
        assert_eq!(dumps.open_session().is_some(), in_login, "{files}");
    }
}
