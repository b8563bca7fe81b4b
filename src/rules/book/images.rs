//! The images of containers, and what depends on the region.

mod hardware;
mod regions;

use crate::catalog::images::{Published, published};
use crate::finding::Severity;
use crate::json::Json;
use crate::literal::ImageUri;

use super::super::node::{Node, Part, Resource};
use super::found::Found;
use super::hosting::{COMPONENT, CONFIG, MODEL, containers};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("model-image-format", Error, [MODEL], format),
    declared!("model-image-latest", Note, [MODEL], latest),
    declared!(
        "model-image-region",
        Warning,
        [MODEL],
        regions::image_region
    ),
    declared!(
        "model-arch-match",
        Warning,
        [CONFIG, COMPONENT],
        hardware::architectures
    ),
    declared!(
        "model-mme-gpu-triton",
        Note,
        [CONFIG],
        hardware::multi_model
    ),
    declared!("img-account", Warning, [MODEL, COMPONENT], regions::account),
    declared!("img-version", Note, [MODEL, COMPONENT], version),
    declared!("img-graviton", Note, [MODEL, COMPONENT], graviton),
    declared!(
        "img-proc",
        Warning,
        [CONFIG, COMPONENT],
        hardware::processors
    ),
    declared!(
        "region-suffix",
        Warning,
        [MODEL, COMPONENT],
        regions::suffix
    ),
    declared!("region-arn", Warning, regions::arn),
    declared!("region-partition", Note, regions::partition),
];

/// What another rule says of an instance family, whatever the image.
pub(super) const COVERED: &[(&str, &str)] = &[("img-p2", "cfg-instance-retired")];

/// The images of a model or of an inference component.
fn images(resource: Resource<'_>) -> Vec<Node<'_>> {
    let own = resource.get("Specification").get("Container");
    containers(resource)
        .into_iter()
        .chain(Some(own))
        .map(|container| container.get("Image"))
        .filter(|image| image.is_present())
        .collect()
}

/// The image, also where it is of whatever region the stack is in: then as if that were in Ireland.
fn spelled(image: Node<'_>) -> Option<ImageUri> {
    let mut whole = String::new();
    for part in image.parts() {
        match part {
            Part::Text(text) => whole.push_str(&text),
            Part::Reference(name, None) if name == "AWS::Region" => whole.push_str("eu-west-1"),
            Part::Reference(name, None) if name == "AWS::URLSuffix" => {
                whole.push_str("amazonaws.com");
            }
            // Whoever deploys it is not AWS.
            Part::Reference(name, None) if name == "AWS::AccountId" => {
                whole.push_str("000000000000");
            }
            _ => return None,
        }
    }
    ImageUri::parse(whole).ok()
}

/// The image's tag, also where the rest of it is not known.
fn tag(image: Node<'_>) -> Option<String> {
    let Some(Part::Text(end)) = image.parts().pop() else {
        return None;
    };
    let name = end.rsplit('/').next()?;
    let (_, tag) = name.split_once(':')?;
    (!name.contains('@')).then(|| tag.to_owned())
}

/// What AWS has beside the image in the repository, where it is AWS's.
fn own_of_aws(image: Node<'_>) -> Option<Published> {
    published(&spelled(image)?.ecr_repository()?)
}

/// An image of AWS's in an account that has none in its region.
pub(super) struct Misplaced {
    pub(super) region: String,
    pub(super) account: String,
    /// Those that have it there.
    pub(super) accounts: Vec<&'static str>,
}

/// Whether an image is one of AWS's in the wrong account, where all of it is known.
pub(super) fn misplaced(image: Node<'_>) -> Option<Misplaced> {
    // A region that is not known has no account to be compared with.
    image.text()?;
    let uri = spelled(image)?;
    let repository = uri.ecr_repository()?;
    // An account that is none of AWS's may have its own copy.
    let accounts = published(&repository)?.accounts(repository.region);
    let is_wrong = !accounts.is_empty() && !accounts.contains(&repository.account);
    is_wrong.then(|| Misplaced {
        region: repository.region.to_owned(),
        account: repository.account.to_owned(),
        accounts,
    })
}

fn format(model: Resource<'_>, found: &mut Found<'_>) {
    for image in images(model) {
        let Some(text) = image.text() else {
            continue;
        };
        let Some((scheme, _)) = text.split_once("://") else {
            continue;
        };
        let report = found
            .at(
                image,
                format!(
                    "expected `registry/repository:tag`, got one that begins with `{scheme}://`"
                ),
            )
            .allowed("`registry/repository:tag` or `registry/repository@digest`")
            .hint(format!("remove `{scheme}://`"));
        if let (Json::String(written), "http" | "https" | "docker") = (image.written, scheme)
            && let Some((_, rest)) = written.split_once("://")
        {
            report.set(rest.to_owned());
        }
    }
}

fn latest(model: Resource<'_>, found: &mut Found<'_>) {
    let hint = "name a version's tag or a digest, so that another image is another template";
    for image in images(model) {
        if tag(image).is_some_and(|tag| tag == "latest") {
            found
                .at(image, "the tag `latest` is another image tomorrow")
                .got("latest")
                .hint(hint);
        } else if has_no_tag(image) {
            found
                .at(image, "an image without a tag is that of `latest`")
                .hint(hint);
        }
    }
}

/// Whether an image has neither a tag nor a digest, for sure.
fn has_no_tag(image: Node<'_>) -> bool {
    if let Some((repository, attribute)) = image.target() {
        return repository.kind() == "AWS::ECR::Repository"
            && attribute.is_some_and(|attribute| attribute == "RepositoryUri");
    }
    spelled(image).is_some_and(|image| {
        image.ecr_repository().is_some() && image.tag().is_none() && image.digest().is_none()
    })
}

fn version(resource: Resource<'_>, found: &mut Found<'_>) {
    // Of those times, names of Python versions are not the only ones that there are.
    const OLD: [&str; 4] = ["py2", "py27", "py3", "py36"];
    for image in images(resource) {
        let (Some(known), Some(tag)) = (own_of_aws(image), tag(image)) else {
            continue;
        };
        let mut words = tag.split('-');
        let version = words.next().unwrap_or_default();
        let Some(python) = words.find(|word| is_python(word)) else {
            continue;
        };
        let pythons = known.pythons(version);
        let judged = !pythons.is_empty()
            && !OLD.contains(&python)
            && !pythons.iter().any(|known| OLD.contains(known));
        if judged && !pythons.contains(&python) {
            found
                .at(
                    image,
                    format!(
                        "expected `{}` for version {version}, got `{python}`",
                        pythons.join("` or `")
                    ),
                )
                .got(python)
                .allowed(pythons.join(" or "))
                .hint("AWS is not known to have built such an image: look whether there is one");
        }
    }
}

fn is_python(word: &str) -> bool {
    word.strip_prefix("py").is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn graviton(resource: Resource<'_>, found: &mut Found<'_>) {
    for image in images(resource) {
        let (Some(known), Some(tag)) = (own_of_aws(image), tag(image)) else {
            continue;
        };
        if known.architecture() != Some(crate::catalog::instances::Architecture::Arm64) {
            continue;
        }
        let version = tag.split('-').next().unwrap_or_default();
        let instead = known.instead(version);
        if !instead.is_empty() {
            let instead = instead.join("` or `");
            found
                .at(
                    image,
                    format!("version {version} for arm64 is in the repository `{instead}`"),
                )
                .allowed(&instead)
                .hint(format!("write `{instead}`, or choose an older version"));
        }
    }
}

#[cfg(test)]
mod tests;
