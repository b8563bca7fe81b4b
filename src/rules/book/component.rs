//! Inference components.

use crate::catalog::instances::{Facts, facts};
use crate::finding::Severity;
use crate::literal::InstanceType;

use super::super::node::{Node, Resource};
use super::config::instance_types;
use super::found::Found;
use super::hosting::{COMPONENT, ENDPOINT, Scaled, TARGET, config_of, scaled, variants};
use super::{Check, Rule};

pub(super) const RULES: &[Rule] = &[
    declared!("ic-host", Error, [COMPONENT], host),
    declared!("ic-model-xor", Warning, [COMPONENT], one_source),
    declared!("ic-copycount", Error, [COMPONENT], copies),
    declared!("ic-mem", Warning, [COMPONENT], memory),
    declared!("ic-fit", Warning, [COMPONENT], fit),
    declared!("ic-env", Note, [COMPONENT], environment),
    declared!("ic-rolling", Error, [COMPONENT], batch),
];

/// Rules of the book that other rules state.
#[allow(dead_code, reason = "wired up by the page of rules")]
pub(super) const COVERED: &[(&str, &str)] = &[
    ("ic-name-literal", "unknown-attribute"),
    ("ic-api-only", "unknown-property"),
];

/// The variants that a component may be placed on, where its endpoint's are in the template.
fn hosts(component: Resource<'_>) -> Vec<Node<'_>> {
    let endpoint = component
        .get("EndpointName")
        .named(ENDPOINT, "EndpointName");
    let mut variants = endpoint
        .and_then(config_of)
        .map(variants)
        .unwrap_or_default();
    let name = component.get("VariantName");
    if !name.is_absent() {
        let Some(name) = name.text() else {
            return Vec::new();
        };
        variants.retain(|variant| {
            variant
                .get("VariantName")
                .text()
                .is_none_or(|own| own == name)
        });
    }
    variants
}

/// What a component runs: one specification, or one for each instance type.
fn specifications(component: Resource<'_>) -> Vec<Node<'_>> {
    let one = component.get("Specification");
    Some(one)
        .filter(|one| one.is_present())
        .into_iter()
        .chain(component.get("Specifications").items())
        .collect()
}

fn host(component: Resource<'_>, found: &mut Found<'_>) {
    let hosts = hosts(component);
    let taken = |variant: &Node<'_>| variant.get("ModelName").is_present();
    if hosts.is_empty() || !hosts.iter().all(taken) {
        return;
    }
    found
        .at(
            component.get("EndpointName"),
            "the endpoint takes no inference components: its variants have a `ModelName`",
        )
        .hint("remove `ModelName` from the variants, and write `ExecutionRoleArn` in their configuration");
}

fn one_source(component: Resource<'_>, found: &mut Found<'_>) {
    for specification in specifications(component) {
        let [model, container, base, compute] = [
            "ModelName",
            "Container",
            "BaseInferenceComponentName",
            "ComputeResourceRequirements",
        ]
        .map(|key| specification.get(key));
        if model.is_present() && container.is_present() {
            found
                .at(
                    container,
                    "`Container` excludes `ModelName`, which is there too",
                )
                .hint("keep `ModelName`, or describe the container here");
        } else if model.is_absent() && container.is_absent() && base.is_absent() {
            found
                .at(
                    model,
                    "missing `ModelName` or `Container`: there is nothing to run",
                )
                .hint("name a model, or describe a container");
        }
        if base.is_present() && compute.is_present() {
            found
                .at(
                    compute,
                    "`ComputeResourceRequirements` excludes `BaseInferenceComponentName`: an adapter runs on what its base has",
                )
                .hint("remove `ComputeResourceRequirements`");
        }
    }
}

fn copies(component: Resource<'_>, found: &mut Found<'_>) {
    let runtime = component.get("RuntimeConfig");
    let count = runtime.get("CopyCount");
    if runtime.is_present() && count.is_absent() {
        found
            .at(count, "missing `CopyCount`, which `RuntimeConfig` needs")
            .hint("write how many copies are to run at first");
    }
}

fn memory(component: Resource<'_>, found: &mut Found<'_>) {
    for specification in specifications(component) {
        let compute = specification.get("ComputeResourceRequirements");
        let least = compute.get("MinMemoryRequiredInMb");
        if compute.is_present() && least.is_absent() {
            found
                .at(
                    least,
                    "missing `MinMemoryRequiredInMb`, which `ComputeResourceRequirements` needs",
                )
                .hint("write how much memory a copy needs");
        }
        let most = compute.get("MaxMemoryRequiredInMb");
        if let (Some(least), Some(number)) = (least.integer(), most.integer())
            && number < least
        {
            found.expected(
                most,
                format_args!("at least `MinMemoryRequiredInMb`, which is {least}"),
            );
        }
    }
}

/// A thing that a copy needs of an instance: its key, its name, and how much of it there is.
type Need = (&'static str, &'static str, fn(&Facts) -> Option<u32>);

const NEEDS: [Need; 3] = [
    (
        "NumberOfAcceleratorDevicesRequired",
        "accelerators",
        |facts| match facts.accelerator {
            None => Some(0),
            // Whether devices or their cores are counted is not said: the larger number is right.
            Some(one) => one.count?.checked_mul(one.cores_per_device),
        },
    ),
    ("NumberOfCpuCoresRequired", "CPU cores", |facts| facts.vcpus),
    ("MinMemoryRequiredInMb", "MiB of memory", |facts| {
        facts.memory_mib
    }),
];

fn fit(component: Resource<'_>, found: &mut Found<'_>) {
    let hosts = hosts(component);
    for specification in specifications(component) {
        let own = specification.get("InstanceType");
        let kinds: Vec<_> = if own.is_absent() {
            hosts.iter().copied().flat_map(instance_types).collect()
        } else {
            own.text()
                .and_then(|text| InstanceType::parse(text).ok())
                .into_iter()
                .collect()
        };
        let known: Vec<_> = kinds
            .iter()
            .filter_map(|kind| Some((kind, facts(kind)?)))
            .collect();
        // It has to fit onto one of the types, of which each has to be known.
        let places = hosts.iter().map(|host| {
            let pools = host.get("InstancePools");
            pools.list().map_or(1, |pools| pools.len())
        });
        let complete = !own.is_absent() || known.len() == places.sum::<usize>();
        if known.is_empty() || !complete {
            continue;
        }
        let compute = specification.get("ComputeResourceRequirements");
        for (key, unit, amount) in NEEDS {
            let place = compute.get(key);
            let amounts: Option<Vec<_>> = known
                .iter()
                .map(|(kind, facts)| Some((amount(facts)?, *kind)))
                .collect();
            let largest = amounts.and_then(|all| all.into_iter().max_by_key(|(has, _)| *has));
            let (Some(number), Some((has, kind))) = (place.number(), largest) else {
                continue;
            };
            if number > f64::from(has) {
                found
                    .at(
                        place,
                        format!("expected what fits onto an instance, and `{kind}` has {has} {unit}, got `{number}`"),
                    )
                    .got(number)
                    .allowed(format_args!("at most {has}"))
                    .hint("lower it, or choose a larger instance type");
            }
        }
    }
}

fn environment(component: Resource<'_>, found: &mut Found<'_>) {
    /// As the reference's text says; its shape has 100.
    const MOST: usize = 16;
    for specification in specifications(component) {
        let variables = specification.get("Container").get("Environment");
        let count = variables.entries().count();
        if count > MOST {
            found
                .at(
                    variables,
                    format!("expected at most {MOST} environment variables, got {count}"),
                )
                .got(count)
                .allowed(format_args!("at most {MOST}"))
                .hint("put them into a file of the model, or name a `Model`, which takes 100");
        }
    }
}

fn batch(component: Resource<'_>, found: &mut Found<'_>) {
    const LEAST: i64 = 5;
    const MOST: i64 = 50;
    let policy = component.get("DeploymentConfig").get("RollingUpdatePolicy");
    let size = policy.get("MaximumBatchSize");
    let value = size.get("Value");
    let Some(number) = value.integer() else {
        return;
    };
    match size.get("Type").text().as_deref() {
        Some("CAPACITY_PERCENT") if !(LEAST..=MOST).contains(&number) => {
            found.expected(value, format_args!("{LEAST} to {MOST} percent"));
        }
        Some("COPY_COUNT") if !is_scaled(component) => {
            let copies = component.get("RuntimeConfig").get("CopyCount").integer();
            if let Some(copies) =
                copies.filter(|copies| *copies > 0 && number * 100 > copies * MOST)
            {
                found
                    .at(
                        value,
                        format!(
                            "expected at most {MOST} percent of the {copies} copies, got {number}"
                        ),
                    )
                    .got(number)
                    .allowed(format_args!("at most {}", copies * MOST / 100))
                    .hint("begin with more copies, or replace less of them at once");
            }
        }
        _ => {}
    }
}

/// Whether the number of copies is a matter of scaling, or may be.
fn is_scaled(component: Resource<'_>) -> bool {
    component
        .world()
        .of_type(TARGET)
        .any(|target| match scaled(target) {
            Some(Scaled::Component(known)) => known.is_none_or(|known| known.is(component)),
            Some(Scaled::Variant { .. }) => false,
            None => true,
        })
}
