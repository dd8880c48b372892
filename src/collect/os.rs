//! The operating system, what it runs on, and whether it is in sight from here.

use crate::fact::{Fact, Unjudged};
use crate::facts::Facts;
use crate::facts::os::{
    DmiNames, Os, OsRelease, ProcView, Vantage, VantageEvidence, Virtualisation,
    VirtualisationEvidence, hypervisor_flag, mount_points, parse_uptime, vantage, variable,
    virtualisation,
};
use crate::host::{Host, Mode};
use crate::source::{Denial, FileStat, HostText, Obstacle, Source};

/// os-release(5): the administrator's file, then the vendor's.
const OS_RELEASE: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];
/// mountinfo of a host with thousands of containers, and cpuinfo of one with hundreds of processors, are larger than
/// all else that is read here.
const LIMIT: u64 = 4 << 20;

/// Reads it. What cannot be read about the machine beneath leaves that unknown, and no more.
pub(super) fn collect(host: &Host) -> Fact<Os> {
    let read = || match host.mode() {
        Mode::Root => image(host),
        Mode::Live | Mode::Fixture => {
            kernel_in_sight(host)?;
            let (release, source) = release(host)?;
            Ok((os(host, release), source))
        }
    };
    read().into()
}

/// An image: a release, and nothing that runs. A directory without a trace of a system must not look like a host that has
/// nothing wrong with it.
fn image(host: &Host) -> Result<(Os, Source), Obstacle> {
    let mut traces = OS_RELEASE.iter().chain(&["/etc/passwd"]);
    let is_there = |path: &str| host.files().stat(path).map(|found| found.is_some());
    if !traces.try_fold(false, |seen, path| Ok(seen || is_there(path)?))? {
        return Err(Obstacle::Failed {
            at: Source::file("/"),
            why: "no system is below this root: neither os-release nor passwd".into(),
        });
    }
    let (release, source) = release(host)?;
    let uname = host.uname();
    let os = Os {
        release,
        kernel: uname.release,
        arch: uname.machine,
        hostname: uname.hostname,
        virtualisation: Virtualisation::Unknown,
        uptime_s: None,
        vantage: Vantage::Host,
        proc: ProcView::of(&[]),
        notes: Vec::new(),
    };
    Ok((os, source))
}

/// Without /proc nothing can be said of the kernel, nor whether the files here are the host's: an empty chroot must not
/// look like a host that has nothing wrong with it.
fn kernel_in_sight(host: &Host) -> Result<(), Obstacle> {
    runs(host)?;
    for path in ["/proc/sys", "/proc/uptime"] {
        if host.files().stat(path)?.is_some() {
            return Ok(());
        }
    }
    Err(Obstacle::Failed {
        at: Source::file("/proc"),
        why: "not mounted here, or only for its processes (ProcSubset=pid)".into(),
    })
}

/// An image has no kernel, whatever its files look like.
pub(super) fn runs(host: &Host) -> Result<(), Obstacle> {
    match host.mode() {
        Mode::Live | Mode::Fixture => Ok(()),
        Mode::Root => Err(Obstacle::NeedsLiveHost {
            what: "what the kernel runs".into(),
        }),
    }
}

/// A setting that is not there is missing from the kernel only where its neighbours are there: an empty or covered
/// directory hides them all.
pub(super) fn settings_in_sight(host: &Host, directory: &str) -> Result<(), Obstacle> {
    kernel_in_sight(host)?;
    match host.files().list(directory)? {
        Some(entries) if !entries.is_empty() => Ok(()),
        _ => Err(Obstacle::Failed {
            at: Source::file(directory),
            why: "empty or hidden here".into(),
        }),
    }
}

