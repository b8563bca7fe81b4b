//! The images that AWS builds for frameworks and algorithms, by version, region and hardware.
//!
//! [`image_uri`] answers offline what [`image_uris.retrieve`] of the `SageMaker` Python SDK answers,
//! from that package's own data, which [`SOURCE`] names. The tag keeps the version as it was asked
//! for: `2.6` stays `2.6`, which AWS moves to newer builds.
//!
//! It is stricter than the SDK where the SDK guesses. A version is not defaulted where there are
//! several; a version or Python version that the framework does not have is refused instead of
//! ignored; an instance with an arm64 processor never gets an image for `x86_64`, and a serverless
//! endpoint none for GPUs. It answers where the SDK needlessly refuses: the base framework may be left
//! out where there is one, `llama-cpp-arm64` runs on Graviton, and images for Neuron run on `trn`
//! instances. `huggingface` means `huggingface-neuronx` on every Neuron instance but `inf1`.
//!
//! [`image_uris.retrieve`]: https://sagemaker.readthedocs.io/en/stable/api/utility/image_uris.html
//!
//! ```
//! use sageform::catalog::images::{Hardware, Request, image_uri};
//! use sageform::literal::{InstanceType, Region};
//!
//! let region = Region::new("eu-west-1");
//! let instance_type = InstanceType::new("ml.g5.xlarge");
//! let image = image_uri(&Request {
//!     version: Some("2.6"),
//!     hardware: Some(Hardware::Instance(&instance_type)),
//!     ..Request::new("pytorch", &region)
//! })?;
//! assert_eq!(
//!     image.as_str(),
//!     "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6-gpu-py312"
//! );
//!
//! let refused = image_uri(&Request {
//!     version: Some("2.66"),
//!     hardware: Some(Hardware::Serverless),
//!     ..Request::new("pytorch", &region)
//! })
//! .expect_err("there is no such version");
//! assert_eq!(refused.to_string(), "expected a version of `pytorch`, got `2.66`");
//! assert_eq!(refused.hint(), "did you mean `2.6`?");
//! # Ok::<(), sageform::catalog::images::ImageError>(())
//! ```

mod error;
mod find;
mod generated;
mod published;
mod table;

use crate::literal::{ImageUri, InstanceType, Region};

pub use error::{ImageError, Part};
pub use generated::SOURCE;
pub use published::{Published, published};

use generated::FRAMEWORKS;
use table::Framework;

/// Which image is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The framework or algorithm, one of [`frameworks`].
    pub framework: &'a str,
    /// The version or an abbreviation of it, one of [`versions`]. May be left out where there is
    /// only one.
    pub version: Option<&'a str>,
    /// The framework under Hugging Face's Transformers, such as `pytorch2.6.0`. May be left out where
    /// there is only one.
    pub base_framework: Option<&'a str>,
    /// The Python version, such as `py312`. May be left out where there is only one.
    pub py_version: Option<&'a str>,
    /// The region that pulls the image, and in whose registry it is.
    pub region: &'a Region,
    /// What it will run on. May be left out where there is only one image, whatever the hardware.
    pub hardware: Option<Hardware<'a>>,
}

impl<'a> Request<'a> {
    /// A request that leaves out all that can be left out.
    ///
    /// ```
    /// use sageform::catalog::images::{Request, image_uri};
    /// use sageform::literal::Region;
    ///
    /// let image = image_uri(&Request::new("linear-learner", &Region::new("us-east-1")))?;
    /// assert_eq!(image.as_str(), "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1");
    /// # Ok::<(), sageform::catalog::images::ImageError>(())
    /// ```
    pub const fn new(framework: &'a str, region: &'a Region) -> Self {
        Self {
            framework,
            version: None,
            base_framework: None,
            py_version: None,
            region,
            hardware: None,
        }
    }
}

/// What an image will run on.
#[derive(Debug, Clone, Copy)]
pub enum Hardware<'a> {
    /// Instances of this type.
    Instance(&'a InstanceType),
    /// A serverless endpoint, which has CPUs of `x86_64` only.
    Serverless,
    /// A processor as the tags call it, `cpu` or `gpu`, where the instance type is not known. Never
    /// arm64 where there is an image for `x86_64` too.
    Processor(&'a str),
}

/// The image's URI in the region's registry.
///
/// # Errors
///
/// When there is no such framework, version, Python version or region, when one is left out of which
/// there are several, or when no image runs on the hardware.
#[expect(
    clippy::missing_panics_doc,
    reason = "every part of a URI is from the table, whose rows a test has all made into images"
)]
pub fn image_uri(request: &Request<'_>) -> Result<ImageUri, ImageError> {
    let framework = find::framework(request)?;
    let scope = find::scope(framework, request.hardware)?;
    let version = find::version(framework, scope, request.version)?;
    let (base, images) = find::base(&version, request.base_framework)?;
    let image = find::python(&version, &images, request.py_version)?;
    let account = find::account(&version, image, request.region)?;
    let tag = find::tag(&version, image, request.hardware)?
        .replace("{version}", version.asked)
        .replace("{base}", base.trim_start_matches(char::is_alphabetic));

    let region = request.region;
    let suffix = region.dns_suffix();
    let separator = if tag.is_empty() { "" } else { ":" };
    let repository = image.repository;
    let uri = format!("{account}.dkr.ecr.{region}.{suffix}/{repository}{separator}{tag}");
    Ok(ImageUri::parse(uri).expect("the texts of the table are short and plain"))
}

/// The frameworks and algorithms of which there are images, in order.
///
/// ```
/// # use sageform::catalog::images::frameworks;
/// assert!(frameworks().any(|framework| framework == "xgboost"));
/// ```
pub fn frameworks() -> impl Iterator<Item = &'static str> {
    FRAMEWORKS.iter().map(|framework| framework.name)
}

/// The versions of a framework and their abbreviations, each newest first; none of one that is not
/// known. Not each has an image for arm64.
///
/// ```
/// # use sageform::catalog::images::versions;
/// assert_eq!(versions("llama-cpp").first(), Some(&"1.0.1"));
/// assert!(versions("pytorch").contains(&"2.6"));
/// assert!(versions("pytorhc").is_empty());
/// ```
pub fn versions(framework: &str) -> Vec<&'static str> {
    let framework = FRAMEWORKS.iter().find(|known| known.name == framework);
    let mut versions = Vec::new();
    for scope in framework.into_iter().flat_map(Framework::scopes) {
        for version in scope.versions() {
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
    }
    versions
}

#[cfg(test)]
mod tests;
