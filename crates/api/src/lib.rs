//! The HTTP face: routes, authentication, sessions, limits, live stream, OpenAPI, panel serving.
