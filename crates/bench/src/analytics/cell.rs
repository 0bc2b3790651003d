//! One value of an answer.

use std::cmp::Ordering;
use std::fmt;

use rusqlite::types::ValueRef;

/// Numbers from here on need not be whole any more when they look so.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value. An empty text is nothing: answers leave such members out.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Whole(i64),
    /// Another number.
    Real(f64),
    /// A text.
    Text(String),
}

impl Cell {
    /// Of a database.
    pub fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Whole(value),
            ValueRef::Real(value) => Self::Real(value),
            ValueRef::Text(text) | ValueRef::Blob(text) => Self::of_text(&String::from_utf8_lossy(text)),
        }
    }

    /// Of a text.
    pub fn of_text(text: &str) -> Self {
        if text.is_empty() { Self::Null } else { Self::Text(text.to_owned()) }
    }

    /// Of a number that JSON has written with a point.
    pub fn of_real(value: f64) -> Self {
        if value.fract() == 0.0 && value.abs() < EXACT {
            Self::Whole(value as i64)
        } else {
            Self::Real(value)
        }
    }

    /// Whether it is nothing or zero.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Null | Self::Whole(0)) || *self == Self::Real(0.0)
    }

    /// Its number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// Nothing first, then numbers, then texts.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Whole(_) | Self::Real(_) => 1,
            Self::Text(_) => 2,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Whole(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
