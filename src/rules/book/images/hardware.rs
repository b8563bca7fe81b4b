//! Images, and the instances that run them.

use crate::catalog::instances::{AcceleratorKind, Architecture, architecture, facts};
use crate::literal::{ImageUri, InstanceType};

use super::super::super::node::{Node, Resource};
use super::super::found::Found;
use super::super::hosting::{
    CONFIG, ENDPOINT, MODEL, config_of, containers, is_multi_model, is_serverless, model_of,
    shadows, variant_named, variants,
};
use super::{own_of_aws, spelled, tag};

/// Containers, and the instances that they run on.
struct Run<'w> {
    containers: Vec<Node<'w>>,
    /// Where the instance type is written.
    place: Node<'w>,
    kind: InstanceType,
}

/// What the variants of a configuration, or the endpoint of an inference component, runs.
fn runs(resource: Resource<'_>) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    if resource.kind() == CONFIG {
        for variant in variants(resource).into_iter().chain(shadows(resource)) {
            let model = model_of(variant);
            if is_serverless(variant) {
                continue;
            }
            for (place, overridden) in types(variant) {
                let model = if overridden.is_absent() {
                    model
                } else {
                    overridden.named(MODEL, "ModelName")
                };
                if let (Some(model), Some(kind)) = (model, kind(place)) {
                    runs.push(Run {
                        containers: containers(model),
                        place,
                        kind,
                    });
                }
            }
        }
        return runs;
    }
    let specification = resource.get("Specification");
    let mut run = model_of(specification).map_or_else(Vec::new, containers);
    run.push(specification.get("Container"));
    for place in types_of_component(resource) {
        if let Some(kind) = kind(place) {
            runs.push(Run {
                containers: run.clone(),
                place,
                kind,
            });
        }
    }
    runs
}

/// The instance types of a variant, each with the model that is run there instead of the variant's.
fn types(variant: Node<'_>) -> Vec<(Node<'_>, Node<'_>)> {
    let mut types = Vec::new();
    let one = variant.get("InstanceType");
    if one.is_present() {
        // There is no other model for the only type.
        types.push((one, one.get("ModelNameOverride")));
    }
    for pool in variant.get("InstancePools").items() {
        types.push((pool.get("InstanceType"), pool.get("ModelNameOverride")));
    }
    types
}

fn types_of_component(component: Resource<'_>) -> Vec<Node<'_>> {
    let endpoint = component
        .get("EndpointName")
        .named(ENDPOINT, "EndpointName");
    let name = component.get("VariantName").text();
    let variant = match (endpoint, name) {
        (Some(endpoint), Some(name)) => variant_named(endpoint, &name),
        (Some(endpoint), None) => match config_of(endpoint).map(variants).as_deref() {
            Some([only]) => Some(*only),
            _ => None,
        },
        _ => None,
    };
    let types = variant.map(types).unwrap_or_default();
    types.into_iter().map(|(place, _)| place).collect()
}

fn kind(place: Node<'_>) -> Option<InstanceType> {
    InstanceType::parse(place.text()?).ok()
}

pub(super) fn architectures(resource: Resource<'_>, found: &mut Found<'_>) {
    for run in runs(resource) {
        let wanted = architecture(&run.kind);
        for container in &run.containers {
            let image = container.get("Image");
            let Some(built) = built_for(image).filter(|built| *built != wanted) else {
                continue;
            };
            let (built, wanted) = (name(built), name(wanted));
            let kind = &run.kind;
            found
                .at(
                    run.place,
                    format!(
                        "`{kind}` has {wanted} processors, and the image `{}` is built for {built}",
                        short(image)
                    ),
                )
                .got(kind)
                .allowed(format_args!("an instance type with {built} processors"))
                .hint(format!(
                    "build the image for {wanted}, or choose an instance type with {built} processors"
                ));
        }
    }
}

const fn name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::X86_64 => "x86_64",
        Architecture::Arm64 => "arm64",
    }
}

/// The architecture that an image is built for, where its tag says so or it is AWS's.
fn built_for(image: Node<'_>) -> Option<Architecture> {
    let tag = tag(image).unwrap_or_default().to_ascii_lowercase();
    let has = |names: &[&str]| names.iter().any(|name| tag.contains(name));
    match (
        has(&["arm64", "aarch64"]),
        has(&["amd64", "x86_64", "x86-64"]),
    ) {
        (true, false) => Some(Architecture::Arm64),
        (false, true) => Some(Architecture::X86_64),
        (true, true) => None,
        (false, false) => own_of_aws(image)?.architecture(),
    }
}

