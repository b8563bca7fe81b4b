//! Images: written out, or by framework and version.

use crate::config::declare::{Parts, shape};
use crate::config::shape::{At, Bounds, Cx, Form, Shape};
use crate::json::Json;
use crate::literal::ImageUri;
use crate::value::Value;

/// An image as the file states it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub(crate) enum ImageKey {
    Uri(Value<ImageUri>),
    Framework(FrameworkKeys),
}

shape! {
    /// An image that AWS publishes, by what is in it.
    pub(crate) struct FrameworkKeys {
        /// The framework or algorithm, such as `pytorch` or `xgboost`.
        #[becomes("AWS::SageMaker::Model.PrimaryContainer.Image")]
        "Framework" => required framework: String [Bounds::of(1, 64)],
        /// Its version or an abbreviation of it, in quotes where it would be a number. Left out, it is
        /// the only one that there is.
        #[does("picks the tag of the image")]
        "Version" => optional version: String [Bounds::of(1, 64)],
        /// The version of Python, such as `py312`. Left out, it is the only one that there is.
        #[does("picks the tag of the image")]
        "PyVersion" => optional py_version: String [Bounds::of(1, 16)],
        /// The version of the framework below, as images of Hugging Face have one, such as `pytorch2.6.0`.
        /// Left out, it is the only one that there is.
        #[does("picks the tag of the image")]
        "BaseFrameworkVersion" => optional base_framework_version: String [Bounds::of(1, 64)],
    }
}

impl Shape for ImageKey {
    fn expected(_: Bounds) -> String {
        format!(
            "{}, or a map with `Framework` and `Version`",
            Value::<ImageUri>::expected(Bounds::NONE)
        )
    }

    fn decode(at: &At<'_>, bounds: Bounds, cx: &mut Cx<'_>) -> Option<Self> {
        if at.node.entries().is_some() {
            return FrameworkKeys::decode(at, bounds, cx).map(Self::Framework);
        }
        Value::decode(at, bounds, cx).map(Self::Uri)
    }

    fn schema(bounds: Bounds, form: Form) -> Json {
        let mut any = match Value::<ImageUri>::schema(bounds, form).get("anyOf") {
            Some(Json::Array(any)) => any.clone(),
            _ => Vec::new(),
        };
        any.push(FrameworkKeys::schema(bounds, form));
        [("anyOf", Json::Array(any))].into()
    }

    fn parts() -> Parts {
        FrameworkKeys::parts()
    }
}
