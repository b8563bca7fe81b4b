//! The networks of a model: its VPC, and how it reaches the registry of its image.

use std::collections::BTreeSet;

use super::super::super::node::{Node, Part, Resource};
use super::super::found::Found;
use super::super::hosting::{CONFIG, containers};
use super::ending;

pub(super) fn registry(model: Resource<'_>, found: &mut Found<'_>) {
    let vpc = model.get("VpcConfig");
    // Of what inference components run, the endpoint's configuration has the network.
    let mut configs = model.world().of_type(CONFIG);
    if configs.any(|config| !config.get("VpcConfig").is_absent()) {
        return;
    }
    for container in containers(model) {
        let mode = container.at(["ImageConfig", "RepositoryAccessMode"]);
        if mode.text().as_deref() == Some("Vpc") && vpc.is_absent() {
            found
                .at(
                    mode,
                    "`RepositoryAccessMode: Vpc` needs `VpcConfig`, through which the registry is reached",
                )
                .hint(
                    "add `VpcConfig` with the subnets of the registry's VPC, or remove \
                     `ImageConfig` where the image is in ECR",
                );
        }
    }
}

pub(super) fn credentials(model: Resource<'_>, found: &mut Found<'_>) {
    for container in containers(model) {
        let config = container.get("ImageConfig");
        let auth = config.get("RepositoryAuthConfig");
        let mode = config.get("RepositoryAccessMode");
        if auth.is_present() && mode.text().is_some_and(|mode| mode == "Platform") {
            found
                .at(
                    auth,
                    "`RepositoryAuthConfig` is for `RepositoryAccessMode: Vpc`, and it is `Platform`",
                )
                .hint("write `Vpc`, or remove it: images in ECR are pulled with the model's role");
        }
        let provider = auth.get("RepositoryCredentialsProviderArn");
        let Some(text) = provider.text() else {
            continue;
        };
        let fields: Vec<&str> = text.split(':').collect();
        let is_function = matches!(
            fields.as_slice(),
            ["arn", _, "lambda", _, _, "function", _, ..]
        );
        if !is_function {
            found
                .expected(provider, "the ARN of a Lambda function")
                .hint("name the function that answers with the registry's user and password");
        }
    }
}

pub(super) fn two_zones(model: Resource<'_>, found: &mut Found<'_>) {
    let subnets = model.get("VpcConfig").get("Subnets");
    let Some(items) = subnets.list() else {
        return;
    };
    let zones: Vec<_> = items.iter().map(|subnet| zone(*subnet)).collect();
    let first = zones.first().cloned().flatten();
    let same = first.is_some() && zones.iter().all(|zone| *zone == first);
    let hint = "add a subnet in another availability zone, so that instances remain when one fails";
    if items.len() == 1 {
        found
            .at(
                subnets,
                "expected subnets in two availability zones, got one subnet",
            )
            .hint(hint);
    } else if same {
        found
            .at(
                subnets,
                "expected subnets in two availability zones, and all are in one",
            )
            .hint(hint);
    }
}

/// The availability zone of a subnet of the template, as it is written there.
fn zone(subnet: Node<'_>) -> Option<Vec<Part<'_>>> {
    let (subnet, _) = subnet.target()?;
    let zone = subnet.get("AvailabilityZone").parts();
    let known = !zone.is_empty() && !zone.contains(&Part::Unknown);
    known.then_some(zone)
}

/// Resources that may lead out of a VPC, or may make what does.
const WAYS_OUT: &[&str] = &[
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::EC2::EgressOnlyInternetGateway",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::VPNGateway",
    "AWS::NetworkManager::VpcAttachment",
];

pub(super) fn egress(model: Resource<'_>, found: &mut Found<'_>) {
    let subnets = model.get("VpcConfig").get("Subnets");
    let Some(items) = subnets.list().filter(|items| !items.is_empty()) else {
        return;
    };
    let vpcs: Vec<_> = items.iter().map(|subnet| vpc_of(*subnet)).collect();
    let downloads = containers(model).iter().any(|container| {
        ["ModelDataUrl", "ModelDataSource"]
            .iter()
            .any(|key| container.get(key).is_present())
    });
    if !downloads || vpcs.iter().any(Option::is_none) {
        return;
    }
    let way_out = model.world().resources().any(|resource| {
        WAYS_OUT.contains(&resource.kind())
            || resource.kind().starts_with("Custom::")
            || may_be_endpoint_of_s3(resource)
    });
    if !way_out {
        let vpcs: BTreeSet<_> = vpcs.into_iter().flatten().collect();
        let names: Vec<_> = vpcs.into_iter().collect();
        found
            .at(
                subnets,
                format!(
                    "nothing leads from `{}` to S3, from where the model is downloaded",
                    names.join("`, `")
                ),
            )
            .hint(
                "add an `AWS::EC2::VPCEndpoint` of type `Gateway` for S3, and others for what the \
                 container calls",
            );
    }
}

/// The VPC of a subnet, where the template has both.
fn vpc_of(subnet: Node<'_>) -> Option<&str> {
    let (subnet, _) = subnet.target()?;
    let (vpc, _) = subnet.get("VpcId").target()?;
    (subnet.kind() == "AWS::EC2::Subnet" && vpc.kind() == "AWS::EC2::VPC").then_some(vpc.id())
}

fn may_be_endpoint_of_s3(resource: Resource<'_>) -> bool {
    resource.kind() == "AWS::EC2::VPCEndpoint"
        && ending(resource.get("ServiceName"))
            .is_none_or(|end| end.ends_with("s3") || !end.contains('.'))
}
