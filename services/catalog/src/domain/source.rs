//! Who emits entities, as `refresh_edge.source` names them.

use std::fmt;

/// What is in `refresh_state.location_key` of an entity whose source names none: whoever names one takes it over.
pub const NO_KEY: &str = "";

/// The set of entities that were deleted and brought back. It names no location key, so that whoever emits such an
/// entity again takes it over.
pub const RESTORED_SET: &str = "restored";

/// A source of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source<'s> {
    /// A registered location, by its id.
    Registered(&'s str),
    /// An entity provider, by its name.
    Provider(&'s str),
    /// A set of entities that people wrote here, by its name.
    Set(&'s str),
    /// A Location entity, by its key.
    Location(&'s str),
}

const REGISTERED: &str = "@location/";
const PROVIDER: &str = "@provider/";
const SET: &str = "@managed/";

impl<'s> Source<'s> {
    /// Reads the text of an edge.
    #[must_use]
    pub fn parse(text: &'s str) -> Self {
        if let Some(id) = text.strip_prefix(REGISTERED) {
            Self::Registered(id)
        } else if let Some(name) = text.strip_prefix(PROVIDER) {
            Self::Provider(name)
        } else if let Some(name) = text.strip_prefix(SET) {
            Self::Set(name)
        } else {
            Self::Location(text)
        }
    }
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registered(id) => write!(f, "{REGISTERED}{id}"),
            Self::Provider(name) => write!(f, "{PROVIDER}{name}"),
            Self::Set(name) => write!(f, "{SET}{name}"),
            Self::Location(entity_ref) => f.write_str(entity_ref),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_it_was_written() {
        for source in [
            Source::Registered("0190"),
            Source::Provider("acme/github"),
            Source::Set("portal"),
            Source::Location("location:default/generated-1"),
        ] {
            assert_eq!(Source::parse(&source.to_string()), source);
        }
    }
}
