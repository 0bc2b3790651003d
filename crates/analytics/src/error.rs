//! What can be wrong with a request.

/// A request that cannot be answered; each has a stable code for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The range is missing, or its end is not after its start.
    #[error("from_ms and to_ms are required and from_ms must be less than to_ms")]
    Range,
    /// No zone has this name.
    #[error("invalid time zone: {0}")]
    TimeZone(String),
    /// The range has more time buckets than an answer may hold.
    #[error("the range has more than {most} buckets; choose a larger bucket or a shorter range")]
    TooManyBuckets {
        /// The limit.
        most: usize,
    },
    /// A number is larger than allowed.
    #[error("{name} must be less than or equal to {most}")]
    TooLarge {
        /// The member.
        name: &'static str,
        /// The limit.
        most: usize,
    },
    /// A list has more entries than allowed.
    #[error("{name} has more than {most} entries")]
    TooMany {
        /// The member.
        name: String,
        /// The limit.
        most: usize,
    },
    /// A member is missing or has a value that it cannot have.
    #[error("{0}")]
    Invalid(String),
}

impl RequestError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Range | Self::TooLarge { .. } | Self::Invalid(_) => "request_failed",
            Self::TimeZone(_) => "invalid_time_zone",
            Self::TooManyBuckets { .. } => "too_many_buckets",
            Self::TooMany { .. } => "too_many_values",
        }
    }

    pub(crate) fn invalid(problem: impl Into<String>) -> Self {
        Self::Invalid(problem.into())
    }
}
