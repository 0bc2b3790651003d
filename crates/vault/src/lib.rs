//! Secrets at rest: data key, sealing, admin credential, Secret types.
