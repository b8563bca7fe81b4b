//! What depends on the region, or on the partition in which that lies.

use crate::json::{Json, Object};
use crate::literal::Region;

use super::super::super::node::{Node, Part, Resource};
use super::super::super::world::World;
use super::super::found::Found;
use super::super::hosting::{MODEL, containers};
use super::{Misplaced, images, misplaced, spelled};

pub(super) fn account(resource: Resource<'_>, found: &mut Found<'_>) {
    for image in images(resource) {
        let Some(Misplaced {
            region,
            account,
            accounts,
        }) = misplaced(image)
        else {
            continue;
        };
        let report = found
            .at(
                image,
                format!(
                    "expected account `{}` for AWS's images in {region}, got `{account}`",
                    accounts.join("` or `")
                ),
            )
            .got(&account)
            .allowed(accounts.join(" or "))
            .hint("each region has its own registry of AWS's images");
        if let (Json::String(text), [only]) = (image.written, accounts.as_slice()) {
            report.set(text.replacen(&account, only, 1));
        }
    }
}

/// The region of an image in ECR, where it is written out.
fn region_of(image: Node<'_>) -> Option<String> {
    image.text()?;
    Some(spelled(image)?.ecr_repository()?.region.to_owned())
}

pub(super) fn image_region(model: Resource<'_>, found: &mut Found<'_>) {
    let world = model.world();
    let stack = world.parameter("AWS::Region").and_then(Json::as_str);
    let within = containers(model)
        .into_iter()
        .map(|container| container.get("Image"));
    let mut first = None;
    // Worlds that are not the template with its defaults may combine what nobody does.
    if world.is_first() {
        let before = world.of_type(MODEL).take_while(|other| !other.is(model));
        first = before.flat_map(images).find_map(region_of);
    }
    for image in within {
        let Some(region) = region_of(image) else {
            continue;
        };
        let (expected, whose) = match (stack, &first) {
            (Some(stack), _) => (stack.to_owned(), "the stack's"),
            (None, Some(first)) => (first.clone(), "that of another image"),
            (None, None) => {
                first = Some(region);
                continue;
            }
        };
        if region != expected {
            found
                .at(
                    image,
                    format!(
                        "expected an image in `{expected}`, {whose} region, got one in `{region}`"
                    ),
                )
                .got(region)
                .allowed(expected)
                .hint("copy the image to a repository of the endpoint's region");
        }
    }
}

pub(super) fn suffix(resource: Resource<'_>, found: &mut Found<'_>) {
    for image in images(resource) {
        let Some(region) = region_of(image).and_then(|region| Region::parse(region).ok()) else {
            continue;
        };
        let Some(uri) = spelled(image) else {
            continue;
        };
        let host = uri.as_str().split('/').next().unwrap_or_default();
        let got = host
            .split_once(&format!(".{region}."))
            .map_or("", |(_, suffix)| suffix);
        let expected = region.dns_suffix();
        // Names for IPv6 too are others.
        if got == expected || got == "on.aws" {
            continue;
        }
        let report = found
            .at(
                image,
                format!("expected a host that ends with `{expected}` in `{region}`, got `{got}`"),
            )
            .got(got)
            .allowed(expected)
            .hint(format!("write `{region}.{expected}`"));
        if let Json::String(text) = image.written {
            let (from, to) = (format!("{region}.{got}/"), format!("{region}.{expected}/"));
            report.set(text.replacen(&from, &to, 1));
        }
    }
}

/// Every text of a template's resources, or what makes one.
fn each_text<'w>(world: &'w World<'w>, see: &mut impl FnMut(Node<'w>)) {
    for resource in world.resources() {
        walk(resource.properties(), see);
    }
}

fn walk<'w>(node: Node<'w>, see: &mut impl FnMut(Node<'w>)) {
    match node.known() {
        Some(Json::Array(_)) => {
            for item in node.items() {
                walk(item, see);
            }
        }
        Some(Json::Object(object)) => {
            let mut fields = node.entries().peekable();
            let is_function = object
                .single()
                .is_some_and(|(key, _)| key == "Ref" || key.starts_with("Fn::"));
            if is_function || fields.peek().is_none() {
                see(node);
                return;
            }
            for (_, value) in fields {
                walk(value, see);
            }
        }
        Some(Json::String(_)) => see(node),
        _ => {}
    }
}

pub(super) fn arn(world: &World<'_>, found: &mut Found<'_>) {
    each_text(world, &mut |node| {
        let Some(text) = node.text().filter(|text| text.starts_with("arn:")) else {
            return;
        };
        let mut fields = text.split(':').skip(1);
        let (partition, region) = (fields.next().unwrap_or_default(), fields.nth(1));
        let Some(region) = region.and_then(|region| Region::parse(region).ok()) else {
            return;
        };
        let expected = region.partition();
        if partition == expected || partition.contains('*') || partition.is_empty() {
            return;
        }
        let report = found
            .at(
                node,
                format!("expected the partition `{expected}` of `{region}`, got `{partition}`"),
            )
            .got(partition)
            .allowed(expected)
            .hint(format!("write `arn:{expected}:`"));
        if let Json::String(written) = node.written {
            let (from, to) = (format!("arn:{partition}:"), format!("arn:{expected}:"));
            report.set(written.replacen(&from, &to, 1));
        }
    });
}

pub(super) fn partition(world: &World<'_>, found: &mut Found<'_>) {
    let (mut portable, mut bound) = (Vec::new(), false);
    each_text(world, &mut |node| {
        let parts = node.parts();
        let texts = parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(text),
            _ => None,
        });
        bound |= texts.clone().any(|text| is_bound(text));
        let fixed = texts.clone().any(|text| text.contains("arn:aws:"));
        if fixed && parts.iter().any(is_of_deployment) {
            portable.push(node);
        }
    });
    if bound {
        return;
    }
    for node in portable {
        let report = found
            .at(
                node,
                "`arn:aws:` is for one partition, and the rest of the ARN is for any account or region",
            )
            .allowed("`arn:${AWS::Partition}:`")
            .hint("write `arn:${AWS::Partition}:`");
        if let Some(("Fn::Sub", Json::String(text))) =
            node.written.as_object().and_then(Object::single)
        {
            let text = text.replace("arn:aws:", "arn:${AWS::Partition}:");
            let sub = Object::from_iter([("Fn::Sub".to_owned(), Json::from(text))]);
            report.set(Json::Object(sub));
        }
    }
}

/// Whether it is the account or the region that the stack is deployed to.
fn is_of_deployment(part: &Part<'_>) -> bool {
    matches!(part, Part::Reference(name, None) if name == "AWS::AccountId" || name == "AWS::Region")
}

/// Whether a text names an account or a region, and so a partition.
fn is_bound(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.any(|word| {
        let account = word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit());
        account || (word.contains('-') && Region::parse(word).is_ok())
    })
}
