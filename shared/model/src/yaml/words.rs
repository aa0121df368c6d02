//! The parser's findings in words for people who write descriptors.

use granit_parser::{ErrorKind, ScanError};

/// What is wrong and, where that is clear, what to do about it.
pub(super) fn explain(error: &ScanError) -> String {
    let text = match error.kind() {
        ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "Unexpected tab. Use spaces",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "This line is neither a `key: value` pair nor part of the value before it"
        }
        ErrorKind::MappingValueNotAllowed => "Unexpected colon. Put the value in quotes, or check the indentation",
        ErrorKind::ExpectedBlockMappingKey => {
            "Unexpected text after a value. Put the whole value in quotes, or check the indentation"
        }
        ErrorKind::ExpectedBlockSequenceEntry => "A list ends here without a `- `. Check the indentation",
        ErrorKind::BlockSequenceEntryNotAllowed => "A list cannot begin here. Check the indentation",
        ErrorKind::InvalidIndentation => "The indentation does not fit the lines above",
        ErrorKind::InvalidTrailingSingleQuotedScalar | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            "Unexpected text after a closing quote"
        }
        ErrorKind::UnclosedQuotedScalar => "A quote is opened and never closed",
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => {
            "Unknown escape in double quotes. Use single quotes, or write the backslash twice"
        }
        ErrorKind::ExpectedFlowMappingSeparator => "Expected `,` or `}` in a mapping in braces",
        ErrorKind::ExpectedFlowSequenceSeparator => "Expected `,` or `]` in a list in brackets",
        ErrorKind::UnknownAnchor => "This alias names an anchor that is not defined above",
        ErrorKind::RecursionLimitExceeded => "The YAML has collections nested deeper than we read",
        ErrorKind::UnexpectedCharacter { character } => {
            return format!("A value cannot begin with `{character}`. Put it in quotes");
        }
        ErrorKind::UnclosedFlowCollection { open } | ErrorKind::MismatchedFlowCollectionEnd { open, .. } => {
            return format!("`{open}` is opened and never closed");
        }
        other => return sentence(&other.to_string()),
    };
    text.to_owned()
}

fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
