//! From where the tool looks: whether what it sees as the host is the host.
//!
//! A machine or container with an init of its own, seen from inside, is the host. What cannot be compared is a note, never an
//! obstacle: many honest hosts keep the links of PID 1 from everybody.

use crate::facts::mountinfo::Line;
use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// Whether the tool sees the host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Vantage {
    /// It does, as far as can be seen.
    Host,
    /// It runs in a container that serves one program: files, processes and network are the container's.
    ApplicationContainer {
        /// What made it, or `other`.
        manager: HostText,
    },
    /// Its root directory is not that of PID 1 (chroot(2), `RootDirectory=`): files are not the host's.
    OtherRoot,
    /// It has mounts of its own over the host's root, as a sandboxed unit has (systemd.exec(5)).
    OwnMountNamespace {
        /// Mount points behind which the host's files cannot be seen.
        hidden: Vec<HostText>,
    },
}

/// What the mount options of `/proc` keep back (proc(5)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcView {
    /// What ordinary users see of others' processes.
    pub hidepid: HidePid,
    /// `subset=pid`: no settings and tables of the kernel.
    pub only_processes: bool,
}

/// `hidepid=`, without effect on root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HidePid {
    /// Everything is seen.
    #[default]
    Off,
    /// Others' processes are seen by their number only (1).
    NoAccess,
    /// Others' processes are not seen (2).
    Invisible,
    /// Only processes that may be traced are seen (4).
    Ptraceable,
}

/// One mount of `/proc/self/mountinfo`, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountPoint {
    /// The directory of its file system that is mounted.
    pub root: HostText,
    /// Where it is mounted.
    pub at: HostText,
    /// Type of its file system.
    pub fstype: HostText,
    /// Options of its file system, separated by commas.
    pub options: HostText,
}

/// What a collector found; `None` where it could not look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VantageEvidence {
    /// The link `/proc/self/ns/pid`, as `pid:[4026531836]`.
    pub pid_namespace: Option<HostText>,
    /// The link `/proc/self/ns/mnt`.
    pub mount_namespace: Option<HostText>,
    /// The link `/proc/1/ns/mnt`.
    pub init_mount_namespace: Option<HostText>,
    /// Device and inode of `/`.
    pub root: Option<(u64, u64)>,
    /// Device and inode of `/proc/1/root/`.
    pub init_root: Option<(u64, u64)>,
    /// `/proc/1/comm`.
    pub init_name: Option<HostText>,
    /// What made the container, if [`super::virtualisation`] says it is one.
    pub container: Option<HostText>,
    /// The mounts that the tool sees, in the order of the file.
    pub mounts: Vec<MountPoint>,
}

/// The number of the first pid namespace: `PROC_PID_INIT_INO` of include/linux/proc_ns.h.
pub const BOOT_PID_NAMESPACE: u64 = 0xEFFF_FFFC;

/// Numbers of the first mount namespace: fixed from Linux 6.18 on, before that the first or second that was free.
const BOOT_MOUNT_NAMESPACES: [u64; 3] = [0xEFFF_FFF8, 0xF000_0000, 0xF000_0001];

/// What runs as PID 1 of a whole system, by `comm`; tini, dumb-init and the like serve one program.
const INITS: [&str; 8] = [
    "systemd",
    "init",
    "openrc-init",
    "runit",
    "runit-init",
    "s6-svscan",
    "dinit",
    "finit",
];

impl VantageEvidence {
    /// True if no container stands between: the processes are those that the kernel booted, and so are the mounts, or else PID 1
    /// is none that could run containers (an image of a container that was booted as a machine).
    pub fn booted(&self) -> bool {
        self.in_boot_pid_namespace() == Some(true)
            && (self.in_boot_mount_namespace() || self.init_is_an_init() == Some(false))
    }

    fn in_boot_pid_namespace(&self) -> Option<bool> {
        number(&self.pid_namespace).map(|number| number == BOOT_PID_NAMESPACE)
    }

    fn in_boot_mount_namespace(&self) -> bool {
        number(&self.mount_namespace).is_some_and(|number| BOOT_MOUNT_NAMESPACES.contains(&number))
    }

    fn init_is_an_init(&self) -> Option<bool> {
        let name = self.init_name.as_ref()?.raw().trim();
        // WSL's is called `init(NAME)`.
        Some(INITS.contains(&name) || name.starts_with("init("))
    }
}

