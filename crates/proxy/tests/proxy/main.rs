//! The proxy over real sockets, against small servers on free ports.

mod auth_files;
mod failures;
mod forward;
mod management;
mod streaming;
mod support;
mod tls;
