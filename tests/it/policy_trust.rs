//! Whoever can replace a policy decides what its verdict is worth, so that is told.

use crate::support::{is_root, seaworthy};

#[test]
fn a_policy_that_another_user_could_replace_is_told() {
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    std::fs::write(&path, "policy: p\ntitle: t\nextends: [ssh]\n").unwrap();
    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let said = |path: &std::path::Path| {
        let done = seaworthy("policy lint -p").arg(path).run().exits(0);
        let report = seaworthy("check -o json -p")
            .arg(path)
            .on("hosts/busy")
            .run()
            .json();
        let first = report["warnings"][0]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(
            done.stderr.is_empty(),
            first.is_empty(),
            "{first}{}",
            done.stderr
        );
        first
    };
    mode(&path, 0o644);
    assert_eq!(said(&path), "");
    mode(&path, 0o666);
    assert!(
        said(&path)
            .contains("another user could replace this policy: everybody may write to this file")
    );
    mode(&path, 0o644);
    let named = folder.path().display().to_string();
    mode(folder.path(), 0o777);
    assert!(said(&path).ends_with(&format!("everybody may write to the directory {named}")));
    // As in /tmp: there only the owner of a file replaces it.
    mode(folder.path(), 0o1777);
    assert_eq!(said(&path), "");
    // A link is worth what it leads to.
    let safe = tempfile::tempdir().unwrap();
    let link = safe.path().join("link.yaml");
    symlink(&path, &link).unwrap();
    assert_eq!(said(&link), "");
    mode(folder.path(), 0o777);
    assert!(said(&link).ends_with(&format!("the directory {named}")));
    mode(folder.path(), 0o755);
    // One that is extended counts as much.
    let base = safe.path().join("base.yaml");
    std::fs::write(
        &base,
        format!("policy: b\ntitle: b\nextends: [{}]\n", path.display()),
    )
    .unwrap();
    mode(&path, 0o666);
    assert!(said(&base).starts_with(&path.display().to_string()));
    mode(&path, 0o644);
    if is_root() {
        chown(&path, Some(12345), None).unwrap();
        assert!(said(&path).ends_with("user 12345 owns this file"));
        chown(&path, Some(0), Some(12345)).unwrap();
        mode(&path, 0o664);
        assert!(said(&path).ends_with("group 12345 may write to this file"));
        chown(&path, Some(0), Some(0)).unwrap();
        assert_eq!(said(&path), "");
    }
}