/// Whether the tool sees the host, and what the reader should know of that.
pub fn vantage(evidence: &VantageEvidence) -> (Vantage, Vec<String>) {
    let mut notes = Vec::new();
    let manager = || evidence.container.clone().unwrap_or_else(|| "other".into());
    let other_root = match (evidence.root, evidence.init_root) {
        (Some(own), Some(init)) => Some(own != init),
        _ => None,
    };
    let own_mounts = match (&evidence.mount_namespace, &evidence.init_mount_namespace) {
        (Some(own), Some(init)) => Some(own != init),
        _ => evidence.in_boot_mount_namespace().then_some(false),
    };
    match (evidence.in_boot_pid_namespace(), evidence.init_is_an_init()) {
        (Some(true), _) | (_, Some(true)) => {}
        (Some(false), Some(false)) => {
            return (Vantage::ApplicationContainer { manager: manager() }, notes);
        }
        (None, Some(false)) if evidence.container.is_some() => {
            return (Vantage::ApplicationContainer { manager: manager() }, notes);
        }
        _ => notes.push("whether PID 1 is the host's init could not be seen".to_owned()),
    }
    if other_root == Some(true) {
        return (Vantage::OtherRoot, notes);
    }
    if own_mounts.is_none() {
        // A container that shares the host's processes keeps the links of PID 1 from us; its own number gives it away.
        if evidence.in_boot_pid_namespace() == Some(true)
            && evidence.mount_namespace.is_some()
            && evidence.container.is_some()
            && !evidence.booted()
        {
            return (Vantage::ApplicationContainer { manager: manager() }, notes);
        }
        notes.push("own mounts cannot be compared with those of PID 1".to_owned());
    }
    let hidden = hidden(&evidence.mounts, own_mounts == Some(true));
    if own_mounts == Some(true) || !hidden.is_empty() {
        return (Vantage::OwnMountNamespace { hidden }, notes);
    }
    (Vantage::Host, notes)
}

/// The mount points that cover something of the host. What systemd makes inaccessible or private says so itself; an empty
/// file system over the homes (`ProtectHome=tmpfs`) counts only in mounts of one's own.
fn hidden(mounts: &[MountPoint], own: bool) -> Vec<HostText> {
    let mut hidden: Vec<HostText> = mounts
        .iter()
        .filter(|mount| {
            let root = mount.root.raw();
            // A container's manager closes files of the kernel the same way; they are no files of the host.
            let kernels = ["/proc/", "/sys/", "/dev/"];
            if kernels.iter().any(|top| mount.at.raw().starts_with(top)) {
                return false;
            }
            let homes = matches!(mount.at.raw(), "/home" | "/root" | "/run/user");
            root.contains("/systemd/inaccessible/")
                || root.contains("/systemd-private-")
                || (own && homes && mount.fstype.raw() == "tmpfs")
        })
        .map(|mount| mount.at.clone())
        .collect();
    hidden.sort();
    hidden.dedup();
    hidden
}

/// The mounts in the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)); lines of another form are passed over.
pub fn mount_points(text: &[u8]) -> Vec<MountPoint> {
    text.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let line = HostText::from_bytes(line);
            let line = Line::parse(line.raw())?;
            Some(MountPoint {
                options: line.of_filesystem.into(),
                root: line.root,
                at: line.at,
                fstype: line.filesystem,
            })
        })
        .collect()
}

impl ProcView {
    /// What the topmost `/proc` shows.
    pub fn of(mounts: &[MountPoint]) -> Self {
        let mut view = Self::default();
        let proc = mounts.iter().rfind(|mount| mount.at.raw() == "/proc");
        for option in proc.map_or("", |mount| mount.options.raw()).split(',') {
            match option {
                "hidepid=1" | "hidepid=noaccess" => view.hidepid = HidePid::NoAccess,
                "hidepid=2" | "hidepid=invisible" => view.hidepid = HidePid::Invisible,
                "hidepid=4" | "hidepid=ptraceable" => view.hidepid = HidePid::Ptraceable,
                "subset=pid" => view.only_processes = true,
                _ => {}
            }
        }
        view
    }
}

