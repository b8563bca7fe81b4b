//! What the keys of maps with free keys may be.

use crate::config::codecs::FreeKeys;
use crate::literal::ModelPackageGroupName;

/// Keys of tags.
pub(crate) struct TagKeys;

impl FreeKeys for TagKeys {
    const EXPECTED: &'static str =
        "1 to 128 letters, digits, spaces and `_.:/=+-@`, not beginning with `aws:`";
    const PATTERN: &'static str = r"^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$";
    const MAX: usize = 128;

    fn accepts(key: &str) -> bool {
        !key.is_empty()
            && !key
                .get(..4)
                .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
            && is_tag_text(key)
    }
}

/// Whether a text may stand in a tag.
pub(crate) fn is_tag_text(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_alphanumeric() || c == ' ' || c == '\u{A0}' || "_.:/=+-@".contains(c))
}

/// Keys of a container's environment.
pub(crate) struct EnvironmentKeys;

impl FreeKeys for EnvironmentKeys {
    const EXPECTED: &'static str = "letters, digits and `_`, not beginning with a digit";
    const PATTERN: &'static str = "^[a-zA-Z_][a-zA-Z0-9_]*$";
    const MAX: usize = 1024;

    fn accepts(key: &str) -> bool {
        !key.is_empty()
            && !key.starts_with(|c: char| c.is_ascii_digit())
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    }
}

/// Logical ids.
pub(crate) struct LogicalIds;

impl FreeKeys for LogicalIds {
    const EXPECTED: &'static str = "a logical id of letters and digits";
    const PATTERN: &'static str = "^[a-zA-Z0-9]+$";
    const MAX: usize = 255;

    fn accepts(key: &str) -> bool {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }
}

/// Names of model package groups as keys of a map.
pub(crate) struct PackageGroupNames;

impl FreeKeys for PackageGroupNames {
    const EXPECTED: &'static str = "the name of a model package group";
    const PATTERN: &'static str = "^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$";
    const MAX: usize = 63;

    fn accepts(key: &str) -> bool {
        ModelPackageGroupName::parse(key).is_ok()
    }
}

/// Names of the dimensions of a metric.
pub(crate) struct DimensionNames;

impl FreeKeys for DimensionNames {
    const EXPECTED: &'static str = "the name of a dimension, of 1 to 255 characters";
    const PATTERN: &'static str = "^[^:].*$";
    const MAX: usize = 255;

    fn accepts(key: &str) -> bool {
        !key.is_empty() && !key.starts_with(':')
    }
}
