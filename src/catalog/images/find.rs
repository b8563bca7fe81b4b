//! The steps from a request to a row of the table. Each says what there is instead when it fails.

use std::fmt;

use super::error::{ImageError, Part};
use super::generated::FRAMEWORKS;
use super::table::{Framework, Image, Scope, Tags};
use super::{Hardware, Request, frameworks};
use crate::catalog::instances::{Architecture, architecture};
use crate::literal::Region;

pub(super) fn framework(request: &Request<'_>) -> Result<&'static Framework, ImageError> {
    let name = match (request.framework, family(request.hardware)) {
        ("huggingface", "inf1") => "huggingface-neuron",
        ("huggingface", family) if is_neuron(family) => "huggingface-neuronx",
        (name, _) => name,
    };
    let found = FRAMEWORKS.iter().find(|framework| framework.name == name);
    found.ok_or_else(|| {
        let expected = "a framework or algorithm that AWS has images of";
        let got = Some(request.framework);
        ImageError::choice(Part::Framework, expected, got, frameworks().collect())
    })
}

/// The images for the hardware's architecture.
pub(super) fn scope(
    framework: &'static Framework,
    hardware: Option<Hardware<'_>>,
) -> Result<&'static Scope, ImageError> {
    let wanted = match hardware {
        None | Some(Hardware::Processor(_)) if framework.x86_64.is_none() => Architecture::Arm64,
        Some(Hardware::Instance(instance_type)) => architecture(instance_type),
        _ => Architecture::X86_64,
    };
    let (scope, wanted, there_is) = match wanted {
        Architecture::X86_64 => (&framework.x86_64, "x86_64", "arm64"),
        Architecture::Arm64 => (&framework.arm64, "arm64", "x86_64"),
    };
    scope.as_ref().ok_or_else(|| {
        let got = text(hardware);
        let message = format!(
            "the images of `{}` are for {there_is}, and `{got}` has {wanted} processors",
            framework.name
        );
        ImageError::hardware(Some(got), Vec::new(), message)
    })
}

/// A version that exists, and its images.
pub(super) struct Version<'a> {
    framework: &'static str,
    full: &'static str,
    /// As it was asked for.
    pub(super) asked: &'a str,
    images: Vec<&'static Image>,
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.framework)?;
        if self.full.is_empty() {
            return Ok(());
        }
        write!(f, " {}", self.full)
    }
}

pub(super) fn version<'a>(
    framework: &'static Framework,
    scope: &'static Scope,
    asked: Option<&'a str>,
) -> Result<Version<'a>, ImageError> {
    let newest = scope.images.first().map_or("", |image| image.version);
    let full = match asked {
        Some(asked) => {
            let alias = scope.aliases.iter().find(|(alias, _)| *alias == asked);
            alias.map_or(asked, |(_, full)| full)
        }
        None => newest,
    };
    let of_version = |image: &&Image| image.version == full;
    let images: Vec<_> = scope.images.iter().filter(of_version).collect();
    let only = images.len() == scope.images.len();
    let known: Vec<_> = scope.versions().collect();
    match (asked, images.first()) {
        (Some(asked), Some(image)) if known.contains(&asked) => Ok(Version {
            framework: framework.name,
            full: image.version,
            asked,
            images,
        }),
        (None, Some(_)) if only => Ok(Version {
            framework: framework.name,
            full: newest,
            asked: newest,
            images,
        }),
        _ => {
            let expected = match known.as_slice() {
                [] => format!("no version of `{}`", framework.name),
                _ => format!("a version of `{}`", framework.name),
            };
            Err(ImageError::choice(Part::Version, &expected, asked, known))
        }
    }
}

/// The base framework as it was asked for, empty where there is no such level, and its images.
pub(super) fn base<'a>(
    version: &Version<'_>,
    asked: Option<&'a str>,
) -> Result<(&'a str, Vec<&'static Image>), ImageError> {
    let all = version.images.iter().copied();
    let first = all.clone().next().map_or(&[][..], |image| image.bases);
    let base = asked.or(first.first().copied()).unwrap_or_default();
    let images: Vec<_> = match asked {
        Some(asked) => all.filter(|image| image.bases.contains(&asked)).collect(),
        None if all.clone().all(|image| image.bases == first) => all.collect(),
        None => Vec::new(),
    };
    if images.is_empty() {
        let bases = version.images.iter().flat_map(|image| image.bases);
        let mut known: Vec<_> = bases.copied().collect();
        known.dedup();
        let expected = match known.as_slice() {
            [] => format!("no base framework of {version}"),
            _ => format!("a base framework of {version}"),
        };
        return Err(ImageError::choice(
            Part::BaseFramework,
            &expected,
            asked,
            known,
        ));
    }
    Ok((base, images))
}

