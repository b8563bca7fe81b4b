//! Sets of texts that AWS extends: the pinned values are constants, and any other text is a value too.

/// Defines such a set.
macro_rules! open_set {
    ($(#[$meta:meta])* $name:ident { $($constant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(std::borrow::Cow<'static, str>);

        impl $name {
            $(
                #[doc = concat!("`", $text, "`.")]
                pub const $constant: Self = Self(std::borrow::Cow::Borrowed($text));
            )*

            /// What the pinned schema lists.
            pub const VALUES: &'static [&'static str] = &[$($text),*];

            /// A value that the pinned schema need not know.
            pub fn custom(value: impl Into<std::borrow::Cow<'static, str>>) -> Self {
                Self(value.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(
                &self,
                serializer: S,
            ) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                <std::string::String as serde::Deserialize>::deserialize(deserializer).map(Self::custom)
            }
        }
    };
}

pub(super) use open_set;
