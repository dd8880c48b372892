//! The container that a control group was made for, by the names that managers of containers give.

use crate::source::HostText;
use serde::{Deserialize, Serialize};

/// A container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContainerRef {
    /// What runs it.
    pub engine: Engine,
    /// Its id of 64 hex digits, or its name where that is what the engine goes by.
    pub id: HostText,
}

impl ContainerRef {
    /// What people call it by: the first twelve digits of an id, or the name.
    pub fn short(&self) -> HostText {
        let id = self.id.raw();
        let is_id = id.len() == 64 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_id {
            id[..12].into()
        } else {
            self.id.clone()
        }
    }
}

/// What runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
    /// containerd, for Kubernetes or nerdctl.
    Containerd,
    /// CRI-O.
    CriO,
    /// Kubernetes, where the group does not say by what.
    Kubernetes,
    /// LXC, and with it LXD, Incus and Proxmox.
    Lxc,
    /// systemd-nspawn, and what else is registered with systemd-machined.
    Machined,
    /// One whose groups are named by the id alone.
    Other,
}

/// The outermost container among the names of a path.
pub(super) fn container(names: &[&str]) -> Option<ContainerRef> {
    let found = (0..names.len()).find_map(|at| {
        let name = names[at];
        let (parent, child) = (
            at.checked_sub(1).map(|at| names[at]),
            names.get(at + 1).copied(),
        );
        if let Some((engine, id)) = of_machine(name, child).or_else(|| of_lxc(name, parent)) {
            return Some((engine, id));
        }
        by_id(name, &names[..at]).map(|(engine, id)| (engine, id.to_owned()))
    });
    found.map(|(engine, id)| ContainerRef {
        engine,
        id: id.into(),
    })
}

/// `docker-ID.scope`; without systemd `docker/ID`; of a runtime that was given a name for systemd and made none of it,
/// `system.slice:docker:ID`. An id is always 64 hex digits, so `libpod-conmon-ID.scope` is none.
fn by_id<'n>(name: &'n str, above: &[&str]) -> Option<(Engine, &'n str)> {
    const PREFIXES: [(&str, Engine); 6] = [
        ("docker", Engine::Docker),
        ("libpod", Engine::Podman),
        ("libpod-payload", Engine::Podman),
        ("cri-containerd", Engine::Containerd),
        ("nerdctl", Engine::Containerd),
        ("crio", Engine::CriO),
    ];
    let name = name.strip_suffix(".scope").unwrap_or(name);
    let (prefix, id) = match name.rsplit_once(['-', ':']) {
        Some((prefix, id)) => (prefix.rsplit(':').next().unwrap_or(prefix), id),
        None => ("", name),
    };
    if id.len() != 64 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let of_prefix = PREFIXES.iter().find(|(known, _)| *known == prefix);
    let engine = match (of_prefix, prefix, above) {
        (Some((_, engine)), ..) => *engine,
        (None, "", [.., "docker"]) => Engine::Docker,
        (None, "", above) if above.iter().any(|name| name.starts_with("kubepods")) => {
            Engine::Kubernetes
        }
        (None, "", _) => Engine::Other,
        // `conmon` and whatever else goes by the id of what it serves.
        _ => return None,
    };
    Some((engine, id))
}

/// `lxc.payload.NAME`, before LXC 4 `lxc.payload/NAME`, before LXC 3.1 and on Proxmox `lxc/NAME`.
fn of_lxc(name: &str, parent: Option<&str>) -> Option<(Engine, String)> {
    let name = match parent {
        Some("lxc" | "lxc.payload") => name,
        _ => name.strip_prefix("lxc.payload.")?,
    };
    Some((Engine::Lxc, name.to_owned()))
}

/// `machine-NAME.scope`, and the unit `systemd-nspawn@NAME.service` with a group for each side.
fn of_machine(name: &str, child: Option<&str>) -> Option<(Engine, String)> {
    let machine = name
        .strip_prefix("machine-")
        .and_then(|rest| rest.strip_suffix(".scope"));
    let unit = name
        .strip_prefix("systemd-nspawn@")
        .and_then(|rest| rest.strip_suffix(".service"));
    let escaped = match (machine, unit, child) {
        (Some(name), ..) if child != Some("supervisor") => name,
        (_, Some(name), Some("payload")) => name,
        _ => return None,
    };
    let name = unescaped(escaped);
    // libvirt registers its virtual machines too, and QEMU is in no container.
    (!name.starts_with("qemu-")).then_some((Engine::Machined, name))
}

/// Without the escapes of unit names: `\x2d` is a dash (systemd.unit(5)).
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more
            .strip_prefix(b"x")
            .and_then(|hex| std::str::from_utf8(hex.get(..2)?).ok());
        match code
            .filter(|_| *first == b'\\')
            .map(|hex| u8::from_str_radix(hex, 16))
        {
            Some(Ok(byte)) => {
                bytes.push(byte);
                rest = &more[3..];
            }
            _ => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