pub(super) fn python(
    version: &Version<'_>,
    images: &[&'static Image],
    asked: Option<&str>,
) -> Result<&'static Image, ImageError> {
    let found = match (asked, images) {
        (None, [only]) => Some(*only),
        (None, _) => None,
        (asked, _) => images.iter().find(|image| image.python == asked).copied(),
    };
    found.ok_or_else(|| {
        let known: Vec<_> = images.iter().filter_map(|image| image.python).collect();
        let expected = if known.is_empty() {
            format!("no Python version of {version}, whose image does not depend on it")
        } else {
            format!("a Python version of {version}")
        };
        ImageError::choice(Part::PyVersion, &expected, asked, known)
    })
}

pub(super) fn account(
    version: &Version<'_>,
    image: &Image,
    region: &Region,
) -> Result<&'static str, ImageError> {
    let region = region.as_str();
    let found = image.accounts.iter().find(|(known, _)| *known == region);
    found.map(|(_, account)| *account).ok_or_else(|| {
        let known = image.accounts.iter().map(|(region, _)| *region).collect();
        let expected = format!("a region with images of {version}");
        ImageError::choice(Part::Region, &expected, Some(region), known)
    })
}

pub(super) fn tag(
    version: &Version<'_>,
    image: &Image,
    hardware: Option<Hardware<'_>>,
) -> Result<&'static str, ImageError> {
    let family = family(hardware);
    let tags = match image.tags {
        // Trainium does nothing for software that was not built for it.
        Tags::Any(_) if family.starts_with("trn") && !version.framework.contains("neuron") => &[],
        Tags::Any(tag) => return Ok(tag),
        Tags::ByProcessor(tags) => tags,
    };
    let tag_of = |wanted: &str| {
        let found = tags.iter().find(|(processor, _)| *processor == wanted);
        found.map(|(_, tag)| *tag)
    };
    let special = image.families.iter().find(|(name, _)| *name == family);
    let found = match (hardware, special, tags) {
        (None, _, [(_, only)]) => Some(*only),
        (None, _, _) => None,
        (Some(Hardware::Serverless), _, _) => tag_of("cpu"),
        (Some(Hardware::Processor(processor)), _, _) => tag_of(processor),
        (Some(Hardware::Instance(_)), Some((_, tag)), _) => *tag,
        (Some(Hardware::Instance(_)), None, _) => processors(family).into_iter().find_map(tag_of),
    };
    found.ok_or_else(|| {
        let known: Vec<_> = tags.iter().map(|(processor, _)| *processor).collect();
        let expected = match known.as_slice() {
            [] => "other hardware".to_owned(),
            known => format!("hardware with `{}`", known.join("` or `")),
        };
        let got = hardware.map(|_| text(hardware));
        let shown = got.map_or("none".to_owned(), |got| format!("`{got}`"));
        let message = format!("expected {expected} for {version}, got {shown}");
        ImageError::hardware(got, known, message)
    })
}

/// What tags may call the processor of a family; the first of them that there is counts.
fn processors(family: &str) -> [&str; 3] {
    let kind = match family {
        _ if family.starts_with("inf") => "inf",
        _ if family.starts_with("trn") => "trn",
        _ if family.starts_with(['g', 'p']) => "gpu",
        _ => "cpu",
    };
    // The software of all generations of Neuron but the first.
    let newer = is_neuron(family) && family != "inf1";
    [family, if newer { "neuronx" } else { kind }, kind]
}

fn is_neuron(family: &str) -> bool {
    family.starts_with("inf") || family.starts_with("trn")
}

/// The family of the instances; empty where there are none.
fn family(hardware: Option<Hardware<'_>>) -> &str {
    match hardware {
        Some(Hardware::Instance(instance_type)) => instance_type.family(),
        _ => "",
    }
}

fn text(hardware: Option<Hardware<'_>>) -> &str {
    match hardware {
        Some(Hardware::Instance(instance_type)) => instance_type.as_str(),
        Some(Hardware::Processor(processor)) => processor,
        Some(Hardware::Serverless) => "serverless",
        None => "",
    }
}
