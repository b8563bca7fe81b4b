//! The URI of an image that a stage names by its framework.

use crate::catalog::images::{self, ImageError, Request};
use crate::literal::{ImageUri, Region};

pub(super) use crate::catalog::images::Hardware;

/// What a stage says of an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) framework: &'a str,
    pub(super) version: Option<&'a str>,
    pub(super) base_framework: Option<&'a str>,
    pub(super) py_version: Option<&'a str>,
    pub(super) region: &'a Region,
}

/// The image in the region's registry, for what it will run on.
pub(super) fn uri(wanted: &Wanted<'_>, hardware: Hardware<'_>) -> Result<ImageUri, ImageError> {
    let request = Request {
        version: wanted.version,
        base_framework: wanted.base_framework,
        py_version: wanted.py_version,
        hardware: Some(hardware),
        ..Request::new(wanted.framework, wanted.region)
    };
    images::image_uri(&request)
}
