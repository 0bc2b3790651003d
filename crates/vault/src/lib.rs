//! Secrets at rest and the checks that guard the manager.
//!
//! - [`Secret`] holds a value that cannot be printed, logged or serialised.
//! - [`DataKey`] is the 32-byte key of one installation; [`SettingsSealer`] encrypts settings with it.
//! - [`AdminCredential`] is the stored form of the admin key.
//! - [`AdminGuard`] decides about presented admin keys: it remembers, throttles and limits Argon2 work.
//! - [`SessionStore`] holds browser logins.
//!
//! The crate reads files only where a path is handed in, and never reads the environment. Time is a parameter.

mod client;
mod credential;
mod datakey;
mod guard;
mod password;
mod queue;
mod random;
mod sealer;
mod secret;
mod session;
mod session_archive;
mod throttle;
mod verifier;

pub use client::ClientId;
pub use credential::{AdminCredential, CredentialError, CredentialSource, is_weak_admin_key};
pub use datakey::{DataKey, DataKeyError, DataKeySource, LoadedDataKey, load_or_create};
pub use guard::{AdminGuard, Hold, Outcome, Step, Ticket, Verdict};
pub use queue::{MAX_WAITING, QUEUE_WAIT};
pub use random::{ADMIN_KEY_PREFIX, RandomError, generate_admin_key};
pub use sealer::{Opened, SealError, SettingsSealer};
pub use secret::{Secret, SecretString};
pub use session::{
    MAX_SESSIONS, NewSession, SESSION_ABSOLUTE, SESSION_IDLE, SessionError, SessionId, SessionStore,
    SessionView,
};
pub use session_archive::{ArchivedSession, BootTime, SessionArchive, TimeAnchor};
pub use throttle::{CLIENT_FAILURES, OVERALL_FAILURES, Throttle, ThrottleState};
pub use verifier::{AdminVerifier, REMEMBER_FOR, Recognition};
