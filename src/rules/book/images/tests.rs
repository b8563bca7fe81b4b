//! What the pages do not show: what is left alone, and what only some of a template's worlds have.

use super::super::testing;

/// The rules of this family that a template breaks.
fn broken(yaml: &str) -> Vec<&'static str> {
    testing::broken(super::RULES, yaml)
}

/// A model with an image, and a variant of it on instances of a type.
fn on(image: &str, kind: &str) -> String {
    format!(
        "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n    Properties:\n      \
         PrimaryContainer:\n        Image: {image}\n  Config:\n    \
         Type: AWS::SageMaker::EndpointConfig\n    Properties:\n      ProductionVariants:\n        \
         - VariantName: primary\n          ModelName: !GetAtt Model.ModelName\n          \
         InstanceType: {kind}\n"
    )
}

/// A container image of AWS's in Ireland.
fn aws(name: &str) -> String {
    format!("763104351884.dkr.ecr.eu-west-1.amazonaws.com/{name}")
}

#[test]
fn hardware_is_compared_with_what_the_image_says() {
    let own = |tag: &str| format!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:{tag}");
    let region =
        |name: &str| format!("!Sub '763104351884.dkr.ecr.${{AWS::Region}}.amazonaws.com/{name}'");
    for (image, kind, expected) in [
        (own("1.4.2"), "ml.g5.xlarge", &[][..]),
        (own("1.4.2"), "ml.c7g.large", &[]),
        (own("1.4.2-arm64"), "ml.c7g.large", &[]),
        (own("1.4.2-arm64"), "ml.m5.large", &["model-arch-match"]),
        (own("1.4.2-amd64"), "ml.c7g.large", &["model-arch-match"]),
        (own("1.4.2-amd64-arm64"), "ml.c7g.large", &[]),
        (own("1.4.2-gpu"), "ml.m5.large", &["img-proc"]),
        (own("1.4.2-cpu"), "ml.g5.xlarge", &["img-proc"]),
        (own("1.4.2-cpu"), "!Ref Kind", &[]),
        (own("1.4.2-cpu"), "ml.z99.large", &[]),
        (aws("pytorch-inference:2.6-gpu-py312"), "ml.g5.xlarge", &[]),
        (
            region("pytorch-inference:2.6-gpu-py312"),
            "ml.m5.large",
            &["img-proc"],
        ),
        (
            region("djl-inference:0.27.0-deepspeed0.12.6-cu121"),
            "ml.m5.large",
            &["img-proc"],
        ),
        (
            region("pytorch-inference:2.4.0-cpu-py311"),
            "ml.m7g.large",
            &["model-arch-match"],
        ),
        (
            aws("pytorch-inference-graviton:2.4.0-cpu-py311-ubuntu22.04-sagemaker"),
            "ml.m5.large",
            &["model-arch-match"],
        ),
        (
            "!Sub '${Repository}:2.6-gpu'".to_owned(),
            "ml.m5.large",
            &["img-proc"],
        ),
        ("!Sub '${Repository}:${Tag}'".to_owned(), "ml.m5.large", &[]),
        (own("1.4.2-neuronx"), "ml.inf2.xlarge", &[]),
        (own("1.4.2-gpu"), "ml.inf2.xlarge", &["img-proc"]),
    ] {
        let yaml = on(&image, kind);
        assert_eq!(broken(&yaml), expected, "{yaml}");
    }
}

#[test]
fn a_step_for_cpus_may_stand_before_one_for_gpus() {
    let yaml = |second: &str| {
        on("!Ref Image", "ml.g5.xlarge").replace(
            "      PrimaryContainer:\n        Image: !Ref Image\n",
            &format!(
                "      Containers:\n        - Image: !Sub '${{Scale}}:2.0-cpu'\n        \
                 - Image: !Sub '${{Churn}}:1.4-{second}'\n"
            ),
        )
    };
    assert_eq!(broken(&yaml("gpu")), [""; 0]);
    assert_eq!(broken(&yaml("x")), [""; 0]);
    assert_eq!(broken(&yaml("cpu")), ["img-proc"]);
}

#[test]
fn an_inference_component_runs_on_the_instances_of_its_endpoint() {
    let yaml = "Resources:
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - {VariantName: primary, InstanceType: ml.m5.large}
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties: {EndpointConfigName: !GetAtt Config.EndpointConfigName}
  Component:
    Type: AWS::SageMaker::InferenceComponent
    Properties:
      EndpointName: !GetAtt Endpoint.EndpointName
      VariantName: primary
      Specification:
        Container: {Image: !Sub '${Churn}:1.4-gpu'}
";
    assert_eq!(broken(yaml), ["img-proc"]);
    assert_eq!(broken(&yaml.replace("m5.large", "g5.xlarge")), [""; 0]);
    // Another component may use what this one leaves.
    let cpu = yaml
        .replace("m5.large", "g5.xlarge")
        .replace("-gpu", "-cpu");
    assert_eq!(broken(&cpu), [""; 0]);
}

