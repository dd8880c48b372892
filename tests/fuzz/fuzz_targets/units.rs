//! A unit and its drop-in, and what is asked of them: never a panic.
#![no_main]

#[path = "../parts.rs"]
mod parts;

use libfuzzer_sys::fuzz_target;
use parts::parts;
use seaworthy::facts::units::{Machine, Tree};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let paths = [
        "/etc/systemd/system/a-b@c.service",
        "/etc/systemd/system/a-.service.d/10-a.conf",
        "/usr/lib/systemd/system/a-b@.service.d/20-b.conf",
    ];
    let (files, _) = parts(&text, paths);
    let Ok(Some(unit)) = Tree::of(&files, true).load("a-b@c.service") else { return };
    let machine = Machine::default();
    unit.commands("Service", "ExecStart", &machine);
    unit.environment(&machine);
    unit.bounding_set();
    unit.user(&machine);
    unit.masked();
});
