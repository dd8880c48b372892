//! What takes a right away: a mode, an owner, an entry of an ACL.

use crate::facts::files::{Node, Nodes, Place, Seen};
use crate::model::access::{Because, By, People, Right};
use crate::source::{AclEntry, AclTag, FileKind, HostText, rights};
use crate::step::{Action, Step, quoted};

/// The step that closes the place, through which `path` is found.
pub(super) fn step(
    people: &People,
    nodes: &Nodes,
    because: &Because,
    right: Right,
    path: &HostText,
) -> Option<Step> {
    if let (Right::Replace, Some(link)) = (right, link_to(nodes, path, &because.at)) {
        let text =
            format!("let {link} be a file of root's own: it leads to where others can write");
        return Some(Step::manual(link, text));
    }
    let Some(Seen::There(node)) = nodes.at(because.at.raw()) else {
        return None;
    };
    let (at, file) = (&because.at, quoted(&because.at));
    // chmod(1) and chown(1) would follow it.
    if node.kind == FileKind::Link {
        return Some(Step::manual(
            at.clone(),
            format!("make the link {at} anew, as root"),
        ));
    }
    let step = match because.by {
        By::Other => {
            let others = taken(node, right);
            // Nobody misses what the group root could do.
            let group = if node.gid == 0 && node.acl.is_none() {
                others << 3
            } else {
                0
            };
            mode(at, node, node.mode & !(others | group))
        }
        By::Group(_) if node.acl.is_none() => {
            mode(at, node, node.mode & !(taken(node, right) << 3))
        }
        By::Owner(_) => {
            let name = |name: Option<&HostText>, id: u32| {
                name.map_or_else(|| id.to_string(), |name| name.raw().to_owned())
            };
            let group = name(people.group_name(node.gid), node.gid);
            let old = name(people.user_name(node.uid), node.uid);
            let action = Action::SetMode {
                target: at.clone(),
                value: node.octal(),
                owner: Some(format!("root:{group}").into()),
            };
            let need = if right == Right::Read {
                "read it"
            } else {
                "write there"
            };
            let danger = format!("what runs as {old} may have to {need}");
            let undo = format!("chown {} {file}", quoted(&old.into()));
            Step::risky(action, danger, format!("make {at} root's")).undone_by(undo)
        }
        // A mode's bits for the group are the ACL's mask: chmod would take from all whom it names, and from nobody else.
        By::Group(_) => acl(at, AclTag::OwningGroup, node, right),
        By::Acl(entry) => acl(at, entry.tag, node, right),
    };
    let look = if node.acl.is_some() {
        "getfacl"
    } else {
        "ls -ld"
    };
    Some(step.verified_by(format!("{look} {file}")))
}

/// The first link on the way to a path, if the place is only met behind it.
fn link_to(nodes: &Nodes, path: &HostText, at: &HostText) -> Option<HostText> {
    let chain = nodes.walk(path);
    let first = |wanted: &dyn Fn(&Place) -> bool| chain.places.iter().position(wanted);
    let link = first(&|place| place.node.is_some_and(|node| node.kind == FileKind::Link))?;
    let place = first(&|place| place.path == *at)?;
    (place > link).then(|| chain.places[link].path.clone())
}

/// What others should not have: of a file that is not to be read, nothing at all.
fn taken(node: &Node, right: Right) -> u32 {
    match (right, node.kind) {
        (Right::Read, FileKind::Directory) => 4,
        (Right::Read, _) => 7,
        (Right::Write | Right::Replace, _) => 2,
    }
}

fn mode(at: &HostText, node: &Node, mode: u32) -> Step {
    let (value, old) = (format!("{mode:04o}"), node.octal());
    let text = format!("set the mode of {at} to {value}: it is {old}");
    let action = Action::SetMode {
        target: at.clone(),
        value,
        owner: None,
    };
    let undo = format!("chmod {old} {}", quoted(at));
    Step::risky(action, "who used it by that right no longer can", text).undone_by(undo)
}

fn acl(at: &HostText, tag: AclTag, node: &Node, right: Right) -> Step {
    let entries = node.acl.iter().flat_map(|acl| acl.entries());
    let entry = entries.copied().find(|entry| entry.tag == tag);
    let entry = entry.unwrap_or(AclEntry { tag, rights: 0 });
    let argv = match tag {
        AclTag::User(id) => [
            "setfacl".into(),
            "-x".into(),
            format!("user:{id}"),
            at.raw().to_owned(),
        ],
        AclTag::Group(id) => [
            "setfacl".into(),
            "-x".into(),
            format!("group:{id}"),
            at.raw().to_owned(),
        ],
        _ => {
            let left = rights(entry.rights & !taken(node, right));
            [
                "setfacl".into(),
                "-m".into(),
                format!("group::{left}"),
                at.raw().to_owned(),
            ]
        }
    };
    let undo = format!("setfacl -m {entry} {}", quoted(at));
    let danger = "who used it by that entry no longer can";
    Step::risky(
        Action::run(argv),
        danger,
        format!("take {entry} out of the ACL of {at}"),
    )
    .undone_by(undo)
}
