//! The proxy over real sockets, against small servers on free ports and the simulated gateway.

mod auth_files;
mod failures;
mod forward;
mod gateway;
mod management;
mod streaming;
mod support;
mod tls;