#[test]
fn an_account_is_compared_where_region_and_repository_are_known() {
    for (image, expected) in [
        (
            "763104351884.dkr.ecr.il-central-1.amazonaws.com/pytorch-inference:2.6-cpu-py312",
            &["img-account"][..],
        ),
        (
            "780543022126.dkr.ecr.il-central-1.amazonaws.com/pytorch-inference:2.6-cpu-py312",
            &[],
        ),
        (
            "683313688378.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            &["img-account"],
        ),
        (
            "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            &[],
        ),
        // Triton was published from another account before.
        (
            "785573368785.dkr.ecr.us-east-1.amazonaws.com/sagemaker-tritonserver:22.07-py3",
            &[],
        ),
        (
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6-cpu-py39",
            &[],
        ),
        (
            "763104351884.dkr.ecr.eu-north-9.amazonaws.com/pytorch-inference:2.6-cpu-py312",
            &[],
        ),
        (
            "!Sub '763104351884.dkr.ecr.${AWS::Region}.amazonaws.com/pytorch-inference:2.6-cpu-py312'",
            &[],
        ),
        (
            "727897471807.dkr.ecr.cn-north-1.amazonaws.com/pytorch-inference:2.6-cpu-py312",
            &["region-suffix"],
        ),
        (
            "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.66-cpu-py39",
            &[],
        ),
        (
            "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:1.5.0-cpu-py36",
            &[],
        ),
        (
            "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6",
            &[],
        ),
        (
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn",
            &["model-image-latest"],
        ),
        (
            "111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn@sha256:0123",
            &[],
        ),
        ("!GetAtt Repository.RepositoryUri", &["model-image-latest"]),
        ("!Sub '${Repository.RepositoryUri}:1.4.2'", &[]),
        ("!Ref Image", &[]),
    ] {
        let repository = "  Repository: {Type: AWS::ECR::Repository}\n";
        let yaml = format!("{}{repository}", on(image, "ml.m5.large"));
        assert_eq!(broken(&yaml), expected, "{yaml}");
    }
}

#[test]
fn a_condition_on_the_region_decides_it() {
    let head = "Conditions:\n  Jakarta: !Equals [!Ref AWS::Region, ap-southeast-3]\n";
    let fixed = on(
        "!Sub '763104351884.dkr.ecr.${AWS::Region}.amazonaws.com/pytorch-inference:2.6-cpu-py312'",
        "ml.m5.large",
    );
    assert_eq!(broken(&format!("{head}{fixed}")), ["img-account"]);
    let chosen = fixed
        .replace("763104351884", "${Account}")
        .replace("!Sub '", "!Sub\n        - '")
        .replace(
            "py312'\n",
            "py312'\n        - Account: !If [Jakarta, '907027046896', '763104351884']\n",
        );
    assert_eq!(broken(&format!("{head}{chosen}")), [""; 0]);
    let both = on(
        "!If [Jakarta, '907027046896.dkr.ecr.ap-southeast-3.amazonaws.com/pytorch-inference:2.6-cpu-py312', \
         '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6-cpu-py312']",
        "ml.m5.large",
    );
    assert_eq!(broken(&format!("{head}{both}")), [""; 0]);
}

#[test]
fn arns_are_read_wherever_they_stand() {
    let policy = |resource: &str| {
        format!(
            "Resources:\n  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      \
             PolicyDocument:\n        Statement:\n          - Effect: Allow\n            \
             Action: s3:GetObject\n            Resource: [{resource}]\n"
        )
    };
    for (resource, expected) in [
        (
            "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:q'",
            &["region-partition"][..],
        ),
        (
            "!Join ['', ['arn:aws:sqs:', !Ref AWS::Region, ':', !Ref AWS::AccountId, ':q']]",
            &["region-partition"],
        ),
        ("!Sub 'arn:aws:sqs:eu-west-1:${AWS::AccountId}:q'", &[]),
        ("!Sub 'arn:aws:s3:::${Bucket}/*'", &[]),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", &[]),
        ("arn:aws:logs:*:*:*", &[]),
        ("arn:aws:sqs:us-gov-west-1:111111111111:q", &["region-arn"]),
        ("arn:aws-us-gov:sqs:us-gov-west-1:111111111111:q", &[]),
        ("arn:*:sqs:us-gov-west-1:111111111111:q", &[]),
    ] {
        let yaml = policy(resource);
        assert_eq!(broken(&yaml), expected, "{yaml}");
    }
}
