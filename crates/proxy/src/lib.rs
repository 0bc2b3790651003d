//! Streaming reverse proxy to the gateway and a typed client of its management API.