fn number(link: &Option<HostText>) -> Option<u64> {
    let (_, number) = link.as_ref()?.raw().split_once(":[")?;
    number.strip_suffix(']')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(pid: &str, mount: &str, init: &str) -> VantageEvidence {
        VantageEvidence {
            pid_namespace: Some(format!("pid:[{pid}]").into()),
            mount_namespace: Some(format!("mnt:[{mount}]").into()),
            init_name: Some(format!("{init}\n").into()),
            root: Some((1, 2)),
            ..VantageEvidence::default()
        }
    }

    fn seen(evidence: &VantageEvidence) -> (Vantage, usize) {
        let (vantage, notes) = vantage(evidence);
        (vantage, notes.len())
    }

    #[test]
    fn machines_and_system_containers_are_hosts() {
        // A booted image of a container: an init that is none, and the links of PID 1 closed even to root.
        let firecracker = at("4026531836", "4026531832", "process_api");
        assert_eq!(seen(&firecracker), (Vantage::Host, 0));
        let mut in_own_mounts = at("4026531836", "4026532298", "process_api");
        assert!(firecracker.booted() && in_own_mounts.booted());
        in_own_mounts.container = Some("docker".into());
        assert_eq!(seen(&in_own_mounts), (Vantage::Host, 1));
        let mut vps = at("4026531836", "4026531841", "systemd");
        assert_eq!(seen(&vps), (Vantage::Host, 0));
        vps.init_mount_namespace = vps.mount_namespace.clone();
        assert_eq!(seen(&vps), (Vantage::Host, 0));
        let mut lxc = at("4026532300", "4026532298", "systemd");
        lxc.container = Some("lxc".into());
        assert_eq!(seen(&lxc), (Vantage::Host, 1));
        assert_eq!(seen(&VantageEvidence::default()), (Vantage::Host, 2));
    }

    #[test]
    fn a_container_of_one_program_is_none() {
        let docker = || Vantage::ApplicationContainer {
            manager: "docker".into(),
        };
        let mut evidence = at("4026532300", "4026532298", "tini");
        assert_eq!(
            seen(&evidence).0,
            Vantage::ApplicationContainer {
                manager: "other".into()
            }
        );
        evidence.container = Some("docker".into());
        assert_eq!(seen(&evidence).0, docker());
        let mut host_pids = at("4026531836", "4026532298", "systemd");
        host_pids.container = Some("docker".into());
        assert!(!host_pids.booted());
        assert_eq!(seen(&host_pids).0, docker());
    }

    #[test]
    fn another_root_is_told_from_own_mounts() {
        let mut evidence = at("4026531836", "4026532298", "systemd");
        evidence.init_mount_namespace = Some("mnt:[4026531841]".into());
        evidence.init_root = Some((1, 99));
        assert_eq!(seen(&evidence), (Vantage::OtherRoot, 0));
        evidence.init_root = evidence.root;
        evidence.mounts = mount_points(
            b"1 0 8:1 / / rw - ext4 /dev/vda1 rw\n\
              2 1 0:30 /systemd/inaccessible/dir /root ro shared:1 master:2 - tmpfs tmpfs rw,mode=755\n\
              2 1 0:30 /systemd/inaccessible/reg /proc/kcore ro - tmpfs tmpfs rw,mode=755\n\
              3 1 0:31 / /home rw - tmpfs tmpfs rw\n4 1 8:2 / /srv/a\\040b rw - ext4 /dev/vdb rw\nnonsense\n",
        );
        let hidden = ["/home", "/root"].map(HostText::from).to_vec();
        assert_eq!(seen(&evidence), (Vantage::OwnMountNamespace { hidden }, 0));
        assert_eq!(evidence.mounts[4].at.raw(), "/srv/a b");

        evidence.mount_namespace = evidence.init_mount_namespace.clone();
        evidence.mounts.remove(1);
        assert_eq!(seen(&evidence), (Vantage::Host, 0));
    }

    #[test]
    fn the_last_proc_counts() {
        let view = |options: &str| {
            let text = format!(
                "1 0 0:1 / /proc rw - proc proc rw,hidepid=2\n2 1 0:2 / /proc rw - proc proc {options}\n"
            );
            ProcView::of(&mount_points(text.as_bytes()))
        };
        assert_eq!(view("rw"), ProcView::default());
        assert_eq!(
            view("rw,gid=4,hidepid=invisible").hidepid,
            HidePid::Invisible
        );
        assert_eq!(view("rw,hidepid=4").hidepid, HidePid::Ptraceable);
        assert!(view("rw,subset=pid").only_processes);
    }
}
