//! What SageMaker does with an execution role.
//!
//! <https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>

/// Pulling an image from its repository.
pub(crate) const PULL: &[&str] = &[
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
];

/// Getting into a network, by the interfaces that are made there.
pub(crate) const INTERFACES: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
];

/// Looking at a network: these have no resource but `*`.
pub(crate) const NETWORK: &[&str] = &[
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
];