/// Refuses to speak of the host's files from where they cannot be seen.
pub(super) fn in_sight(facts: &Facts, path: &str) -> Result<(), Obstacle> {
    let hidden_by = match facts.os().and_then(Fact::known) {
        Ok((os, _)) => match &os.vantage {
            Vantage::ApplicationContainer { manager } => {
                format!("an application container ({})", manager.raw())
            }
            Vantage::OtherRoot => "a root directory of its own".to_owned(),
            Vantage::Host | Vantage::OwnMountNamespace { .. } => return Ok(()),
        },
        Err(Unjudged::Unknown(obstacle)) => return Err(obstacle),
        // Every host has an operating system.
        Err(Unjudged::NotApplicable { .. }) => return Ok(()),
    };
    Err(Obstacle::Denied {
        at: Source::file(path),
        by: Denial::Vantage {
            hidden_by: hidden_by.into(),
        },
    })
}

fn release(host: &Host) -> Result<(OsRelease, Source), Obstacle> {
    for path in OS_RELEASE {
        if let Some(text) = host.files().read(path, LIMIT)? {
            return Ok((OsRelease::parse(&text), Source::file(path)));
        }
    }
    // A system without the file is still a system: os-release(5) says what to take for it.
    Ok((OsRelease::parse(b""), Source::file(OS_RELEASE[0])))
}

fn os(host: &Host, release: OsRelease) -> Os {
    let mounts = text(host, "/proc/self/mountinfo")
        .map(|text| mount_points(&text))
        .unwrap_or_default();
    let mut seen = VantageEvidence {
        pid_namespace: link(host, "/proc/self/ns/pid"),
        mount_namespace: link(host, "/proc/self/ns/mnt"),
        init_mount_namespace: link(host, "/proc/1/ns/mnt"),
        root: identity(host, "/."),
        init_root: identity(host, "/proc/1/root/."),
        init_name: line(host, "/proc/1/comm"),
        container: None,
        mounts,
    };
    let machine = virtualisation(&beneath(host, &seen));
    seen.container = machine.container().cloned();
    let (vantage, notes) = vantage(&seen);
    let uname = host.uname();
    Os {
        release,
        kernel: uname.release,
        arch: uname.machine,
        hostname: uname.hostname,
        virtualisation: machine,
        uptime_s: text(host, "/proc/uptime").and_then(|text| parse_uptime(&text)),
        vantage,
        proc: ProcView::of(&seen.mounts),
        notes,
    }
}

fn beneath(host: &Host, seen: &VantageEvidence) -> VirtualisationEvidence {
    let exists = |path| host.files().stat(path).is_ok_and(|found| found.is_some());
    let dmi = |name: &str| line(host, &format!("/sys/class/dmi/id/{name}"));
    VirtualisationEvidence {
        container_manager: line(host, "/run/host/container-manager"),
        systemd_container: line(host, "/run/systemd/container"),
        init_variable: text(host, "/proc/1/environ")
            .and_then(|environ| variable(&environ, "container")),
        podman_marker: exists("/run/.containerenv"),
        docker_marker: exists("/.dockerenv"),
        booted: seen.booted(),
        openvz: exists("/proc/vz") && !exists("/proc/bc"),
        osrelease: line(host, "/proc/sys/kernel/osrelease"),
        dmi: DmiNames {
            product_name: dmi("product_name"),
            sys_vendor: dmi("sys_vendor"),
            board_vendor: dmi("board_vendor"),
            bios_vendor: dmi("bios_vendor"),
            product_version: dmi("product_version"),
        },
        hypervisor_type: line(host, "/sys/hypervisor/type"),
        cpu_flag: text(host, "/proc/cpuinfo").and_then(|text| hypervisor_flag(&text)),
    }
}

/// Evidence that cannot be read is no evidence: the models below say what is then unknown.
fn text(host: &Host, path: &str) -> Option<Vec<u8>> {
    host.files().read(path, LIMIT).ok().flatten()
}

fn line(host: &Host, path: &str) -> Option<HostText> {
    text(host, path).map(|text| HostText::from_bytes(text.trim_ascii()))
}

fn link(host: &Host, path: &str) -> Option<HostText> {
    host.files().read_link(path).ok().flatten()
}

fn identity(host: &Host, path: &str) -> Option<(u64, u64)> {
    host.files()
        .stat(path)
        .ok()
        .flatten()
        .map(|FileStat { id, .. }| id)
}
