//! x
mod docker_proxy;
mod proc_net;
mod socket_unit;
pub use docker_proxy::Proxied;
pub use proc_net::Table;
pub use socket_unit::{Listens, SocketUnit};
