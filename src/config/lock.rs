//! The lock file, `config/<stack>.lock.yaml`: what was looked up in the registry, reviewed like code.
//!
//! ```yaml
//! Production:
//!   ModelPackages:
//!     churn:
//!       ModelPackageArn: arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7
//!       Containers:
//!         - Image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn@sha256:…
//!           ModelDataUrl: s3://churn/7/model.tar.gz
//! ```

use indexmap::IndexMap;
use serde::Serialize;

use super::checks::{ModelPlace, models};
use super::codecs::MapOf;
use super::declare::shape;
use super::document::{Document, Span};
use super::keys::PackageGroupNames;
use super::shape::{At, Bounds, Cx, Shape};
use super::stage::{Context, default_group};
use super::subject::Subject;
use crate::finding::Finding;
use crate::literal::{ImageUri, KmsKey, ModelPackageArn, ModelPackageGroupName, S3Uri};

/// A version of a model package, and what a role must know of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pin {
    /// The version.
    pub arn: ModelPackageArn,
    /// What its containers pull and read; empty when the stage pins a version that the lock file
    /// does not know.
    pub containers: Vec<PinnedContainer>,
    /// The key that its model data is encrypted with.
    pub kms_key_id: Option<KmsKey>,
}

shape! {
    /// One container of a model package.
    pub struct PinnedContainer {
        /// The image.
        "Image" => required image: ImageUri,
        /// The model data.
        "ModelDataUrl" => optional model_data_url: S3Uri,
    }
}

shape! {
    /// What is pinned for one stage.
    pub(crate) struct LockedStage {
        /// The version of each model package group.
        "ModelPackages" => required model_packages: IndexMap<String, LockedPackage> as MapOf<PackageGroupNames>,
    }
}

shape! {
    /// A pinned version of a model package group.
    pub(crate) struct LockedPackage {
        /// The version.
        "ModelPackageArn" => required model_package_arn: ModelPackageArn,
        /// What its containers pull and read.
        "Containers" => default(Vec::new()) containers: Vec<PinnedContainer> [Bounds::to(15)],
        /// The key that its model data is encrypted with.
        "KmsKeyId" => optional kms_key_id: KmsKey,
    }
}

/// What the lock file says of one stage.
pub(super) struct Locked<'a> {
    pub(super) document: &'a Document,
    pub(super) pins: IndexMap<String, Pin>,
    /// Where each group's entry stands.
    places: IndexMap<String, Span>,
}

/// Reads the entries of one stage. Findings are complete even when nothing is returned.
pub(super) fn read<'a>(
    document: &'a Document,
    stack: &str,
    stage: &str,
    findings: &mut Vec<Finding>,
) -> Option<Locked<'a>> {
    let mut cx = Cx::new(document, stack, Some(stage));
    let entry = document.root.get(stage)?;
    let at = At {
        node: &entry.value,
        key: entry.span,
        name: stage.to_owned(),
        path: String::new(),
    };
    let decoded = LockedStage::decode(&at, Bounds::NONE, &mut cx);
    let mut locked = Locked {
        document,
        pins: IndexMap::new(),
        places: IndexMap::new(),
    };
    for (group, package) in decoded.into_iter().flat_map(|stage| stage.model_packages) {
        let path = format!("ModelPackages.{group}.ModelPackageArn");
        let span = entry.value.locate(&path).unwrap_or(entry.span);
        let arn = package.model_package_arn;
        if arn.group() != group {
            let message = format!(
                "`ModelPackageArn`: expected a version of `{group}`, got one of `{}`",
                arn.group()
            );
            let finding = Finding::error("lock-mismatch", message)
                .hint("correct the ARN, or name the group that it is of");
            cx.report(finding, span, &path);
        }
        locked.places.insert(group.clone(), span);
        let (containers, kms_key_id) = (package.containers, package.kms_key_id);
        locked.pins.insert(
            group,
            Pin {
                arn,
                containers,
                kms_key_id,
            },
        );
    }
    let complete = cx.findings.is_empty();
    findings.append(&mut cx.findings);
    complete.then_some(locked)
}

/// Checks what the stage and the lock file say of the same version.
pub(super) fn check(
    stage: Subject<'_>,
    locked: Option<&Locked<'_>>,
    cx: &mut Cx<'_>,
    in_lock: &mut Vec<Finding>,
) {
    for ModelPlace { path: model, .. } in models(stage) {
        let has = |key: &str| stage.has(&format!("{model}.{key}"));
        if ["ModelPackageArn", "Image", "Containers"]
            .into_iter()
            .any(has)
        {
            continue;
        }
        let group = stage
            .text(&format!("{model}.PackageGroup"))
            .map(str::to_owned);
        let group = group.unwrap_or_else(|| default_group(cx.stack));
        let pin = locked.and_then(|locked| Some((locked, locked.pins.get(&group)?)));
        let version_path = format!("{model}.Version");
        match (stage.integer(&version_path), pin) {
            (Some(version), Some((_, pin))) if i64::from(pin.arn.version()) != version => {
                let message = format!(
                    "`Version`: expected `{}`, which the lock file pins for `{group}`, \
                     got `{version}`",
                    pin.arn.version()
                );
                let finding = Finding::error("lock-mismatch", message)
                    .hint("pin that version in the lock file, or remove `Version`");
                stage.at_value(cx, &version_path, finding);
            }
            (Some(_), None) => {
                let missing: Vec<_> = ["Region", "Account"]
                    .into_iter()
                    .filter(|key| !stage.has(key))
                    .map(|key| format!("`{key}`"))
                    .collect();
                if !missing.is_empty() {
                    let message = format!(
                        "`Version` names a package only together with {}, which the stage lacks",
                        missing.join(" and ")
                    );
                    let finding = Finding::error("missing-key", message)
                        .hint("add what is missing, or pin the version in the lock file");
                    stage.at_value(cx, &version_path, finding);
                }
            }
            _ => {}
        }
        if let (Some((locked, pin)), Some(region)) = (pin, stage.text("Region"))
            && pin.arn.region() != region
        {
            let message = format!(
                "`ModelPackageArn`: expected a package in `{region}`, the stage's `Region`, got \
                 one in `{}`",
                pin.arn.region()
            );
            let finding = Finding::error("lock-mismatch", message)
                .hint("pin a version of that region, or correct `Region`");
            let mut other = Cx::new(locked.document, cx.stack, cx.stage);
            let path = format!("ModelPackages.{group}.ModelPackageArn");
            let span = locked.places.get(&group).copied().unwrap_or_default();
            other.report(finding, span, &path);
            in_lock.append(&mut other.findings);
        }
    }
}

/// The pin of a group: the lock file's, or what `Version` says together with the stage's account.
pub(super) fn pin(
    group: &ModelPackageGroupName,
    version: Option<i64>,
    cx: &Context<'_>,
) -> Option<Pin> {
    if let Some(pin) = cx.pins.get(group.as_str()) {
        return Some(pin.clone());
    }
    let tree = &cx.origin.tree;
    let text = |key: &str| match tree.get(key)?.value.scalar()? {
        super::document::Scalar::Text(text) => Some(text),
        _ => None,
    };
    let region = cx.region()?;
    let arn = format!(
        "arn:{}:sagemaker:{region}:{}:model-package/{group}/{}",
        region.partition(),
        text("Account")?,
        version?
    );
    let arn = ModelPackageArn::parse(arn).ok()?;
    Some(Pin {
        arn,
        containers: Vec::new(),
        kms_key_id: None,
    })
}
