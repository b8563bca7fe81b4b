//! How a text with a rule is declared.

/// Declares a text with a rule: name, property, what is expected, the rule as a pattern, its length in
/// bytes, and the check that runs.
macro_rules! literal {
    (
        $(#[$doc:meta])*
        $name:ident, $property:literal, $expected:literal, $pattern:literal, $min:literal..=$max:literal, $check:path
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::borrow::Cow<'static, str>);

        impl $name {
            #[doc = concat!("Checks a literal; in a `const` item at compile time.\n\n# Panics\n\nUnless it is ", $expected, ".")]
            #[track_caller]
            pub const fn new(text: &'static str) -> Self {
                assert!(Self::accepts(text), concat!("`", $property, "` is not ", $expected));
                Self(std::borrow::Cow::Borrowed(text))
            }

            #[doc = concat!("Checks a text from a file.\n\n# Errors\n\nUnless it is ", $expected, ".")]
            pub fn parse(text: impl Into<String>) -> std::result::Result<Self, $crate::literal::LiteralError> {
                let text = text.into();
                if Self::accepts(&text) {
                    Ok(Self(std::borrow::Cow::Owned(text)))
                } else {
                    Err($crate::literal::LiteralError::new($expected, &text))
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            const fn accepts(text: &str) -> bool {
                let bytes = text.as_bytes();
                // The lower bound is part of the check where it is above one.
                bytes.len() >= $min && bytes.len() <= $max && $check(bytes)
            }
        }

        impl $crate::literal::Literal for $name {
            const EXPECTED: &'static str = $expected;
            const PATTERN: &'static str = $pattern;
            const MIN: usize = $min;
            const MAX: usize = $max;

            fn read(text: &str) -> std::result::Result<Self, $crate::literal::LiteralError> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(literal: $name) -> Self {
                literal.0.into_owned()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
                Self::parse(<String as serde::Deserialize>::deserialize(deserializer)?)
                    .map_err(<D::Error as serde::de::Error>::custom)
            }
        }
    };
}

pub(super) use literal;
