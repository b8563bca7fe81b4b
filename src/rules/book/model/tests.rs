//! What the pages do not show: what is left alone, and what only some of a template's worlds have.

use super::super::testing;

/// The rules of this family that a template breaks.
fn broken(yaml: &str) -> Vec<&'static str> {
    testing::broken(super::RULES, yaml)
}

fn indented(indent: &str, lines: &str) -> String {
    lines
        .lines()
        .flat_map(|line| [indent, line, "\n"])
        .collect()
}

/// A model with a role and these lines of properties.
fn model(properties: &str) -> String {
    let lines = indented("      ", properties);
    format!(
        "Resources:\n  Model:\n    Type: AWS::SageMaker::Model\n    Properties:\n      \
         ExecutionRoleArn: !GetAtt Role.Arn\n{lines}"
    )
}

/// One with a container of these lines, and an image.
fn container(lines: &str) -> String {
    let lines = indented("  ", lines);
    model(&format!("PrimaryContainer:\n  Image: !Ref Image\n{lines}"))
}

#[test]
fn what_is_not_known_is_left_alone() {
    for yaml in [
        container("ModelDataUrl: !Ref Url"),
        container("ModelDataUrl: !Sub 's3://b/${Archive}.gz'"),
        container("ModelDataUrl: !Sub 's3://b/${Archive}'"),
        container("ModelDataUrl: s3://b/churn/v1.2"),
        container("ModelDataUrl: s3://b/churn/output/MODEL.TAR.GZ"),
        container("Mode: !Ref Mode\nModelDataUrl: s3://b/churn/"),
        container("Environment: {DB_PASSWORD: !Ref Password}"),
        container("Environment: {DB_PASSWORD: '{{resolve:secretsmanager:db}}'}"),
        container(
            "ModelDataSource:\n  S3DataSource:\n    S3DataType: S3Prefix\n    CompressionType: None\n    \
             S3Uri: !Sub 's3://${Bucket}'",
        ),
        container(
            "ModelDataSource:\n  S3DataSource:\n    S3DataType: S3Object\n    CompressionType: Gzip\n    \
             S3Uri: s3://b/m.tar.gz\n    ModelAccessConfig: {AcceptEula: !Ref Accept}",
        ),
        model("PrimaryContainer: !Ref AWS::NoValue\nContainers: !Ref Containers"),
        model("Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/model.yaml}}"),
        model(
            "VpcConfig: {Subnets: !Ref Subnets, SecurityGroupIds: !Ref Groups}\n\
             PrimaryContainer: {Image: !Ref Image}",
        ),
    ] {
        assert_eq!(broken(&yaml), [""; 0], "{yaml}");
    }
}

#[test]
fn both_branches_of_a_condition_are_looked_at() {
    let yaml =
        container("Mode: !If [Many, MultiModel, SingleModel]\nModelDataUrl: s3://b/m.tar.gz");
    let conditions = "Parameters:\n  How: {Type: String, Default: one}\n\
                      Conditions:\n  Many: !Equals [!Ref How, many]\n";
    assert_eq!(broken(&format!("{conditions}{yaml}")), ["model-mme-prefix"]);
}

#[test]
fn every_form_of_a_fault_is_found() {
    for (rule, yaml) in [
        ("model-container-xor", model("Containers: []")),
        (
            "model-hostname-all-or-none",
            model(
                "Containers:\n  - {Image: !Ref A, ContainerHostname: a}\n  \
                 - {Image: !Ref B, ContainerHostname: a}",
            ),
        ),
        ("model-mme-prefix", container("Mode: MultiModel")),
        ("model-url-single-tar", container("ModelDataUrl: s3://b/m/")),
        (
            "model-url-single-tar",
            container("ModelDataUrl: !Sub 's3://${Bucket}/model.pkl'"),
        ),
        (
            "model-source-prefix-slash",
            container(
                "ModelDataSource:\n  S3DataSource:\n    S3DataType: S3Object\n    \
                 CompressionType: None\n    S3Uri: s3://b/m/",
            ),
        ),
        (
            "model-source-excluded",
            container(
                "Mode: MultiModel\nModelDataSource:\n  S3DataSource:\n    S3DataType: S3Prefix\n    \
                 CompressionType: None\n    S3Uri: s3://b/m/",
            ),
        ),
        (
            "model-env-entries",
            container(&format!("Environment: {{TEXT: {}}}", "x".repeat(1025))),
        ),
        (
            "model-auth-needs-vpcmode",
            model(
                "VpcConfig: {Subnets: [subnet-1, subnet-2], SecurityGroupIds: [sg-1]}\n\
                 PrimaryContainer:\n  Image: registry.example/churn:1\n  ImageConfig:\n    \
                 RepositoryAccessMode: Vpc\n    RepositoryAuthConfig:\n      \
                 RepositoryCredentialsProviderArn: arn:aws:iam::111111111111:role/login",
            ),
        ),
        (
            "model-isolation-no-creds",
            model(
                "EnableNetworkIsolation: 'true'\nPrimaryContainer:\n  Image: !Ref Image\n  \
                 Environment: {HF_MODEL_ID: mistralai/Mistral-7B}",
            ),
        ),
    ] {
        assert_eq!(broken(&yaml), [rule], "{yaml}");
    }
}

#[test]
fn subnets_of_one_zone_are_found_by_their_resources() {
    let subnets = |second: &str| {
        let subnet = |name: &str, zone: &str| {
            format!(
                "  {name}:\n    Type: AWS::EC2::Subnet\n    Properties:\n      VpcId: vpc-1\n      \
                 AvailabilityZone: {zone}\n"
            )
        };
        let model = model(
            "VpcConfig: {Subnets: [!Ref A, !Ref B], SecurityGroupIds: [sg-1]}\n\
             PrimaryContainer: {Image: !Ref Image}",
        );
        let (a, b) = (
            subnet("A", "!Sub '${AWS::Region}a'"),
            subnet("B", &format!("!Sub '${{AWS::Region}}{second}'")),
        );
        broken(&format!("{model}{a}{b}"))
    };
    assert_eq!(subnets("a"), ["model-vpc-two-az"]);
    assert_eq!(subnets("b"), [""; 0]);
}
