//! Pure reasoning over facts: what sshd would decide, which file configures a kernel setting, who can read a file.
//!
//! Models know facts and nothing else, no host, no policy, so that recorded facts can be asked the same questions.

pub mod access;
pub mod interface_setting;
pub mod interfaces;
pub mod keys;
pub mod login;
pub mod logins;
pub mod pam;
pub mod reach;
pub mod root_equivalent;
pub mod sshd;
pub mod sudo;
pub mod sysctl;
pub mod way_in;
