//! The model of sshd against the answers of real daemons: cases that were recorded, and the daemon of this machine.

mod cases;
mod grammar;
mod hostile;
mod oracle;
mod tree;
