//! What the pages do not show: other ways to write it, and what is left alone.

use super::super::testing;

/// The rules of this family that a template breaks.
fn broken(yaml: &str) -> Vec<&'static str> {
    testing::broken(super::RULES, yaml)
}

/// A package with these properties.
fn package(properties: &str) -> String {
    format!(
        "Parameters: {{Name: {{Type: String}}}}\n\
         Conditions: {{Named: !Equals [!Ref Name, '']}}\n\
         Resources: {{P: {{Type: AWS::SageMaker::ModelPackage, Properties: {{{properties}}}}}}}"
    )
}

/// A model whose container is of this package.
fn model(package: &str) -> String {
    format!(
        "Resources:\n  Group: {{Type: AWS::SageMaker::ModelPackageGroup, Properties: {{ModelPackageGroupName: churn}}}}\n  \
         Version: {{Type: AWS::SageMaker::ModelPackage, Properties: {{ModelPackageGroupName: churn}}}}\n  \
         Model: {{Type: AWS::SageMaker::Model, Properties: {{Containers: [{{ModelPackageName: {package}}}]}}}}"
    )
}

#[test]
fn a_package_has_one_name() {
    assert_eq!(broken(&package("Task: OTHER")), ["mp-name-xor"]);
    let either = "ModelPackageName: !If [Named, churn, !Ref AWS::NoValue], \
                  ModelPackageGroupName: !If [Named, !Ref AWS::NoValue, churn]";
    let both =
        "ModelPackageName: !If [Named, churn, !Ref AWS::NoValue], ModelPackageGroupName: churn";
    assert!(broken(&package(either)).is_empty());
    assert_eq!(broken(&package(both)), ["mp-name-xor"]);
    assert!(broken(&package("ModelPackageGroupName: !ImportValue Group")).is_empty());
}

#[test]
fn a_model_is_of_a_version() {
    for group in [
        "!Ref Group",
        "!GetAtt Group.ModelPackageGroupArn",
        "!Sub '${Group.ModelPackageGroupArn}/3'",
        "!Sub 'arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:model-package-group/churn'",
    ] {
        assert_eq!(broken(&model(group)), ["mp-arn"], "{group}");
    }
    for version in [
        "!Ref Version",
        "!GetAtt Version.ModelPackageArn",
        "churn",
        "!Sub 'arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:model-package/churn/7'",
    ] {
        assert!(broken(&model(version)).is_empty(), "{version}");
    }
}
