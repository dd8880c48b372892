//! seaworthy: is this Linux server fit to run a self-hosted trading bot?

pub mod fact;
pub mod facts;
pub mod finding;
pub mod host;
pub mod model;
pub mod source;
pub mod step;
pub mod yaml;
