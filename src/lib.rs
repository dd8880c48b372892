//! seaworthy: is this Linux server fit to run a self-hosted trading bot, before money is put on it?
//!
//! Data flows one way, and the modules stand here in its order; `tests/it/house.rs` holds them to it:
//!
//! ```text
//! cli ─► policy ─► requests ─► collect(host) ─► facts ─► model ─► rules ─► evaluate ─► finding ─► report
//!                                                                                          └─► remediate
//! ```
//!
//! A *policy* binds *rules* to parameters: a *check*. What the checks want to know are *requests*; *collectors* answer them
//! from the *host* with *facts*, each known, absent, or unknown with the obstacle. *Rules* judge facts with the help of
//! *models*, and what they say becomes a *finding* with its evidence and the steps that would fix it.

// The leaves: words that everybody uses.
pub mod fact;
pub mod finding;
pub mod kernel;
pub mod secret;
pub mod source;
pub mod step;
pub mod yaml;

// From a policy to what must be known.
pub mod policy;

// From a host to what is known.
pub mod collect;
pub mod facts;
pub mod host;

// From what is known to what is said.
pub mod evaluate;
pub mod model;
pub mod remediate;
pub mod report;
pub mod rules;
pub mod store;

// What is typed, and how it ends.
pub mod cli;
pub mod exit;