/// The repository and the tag, without the registry.
fn short(image: Node<'_>) -> String {
    let spelled = spelled(image);
    let name = spelled
        .as_ref()
        .and_then(|image| image.as_str().rsplit('/').next());
    match name {
        Some(name) => name.chars().take(120).collect(),
        None => tag(image).unwrap_or_default(),
    }
}

/// What an image computes with, as its tag says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Device {
    Cpu,
    Accelerator(AcceleratorKind),
}

fn device(image: Node<'_>) -> Option<Device> {
    let tag = tag(image)?.to_ascii_lowercase();
    let words = tag.split(['-', '_', '.', '+']);
    let mut devices: Vec<_> = words.filter_map(device_named).collect();
    devices.dedup();
    match devices.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

fn device_named(word: &str) -> Option<Device> {
    let cuda = word
        .strip_prefix("cuda")
        .or_else(|| word.strip_prefix("cu").filter(|rest| rest.len() >= 2));
    match word {
        "cpu" => Some(Device::Cpu),
        "neuron" | "neuronx" => Some(Device::Accelerator(AcceleratorKind::Neuron)),
        "gpu" => Some(Device::Accelerator(AcceleratorKind::Gpu)),
        _ => cuda
            .filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|_| Device::Accelerator(AcceleratorKind::Gpu)),
    }
}

const fn words(kind: AcceleratorKind) -> &'static str {
    match kind {
        AcceleratorKind::Gpu => "NVIDIA GPUs",
        AcceleratorKind::Neuron => "Inferentia or Trainium",
        AcceleratorKind::Gaudi => "Gaudi accelerators",
    }
}

pub(super) fn processors(resource: Resource<'_>, found: &mut Found<'_>) {
    for run in runs(resource) {
        let Some(facts) = facts(&run.kind) else {
            continue;
        };
        let has = facts.accelerator.map(|accelerator| accelerator.kind);
        let kind = &run.kind;
        let images: Vec<_> = run
            .containers
            .iter()
            .map(|container| container.get("Image"))
            .filter(|image| !image.is_absent())
            .collect();
        for image in &images {
            if let Some(Device::Accelerator(needed)) = device(*image)
                && has != Some(needed)
            {
                let needed = words(needed);
                found
                    .at(
                        run.place,
                        format!(
                            "the image `{}` is built for {needed}, which `{kind}` does not have",
                            short(*image)
                        ),
                    )
                    .got(kind)
                    .allowed(format_args!("an instance type with {needed}"))
                    .hint(format!(
                        "choose an instance type with {needed}, or an image for what `{kind}` has"
                    ));
            }
        }
        // Beside a component, or a step of a pipeline, for CPUs may be another that uses the rest.
        let all_on_cpu = !images.is_empty()
            && images
                .iter()
                .all(|image| device(*image) == Some(Device::Cpu));
        if let Some(unused) = has.filter(|_| all_on_cpu && resource.kind() == CONFIG) {
            let unused = words(unused);
            found
                .at(
                    run.place,
                    format!(
                        "`{kind}` has {unused}, which an image for CPUs does not use: `{}`",
                        short(images[0])
                    ),
                )
                .got(kind)
                .hint(format!(
                    "choose an instance type without them, or an image for {unused}"
                ));
        }
    }
}

/// AWS's images that serve many models on GPUs, or may do so.
const MULTI_MODEL_ON_GPU: &[&str] = &[
    "djl-inference",
    "pytorch-inference",
    "sagemaker-tritonserver",
];

pub(super) fn multi_model(config: Resource<'_>, found: &mut Found<'_>) {
    for run in runs(config) {
        let accelerator = facts(&run.kind).and_then(|facts| facts.accelerator);
        if accelerator.is_none_or(|one| one.kind != AcceleratorKind::Gpu) {
            continue;
        }
        for container in &run.containers {
            let image = container.get("Image");
            if is_multi_model(*container) != Some(true) || own_of_aws(image).is_none() {
                continue;
            }
            let spelled = spelled(image);
            let repository = spelled.as_ref().and_then(ImageUri::ecr_repository);
            if repository.is_some_and(|one| !MULTI_MODEL_ON_GPU.contains(&one.name)) {
                found
                    .at(
                        image,
                        format!(
                            "on GPUs such as those of `{}`, many models are served by Triton, not by `{}`",
                            run.kind,
                            short(image)
                        ),
                    )
                    .allowed("an image of `sagemaker-tritonserver`")
                    .hint("use the image of Triton, or an instance type without GPUs");
            }
        }
    }
}
