//! What takes a right away: a mode, an owner, an entry of an ACL.

use crate::facts::files::{Node, Nodes, Place, Seen};
use crate::model::access::{Because, By, People, Right};
use crate::source::{AclEntry, AclTag, FileKind, HostText, rights};
use crate::step::{Action, Step, quoted};
use std::collections::BTreeSet;

/// A place that is open to others.
pub(super) struct Open {
    /// What is there; none if that was not kept.
    node: Option<Node>,
    /// The link behind which alone it is met, when that could be root's own file instead.
    link: Option<HostText>,
    /// By which rights.
    pub(super) by: BTreeSet<By>,
}

impl Open {
    /// The place of a reason, through which `path` is found.
    pub(super) fn found(nodes: &Nodes, because: &Because, path: &HostText, right: Right) -> Self {
        let node = match nodes.at(because.at.raw()) {
            Some(Seen::There(node)) => Some(node.clone()),
            _ => None,
        };
        let link = (right == Right::Replace).then(|| link_to(nodes, path, &because.at));
        Self {
            node,
            link: link.flatten(),
            by: BTreeSet::new(),
        }
    }

    /// The steps that close it.
    pub(super) fn steps(&self, people: &People, at: &HostText, right: Right) -> Vec<Step> {
        if let Some(link) = &self.link {
            let text =
                format!("let {link} be a file of root's own: it leads to where others can write");
            return vec![Step::manual(link.clone(), text)];
        }
        let Some(node) = &self.node else {
            return Vec::new();
        };
        // chmod(1) and chown(1) would follow it.
        if node.kind == FileKind::Link {
            return vec![Step::manual(
                at.clone(),
                format!("make the link {at} anew, as root"),
            )];
        }
        let mut steps: Vec<Step> = self
            .by
            .iter()
            .filter_map(|by| entry(at, *by, node, right))
            .collect();
        steps.extend(self.mode(people, at, node, right));
        let look = if node.acl.is_some() {
            "getfacl"
        } else {
            "ls -ld"
        };
        let verify = format!("{look} {}", quoted(at));
        steps
            .into_iter()
            .map(|step| step.verified_by(verify.clone()))
            .collect()
    }

    /// Owner and mode at once. Under an ACL the mode's bits for the group are the mask: chmod would take from all whom the ACL
    /// names, so there they stay.
    fn mode(&self, people: &People, at: &HostText, node: &Node, right: Right) -> Option<Step> {
        let others = taken(node, right);
        let plain = node.acl.is_none();
        let by_owner = self.by.iter().any(|by| matches!(by, By::Owner(_)));
        let by_other = self.by.contains(&By::Other);
        // Nobody misses what the group root could do.
        let by_group =
            plain && (by_other && node.gid == 0 || self.by.contains(&By::Group(node.gid)));
        if !by_owner && !by_other && !by_group {
            return None;
        }
        let mut bits = 0;
        bits |= if by_other { others } else { 0 };
        bits |= if by_group { others << 3 } else { 0 };
        let (value, old) = (format!("{:04o}", node.mode & !bits), node.octal());
        let name = |name: Option<&HostText>, id: u32| {
            name.map_or_else(|| id.to_string(), |name| name.raw().to_owned())
        };
        let user = name(people.user_name(node.uid), node.uid);
        let group = name(people.group_name(node.gid), node.gid);
        let file = quoted(at);
        let mut undo = format!("chmod {old} {file}");
        let mut text = format!("set the mode of {at} to {value}: it is {old}");
        let mut danger = "who used it by that right no longer can".to_owned();
        if by_owner {
            let need = if right == Right::Read {
                "read it"
            } else {
                "write there"
            };
            danger = format!("what runs as {user} may have to {need}");
            undo = format!("chown {} {file}", quoted(&user.clone().into()));
            text = format!("make {at} root's");
            if bits != 0 {
                undo.push_str(&format!(" && chmod {old} {file}"));
                text.push_str(&format!(", and its mode {value}: it is {old}"));
            }
        }
        let action = Action::SetMode {
            target: at.clone(),
            value,
            owner: by_owner.then(|| format!("root:{group}").into()),
        };
        Some(Step::risky(action, danger, text).undone_by(undo))
    }
}

/// The step that leaves a trusted group to those who are in it by its name.
pub(super) fn closed(people: &People, gid: u32) -> Step {
    let name = people.group(gid);
    let word = quoted(&name);
    let text = format!(
        "leave the rights of group {name} to its members: no password (gpasswd -r {word}), no administrator who is none (gpasswd -A), and no other line of /etc/group with the number {gid}"
    );
    Step::manual("/etc/group", text).verified_by(format!(
        "grep :{gid}: /etc/group; grep -F {word}: /etc/gshadow"
    ))
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

/// The step for an entry of the ACL.
fn entry(at: &HostText, by: By, node: &Node, right: Right) -> Option<Step> {
    let tag = match by {
        By::Acl(entry) => entry.tag,
        By::Group(_) if node.acl.is_some() => AclTag::OwningGroup,
        _ => return None,
    };
    let entries = node.acl.iter().flat_map(|acl| acl.entries());
    let entry = entries.copied().find(|entry| entry.tag == tag)?;
    let (option, change) = match tag {
        AclTag::User(id) => ("-x", format!("user:{id}")),
        AclTag::Group(id) => ("-x", format!("group:{id}")),
        tag => {
            let rights = entry.rights & !taken(node, right);
            ("-m", AclEntry { tag, rights }.to_string())
        }
    };
    let text = match option {
        "-x" => format!("take {entry} out of the ACL of {at}"),
        _ => format!(
            "leave {change} in the ACL of {at}: it has {}",
            rights(entry.rights)
        ),
    };
    // Without -n it would make the mask anew, and give back what that keeps from others.
    let undo = format!("setfacl -n -m {entry} {}", quoted(at));
    let argv = ["setfacl", "-n", option, &change, at.raw()].map(HostText::from);
    let danger = "who used it by that entry no longer can";
    Some(Step::risky(Action::run(argv), danger, text).undone_by(undo))
}
