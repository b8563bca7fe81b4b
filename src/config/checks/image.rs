//! Images by framework: whether there is one for the region and the instance type.

use super::{Kind, models};
use crate::catalog::images::Part;
use crate::config::image::{self, Hardware, Wanted};
use crate::config::shape::Cx;
use crate::config::subject::Subject;
use crate::finding::Finding;
use crate::literal::{ImageUri, Region};

pub(super) fn check(stage: Subject<'_>, cx: &mut Cx<'_>) {
    let serverless = Kind::of(stage) == Kind::Serverless;
    for model in models(stage) {
        let mut containers = vec![model.path.clone()];
        let listed = stage.items(&format!("{}.Containers", model.path));
        containers.extend(listed.into_iter().map(|(path, _)| path));
        for container in containers {
            let path = format!("{container}.Image");
            if stage.has(&format!("{path}.Framework")) {
                let hardware = if serverless { &[][..] } else { &model.hardware };
                one_image(stage, &path, hardware, serverless, cx);
            }
        }
    }
}

fn one_image(
    stage: Subject<'_>,
    path: &str,
    hardware: &[String],
    serverless: bool,
    cx: &mut Cx<'_>,
) {
    let key = |key: &str| format!("{path}.{key}");
    let Some(region) = region(stage, path, cx) else {
        return;
    };
    let Some(framework) = stage.text(&key("Framework")) else {
        return;
    };
    let wanted = Wanted {
        framework,
        version: stage.text(&key("Version")),
        base_framework: stage.text(&key("BaseFrameworkVersion")),
        py_version: stage.text(&key("PyVersion")),
        region: &region,
    };
    if serverless {
        if let Err(error) = image::uri(&wanted, Hardware::Serverless) {
            report(stage, path, None, &error, cx);
        }
        return;
    }
    let mut first: Option<ImageUri> = None;
    for kind_path in hardware {
        let Some(kind) = stage.instance_type(kind_path) else {
            if stage.has(kind_path) {
                let message = "`Image`: the image of a framework depends on the instance type, \
                               which is not known before the deployment";
                let hint = "write the instance type out, or the image's URI";
                stage.at_key(cx, path, Finding::error("image", message).hint(hint));
            }
            return;
        };
        match image::uri(&wanted, Hardware::Instance(&kind)) {
            Err(error) => {
                report(stage, path, Some(kind_path), &error, cx);
                return;
            }
            Ok(uri) => match &first {
                None => first = Some(uri),
                Some(first) if *first == uri => {}
                Some(_) => {
                    let message =
                        format!("`Image`: `{kind}` needs another image than the pool before it");
                    let hint = "give one of the pools a `Model` of its own";
                    stage.at_value(cx, kind_path, Finding::error("image", message).hint(hint));
                    return;
                }
            },
        }
    }
}

/// The stage's region, of which the image has to be.
fn region(stage: Subject<'_>, path: &str, cx: &mut Cx<'_>) -> Option<Region> {
    if !stage.has("Region") {
        let message = "missing key `Region`: each region has its own images of a framework";
        let hint = "add `Region`, or write the image's URI";
        stage.at_key(cx, path, Finding::error("missing-key", message).hint(hint));
        return None;
    }
    Region::parse(stage.text("Region")?).ok()
}

fn report(
    stage: Subject<'_>,
    path: &str,
    kind: Option<&str>,
    error: &crate::catalog::images::ImageError,
    cx: &mut Cx<'_>,
) {
    let (key, place) = match error.part {
        Part::Framework => ("Framework", format!("{path}.Framework")),
        Part::Version => ("Version", format!("{path}.Version")),
        Part::BaseFramework => (
            "BaseFrameworkVersion",
            format!("{path}.BaseFrameworkVersion"),
        ),
        Part::PyVersion => ("PyVersion", format!("{path}.PyVersion")),
        Part::Region => ("Region", "Region".to_owned()),
        Part::Hardware => match kind {
            Some(kind) => ("InstanceType", kind.to_owned()),
            None => ("Image", path.to_owned()),
        },
    };
    let finding = Finding::error("image", format!("`{key}`: {error}")).hint(error.hint());
    if stage.has(&place) {
        stage.at_value(cx, &place, finding);
    } else {
        stage.at_key(cx, path, finding);
    }
}
