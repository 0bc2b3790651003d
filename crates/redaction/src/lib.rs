//! Masking of secrets in free text, JSON and headers. Pure.
