//! What the instance type decides.

use crate::catalog::instances::{AcceleratorKind, LocalNvme, facts};
use crate::literal::InstanceType;

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{containers, is_serverless, model_of};
use super::{all_variants, instance_types, serverless::tag};

/// An instance type of a variant that has disks of its own for sure.
fn with_own_disks(variant: Node<'_>) -> Option<InstanceType> {
    if is_serverless(variant) {
        return None;
    }
    instance_types(variant)
        .into_iter()
        .find(|kind| facts(kind).is_some_and(|facts| facts.local_nvme == LocalNvme::Present))
}

pub(super) fn volume(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let size = variant.get("VolumeSizeInGB");
        if !size.is_present() {
            continue;
        }
        if let Some(kind) = with_own_disks(variant) {
            found
                .at(
                    size,
                    format!(
                        "`VolumeSizeInGB` is for a volume, and `{kind}` has disks of its own instead"
                    ),
                )
                .hint("remove `VolumeSizeInGB`, or choose an instance type without disks of its own");
        }
    }
}

pub(super) fn volume_key(config: Resource<'_>, found: &mut Found<'_>) {
    let key = config.get("KmsKeyId");
    if !key.is_present() {
        return;
    }
    if let Some(kind) = all_variants(config).into_iter().find_map(with_own_disks) {
        found
            .at(
                key,
                format!("`KmsKeyId` is for volumes, and `{kind}` has disks of its own instead"),
            )
            .hint("remove `KmsKeyId`: disks of an instance are encrypted with a key of their own");
    }
}

/// A machine image has the driver of one kind of accelerator.
pub(super) fn machine_image(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let place = variant.get("InferenceAmiVersion");
        let Some(image) = place.text() else { continue };
        let (needed, words) = if image.contains("-neuron-") {
            (AcceleratorKind::Neuron, "Inferentia2 or Trainium")
        } else if image.contains("-gpu-") {
            (AcceleratorKind::Gpu, "NVIDIA GPUs")
        } else {
            continue;
        };
        let other = instance_types(variant).into_iter().find(|kind| {
            facts(kind).is_some_and(|facts| {
                // The driver of the image is not for the first generation.
                facts.accelerator.is_none_or(|one| one.kind != needed) || kind.family() == "inf1"
            })
        });
        if let Some(kind) = other {
            found
                .at(
                    place,
                    format!("`{image}` is for {words}, which `{kind}` does not have"),
                )
                .got(&image)
                .hint("remove `InferenceAmiVersion`, or choose another instance type");
        }
    }
}

/// The newest CUDA that the driver of a machine image is made for
/// ([`InferenceAmiVersion`](https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html)).
const CUDA: &[(&str, (u32, u32))] = &[
    ("al2-ami-sagemaker-inference-gpu-2", (12, 2)),
    ("al2-ami-sagemaker-inference-gpu-2-1", (12, 2)),
    ("al2-ami-sagemaker-inference-gpu-3-1", (12, 4)),
    ("al2023-ami-sagemaker-inference-gpu-4-1", (13, 0)),
];

pub(super) fn cuda(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let place = variant.get("InferenceAmiVersion");
        let Some(text) = place.text() else { continue };
        let Some((name, has)) = CUDA.iter().find(|(name, _)| *name == text) else {
            continue;
        };
        for container in model_of(variant).map_or_else(Vec::new, containers) {
            let needs = tag(container.get("Image")).and_then(|tag| cuda_of(&tag));
            if let Some(needs) = needs.filter(|needs| needs > has) {
                found
                    .at(
                        place,
                        format!(
                            "the driver of `{name}` is for CUDA {}.{} at most, and the image of the model has CUDA {}.{}",
                            has.0, has.1, needs.0, needs.1
                        ),
                    )
                    .got(name)
                    .hint("choose a newer machine image, or an image with an older CUDA");
            }
        }
    }
}

/// The CUDA of an image, as its tag says: `2.6.0-gpu-py312-cu124-ubuntu22.04` has 12.4.
fn cuda_of(tag: &str) -> Option<(u32, u32)> {
    let digits = tag.split(['-', '.']).find_map(|word| {
        let digits = word.strip_prefix("cu")?;
        (digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    })?;
    let (major, minor) = digits.split_at(2);
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// Files that are not packed are those of large models, and accelerators are for them.
pub(super) fn download(config: Resource<'_>, found: &mut Found<'_>) {
    for variant in all_variants(config) {
        let timeout = variant.get("ModelDataDownloadTimeoutInSeconds");
        let on_accelerators = instance_types(variant)
            .iter()
            .any(|kind| facts(kind).is_some_and(|facts| facts.accelerator.is_some()));
        let is_unpacked = |container: &Node<'_>| {
            let source = container.get("ModelDataSource").get("S3DataSource");
            source.get("S3DataType").text().as_deref() == Some("S3Prefix")
                && source.get("CompressionType").text().as_deref() == Some("None")
        };
        let all = model_of(variant).map(containers).unwrap_or_default();
        if timeout.is_absent() && on_accelerators && all.iter().any(is_unpacked) {
            found
                .at(
                    timeout,
                    "a model of many files may take longer to download than an endpoint waits of itself",
                )
                .hint("set `ModelDataDownloadTimeoutInSeconds`, up to 3600, by the size of the model");
        }
    }
}
