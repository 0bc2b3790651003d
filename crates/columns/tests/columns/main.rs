//! Columns from outside: every kernel against the slow, obvious way, and segments as bytes.

mod kernels;
mod segments;
mod support;
