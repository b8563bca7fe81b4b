//! What the constructs of `hosting` become where their doc tests do not show it: combinations, and
//! what the role is allowed for each input.

use sageform::cfn::sagemaker::endpoint_config::InferenceAmiVersion;
use sageform::hosting::{
    AnyContainer, ComponentHost, Container, CoreDump, Endpoint, EndpointConfig, EndpointHandle,
    ExecutionRole, Explainer, HostVariant, InferenceComponent, InstanceCount, InstanceVariant,
    Model, ModelHandle, Network, PackageAccess, PrivateRegistry, RollbackAlarms, Routing,
    SamplingPercentage, ShapBaseline,
};
use sageform::json::Json;
use sageform::literal::{
    AlarmName, ContainerHostname, Duration, EndpointName, FunctionArn, HubContentArn, ImageUri,
    InferenceComponentName, InstanceType, KmsKey, ModelPackageArn, ReservationArn, RoleArn,
    S3Prefix, S3Uri, SecurityGroupId, SubnetId, VariantName,
};
use sageform::template::{Stack, Template};
use sageform::value::Value;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const PRIVATE: ImageUri = ImageUri::new("registry.example.com/churn:1.4");
const ARCHIVE: S3Uri = S3Uri::new("s3://churn/model.tar.gz");
const PROVIDER: FunctionArn =
    FunctionArn::new("arn:aws:lambda:eu-west-1:111111111111:function:registry");
const HUB: HubContentArn =
    HubContentArn::new("arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/Model/llama/1.0.0");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const NAME: EndpointName = EndpointName::new("churn");
const VARIANT: VariantName = VariantName::new("primary");
const SHADOW: VariantName = VariantName::new("next");
const LARGE: InstanceType = InstanceType::new("ml.g5.xlarge");
const LLAMA: InferenceComponentName = InferenceComponentName::new("churn-llama");
const TWO: InstanceCount = InstanceCount::new(2);

fn network() -> Network {
    Network::new(
        [SubnetId::new("subnet-1"), SubnetId::new("subnet-2")],
        [SecurityGroupId::new("sg-1")],
    )
}

fn model(stack: &mut Stack) -> ModelHandle {
    Model::builder()
        .container(Container::image(IMAGE).model_data_url(ARCHIVE))
        .execution_role(ROLE)
        .build()
        .add_to(stack, "Model")
}

fn host(stack: &mut Stack) -> EndpointHandle<ComponentHost> {
    let host = HostVariant::builder(VARIANT)
        .instance_type(LARGE)
        .initial_instance_count(TWO)
        .build();
    let config = EndpointConfig::component_host(host, ROLE)
        .network(network())
        .add_to(stack, "EndpointConfig");
    Endpoint::builder()
        .name(NAME)
        .config(&config)
        .build()
        .add_to(stack, "Endpoint")
}

fn finish(stack: Stack) -> Template {
    let (template, findings) = stack.finish();
    assert!(findings.is_empty(), "{findings:?}");
    template
}

fn entry<'a>(template: &'a Template, id: &str) -> &'a Json {
    template
        .resources()
        .find(|resource| resource.id == id)
        .unwrap()
        .entry
}

fn property<'a>(template: &'a Template, id: &str, name: &str) -> &'a Json {
    entry(template, id)
        .get("Properties")
        .unwrap()
        .get(name)
        .unwrap()
}

#[track_caller]
fn equal(json: &Json, expected: &str) {
    let expected: Json = serde_json::from_str(expected).unwrap();
    let (json, expected) = (
        serde_json::to_string_pretty(json).unwrap(),
        serde_json::to_string_pretty(&expected).unwrap(),
    );
    assert_eq!(json, expected);
}

#[test]
fn a_private_registry_is_reached_through_the_network_whichever_comes_first() {
    let container = || {
        Container::image(PRIVATE)
            .model_data_url(ARCHIVE)
            .private_registry()
            .credentials_provider(PROVIDER)
    };
    let mut stack = Stack::new("churn");
    Model::builder()
        .network(network())
        .container(container())
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Before");
    Model::builder()
        .container(container())
        .execution_role(ROLE)
        .network(network())
        .build()
        .add_to(&mut stack, "After");
    let template = finish(stack);
    assert_eq!(entry(&template, "Before"), entry(&template, "After"));
    equal(
        property(&template, "After", "PrimaryContainer"),
        r#"{
            "Image": "registry.example.com/churn:1.4",
            "ImageConfig": {
                "RepositoryAccessMode": "Vpc",
                "RepositoryAuthConfig": {
                    "RepositoryCredentialsProviderArn": "arn:aws:lambda:eu-west-1:111111111111:function:registry"
                }
            },
            "ModelDataUrl": "s3://churn/model.tar.gz"
        }"#,
    );
}

#[test]
fn containers_of_several_registries_make_one_pipeline() {
    let mut stack = Stack::new("churn");
    let rest: Vec<AnyContainer<PrivateRegistry>> = vec![
        AnyContainer::from(Container::image(IMAGE)).any_registry(),
        Container::image(PRIVATE).private_registry().into(),
    ];
    Model::builder()
        .pipeline(Container::image(IMAGE), Container::image(IMAGE), rest)
        .execution_role(ROLE)
        .network(network())
        .build()
        .add_to(&mut stack, "Serial");
    let named = |name| Container::image(IMAGE).named(ContainerHostname::new(name));
    Model::builder()
        .direct(named("a"), named("b"), [named("c")])
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Direct");
    let template = finish(stack);
    let containers = property(&template, "Serial", "Containers").as_array();
    let modes: Vec<_> = containers
        .unwrap()
        .iter()
        .map(|one| one.get("ImageConfig").is_some())
        .collect();
    assert_eq!(modes, [false, false, false, true]);
    let hosts = property(&template, "Direct", "Containers").as_array();
    assert_eq!(
        hosts.unwrap()[2].get("ContainerHostname"),
        Some(&"c".into())
    );
}

#[test]
fn only_what_is_not_in_a_private_registry_does_without_a_network() {
    let platform = AnyContainer::from(Container::image(IMAGE));
    assert_eq!(
        platform.clone().any_registry().on_platform(),
        Some(platform)
    );
    let private: AnyContainer<_> = Container::image(PRIVATE).private_registry().into();
    assert_eq!(private.on_platform(), None);
}

#[test]
fn terms_and_hubs_make_a_data_source_of_an_archive() {
    let mut stack = Stack::new("churn");
    let archive = Container::image(IMAGE)
        .model_data_url(ARCHIVE)
        .hub_content(HUB)
        .accept_eula();
    let prefix = Container::image(IMAGE)
        .model_data_prefix(S3Prefix::new("s3://churn/weights/"))
        .accept_eula();
    for (name, container) in [
        ("Archive", AnyContainer::from(archive)),
        ("Prefix", prefix.into()),
    ] {
        Model::builder()
            .any_container(container)
            .execution_role(ROLE)
            .build()
            .add_to(&mut stack, name);
    }
    let template = finish(stack);
    equal(
        property(&template, "Archive", "PrimaryContainer"),
        r#"{
            "Image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4",
            "ModelDataSource": {
                "S3DataSource": {
                    "CompressionType": "Gzip",
                    "HubAccessConfig": {
                        "HubContentArn": "arn:aws:sagemaker:eu-west-1:aws:hub-content/hub/Model/llama/1.0.0"
                    },
                    "ModelAccessConfig": {"AcceptEula": true},
                    "S3DataType": "S3Object",
                    "S3Uri": "s3://churn/model.tar.gz"
                }
            }
        }"#,
    );
    let source = property(&template, "Prefix", "PrimaryContainer").get("ModelDataSource");
    equal(
        source.unwrap(),
        r#"{
            "S3DataSource": {
                "CompressionType": "None",
                "ModelAccessConfig": {"AcceptEula": true},
                "S3DataType": "S3Prefix",
                "S3Uri": "s3://churn/weights/"
            }
        }"#,
    );
}

#[test]
fn a_package_names_one_of_its_specifications() {
    const VERSION: ModelPackageArn =
        ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    let mut stack = Stack::new("churn");
    let container = Container::package(VERSION, PackageAccess::none());
    Model::builder()
        .container(container.inference_specification_name("gpu"))
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Model");
    equal(
        property(&finish(stack), "Model", "PrimaryContainer"),
        r#"{
            "InferenceSpecificationName": "gpu",
            "ModelPackageName": "arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7"
        }"#,
    );
}

#[test]
fn a_variant_sets_every_option_under_its_name() {
    let mut stack = Stack::new("churn");
    let model = model(&mut stack);
    let other = Model::builder()
        .container(Container::image(IMAGE))
        .execution_role(ROLE)
        .build()
        .add_to(&mut stack, "Other");
    let variant = InstanceVariant::builder(VARIANT)
        .model(&model)
        .instance_pool(LARGE)
        .instance_pool_with_model(InstanceType::new("ml.inf2.xlarge"), &other)
        .initial_instance_count(TWO)
        .weight(0.0)
        .volume_size_in_gb(64)
        .model_data_download_timeout(Duration::new("20m"))
        .container_startup_health_check_timeout(Duration::new("10m"))
        .instance_provision_timeout(Duration::new("30m"))
        .inference_ami_version(InferenceAmiVersion::AL2_AMI_SAGEMAKER_INFERENCE_GPU_3_1)
        .routing(Routing::PrefixAware {
            prefix_length: 4096.into(),
            concurrency_threshold: 8.into(),
        })
        .capacity_reservation(ReservationArn::new(
            "arn:aws:sagemaker:eu-west-1:111111111111:training-plan/winter",
        ))
        .ssm_access(true)
        .core_dump(CoreDump::to(S3Uri::new("s3://dumps/churn")).kms_key(KmsKey::new("alias/dumps")))
        .build();
    EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    equal(
        property(&finish(stack), "Config", "ProductionVariants"),
        r#"[{
            "CapacityReservationConfig": {
                "CapacityReservationPreference": "capacity-reservations-only",
                "MlReservationArn": "arn:aws:sagemaker:eu-west-1:111111111111:training-plan/winter"
            },
            "ContainerStartupHealthCheckTimeoutInSeconds": 600,
            "CoreDumpConfig": {"DestinationS3Uri": "s3://dumps/churn", "KmsKeyId": "alias/dumps"},
            "EnableSSMAccess": true,
            "InferenceAmiVersion": "al2-ami-sagemaker-inference-gpu-3-1",
            "InitialInstanceCount": 2,
            "InitialVariantWeight": 0,
            "InstancePools": [
                {"InstanceType": "ml.g5.xlarge", "Priority": 1},
                {
                    "InstanceType": "ml.inf2.xlarge",
                    "ModelNameOverride": {"Fn::GetAtt": ["Other", "ModelName"]},
                    "Priority": 2
                }
            ],
            "ModelDataDownloadTimeoutInSeconds": 1200,
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "RoutingConfig": {
                "PrefixAwareRoutingConfig": {"ConcurrencyThreshold": 8, "PrefixLength": 4096},
                "RoutingStrategy": "PREFIX_AWARE"
            },
            "VariantInstanceProvisionTimeoutInSeconds": 1800,
            "VariantName": "primary",
            "VolumeSizeInGB": 64
        }]"#,
    );
}

#[test]
fn a_shadow_gets_its_sample_whatever_the_weights_were() {
    let mut stack = Stack::new("churn");
    let model = model(&mut stack);
    let variant = |name, weight: f64| {
        InstanceVariant::builder(name)
            .model(&model)
            .instance_type(LARGE)
            .initial_instance_count(TWO)
            .weight(weight)
            .build()
    };
    let sampling = SamplingPercentage::new(7);
    let (production, shadow) = (variant(VARIANT, 3.0), variant(SHADOW, 9.0));
    EndpointConfig::shadowed(production, shadow, sampling).add_to(&mut stack, "Config");
    let template = finish(stack);
    for (property_name, weight) in [
        ("ProductionVariants", "1"),
        ("ShadowProductionVariants", "0.07"),
    ] {
        let variants = property(&template, "Config", property_name).as_array();
        let [variant] = variants.unwrap() else {
            panic!("one variant each");
        };
        equal(variant.get("InitialVariantWeight").unwrap(), weight);
    }
}

#[test]
fn models_of_several_kinds_share_an_endpoint() {
    let mut stack = Stack::new("churn");
    let one = model(&mut stack);
    let connected = Model::builder()
        .container(Container::image(IMAGE))
        .execution_role(ROLE)
        .network(network())
        .build()
        .add_to(&mut stack, "Connected");
    let builder = |name| {
        InstanceVariant::builder(name)
            .instance_type(LARGE)
            .initial_instance_count(TWO)
    };
    let (first, second) = (
        builder(VARIANT).model(&one),
        builder(SHADOW).model(&connected),
    );
    let variants = [second.build().any_model()];
    EndpointConfig::real_time(first.build().any_model(), variants).add_to(&mut stack, "Config");
    let template = finish(stack);
    let variants = property(&template, "Config", "ProductionVariants").as_array();
    assert_eq!(variants.unwrap().len(), 2);
}

#[test]
fn an_adapter_is_made_after_its_base_and_both_after_their_endpoint() {
    let mut stack = Stack::new("churn");
    let (endpoint, model) = (host(&mut stack), model(&mut stack));
    // A name that the template computes.
    let name: Value<InferenceComponentName> = Value::sub("${Endpoint.EndpointName}-llama").cast();
    let base = InferenceComponent::builder(name)
        .endpoint(&endpoint)
        .model(&model)
        .min_memory_in_mb(1024)
        .max_memory_in_mb(2048)
        .data_caching(true)
        .model_data_download_timeout(Duration::new("20m"))
        .build()
        .copies(0)
        .add_to(&mut stack, "Llama");
    let german = InferenceComponentName::new("churn-german");
    let artifact = S3Uri::new("s3://churn/german.tar.gz");
    InferenceComponent::adapter(german, &base, artifact).add_to(&mut stack, "German");
    let template = finish(stack);
    equal(
        entry(&template, "Llama").get("Properties").unwrap(),
        r#"{
            "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
            "InferenceComponentName": {"Fn::Sub": "${Endpoint.EndpointName}-llama"},
            "RuntimeConfig": {"CopyCount": 0},
            "Specification": {
                "ComputeResourceRequirements": {
                    "MaxMemoryRequiredInMb": 2048,
                    "MinMemoryRequiredInMb": 1024
                },
                "DataCacheConfig": {"EnableCaching": true},
                "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
                "StartupParameters": {"ModelDataDownloadTimeoutInSeconds": 1200}
            },
            "VariantName": "primary"
        }"#,
    );
    equal(
        entry(&template, "German"),
        r#"{
            "Type": "AWS::SageMaker::InferenceComponent",
            "DependsOn": ["Llama"],
            "Properties": {
                "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
                "InferenceComponentName": "churn-german",
                "Specification": {
                    "BaseInferenceComponentName": {"Fn::Sub": "${Endpoint.EndpointName}-llama"},
                    "Container": {"ArtifactUrl": "s3://churn/german.tar.gz"}
                }
            }
        }"#,
    );
    equal(
        property(&template, "EndpointConfig", "VpcConfig"),
        r#"{"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}"#,
    );
}

/// The statements of the role that `inputs` is given, by `Sid`.
fn statements(inputs: impl FnOnce(ExecutionRole) -> ExecutionRole) -> (Vec<(String, Json)>, Json) {
    let mut stack = Stack::new("churn");
    inputs(ExecutionRole::new(NAME)).add_to(&mut stack, "Role");
    let template = finish(stack);
    let policy = &property(&template, "Role", "Policies").as_array().unwrap()[0];
    let document = policy.get("PolicyDocument").unwrap();
    let statements = document.get("Statement").unwrap().as_array().unwrap();
    let by_sid = statements.iter().map(|statement| {
        let sid = statement.get("Sid").and_then(Json::as_str).unwrap();
        (sid.to_owned(), statement.clone())
    });
    let reasons = entry(&template, "Role").get("Metadata").unwrap();
    (by_sid.collect(), reasons.clone())
}

#[track_caller]
fn allows(inputs: impl FnOnce(ExecutionRole) -> ExecutionRole, sid: &str, expected: &str) {
    let (statements, _) = statements(inputs);
    let found = statements.iter().find(|(name, _)| name == sid);
    let (_, statement) = found.unwrap_or_else(|| panic!("no `{sid}` in {statements:?}"));
    let text = serde_json::to_string(statement).unwrap();
    assert!(text.contains(expected), "{text}");
}

#[test]
fn the_role_reads_and_writes_what_new_inputs_name() {
    let dump = CoreDump::to(S3Uri::new("s3://dumps/churn"));
    let with_key = dump.clone().kms_key(KmsKey::new("alias/dumps"));
    allows(
        |role| role.core_dump(&dump).unwrap(),
        "WriteObjects",
        r#""Action":"s3:PutObject","Resource":{"Fn::Sub":"arn:${AWS::Partition}:s3:::dumps/churn/*"}"#,
    );
    allows(
        |role| role.core_dump(&with_key).unwrap(),
        "UseKey",
        r#""Action":["kms:Decrypt","kms:GenerateDataKey"]"#,
    );
    let baseline = ShapBaseline::Uri(S3Uri::new("s3://churn/baseline.csv").into());
    allows(
        |role| role.explainer(&Explainer::clarify(baseline)).unwrap(),
        "ReadObjects",
        r#""Action":"s3:GetObject","Resource":{"Fn::Sub":"arn:${AWS::Partition}:s3:::churn/baseline.csv"}"#,
    );
    allows(
        |role| {
            role.reads_object(&S3Uri::new("s3://churn/german.tar.gz").into())
                .unwrap()
        },
        "ReadObjects",
        "s3:::churn/german.tar.gz",
    );
    let key = KmsKey::new("arn:aws:kms:eu-west-1:111111111111:key/topics").into();
    allows(
        |role| role.topic_key(&key),
        "UseKey",
        r#""Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"arn:aws:kms:eu-west-1:111111111111:key/topics""#,
    );
    let inline = Explainer::clarify(ShapBaseline::Inline("0,0".into()));
    let (statements, _) = statements(|role| role.explainer(&inline).unwrap());
    assert!(statements.iter().all(|(sid, _)| sid != "ReadObjects"));
}

#[test]
fn the_role_logs_components_and_looks_at_the_alarms_that_take_updates_back() {
    allows(
        |role| role.component(LLAMA),
        "WriteLogs",
        r#"{"Fn::Sub":"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/InferenceComponents/churn-llama:*"}"#,
    );
    let computed: Value<InferenceComponentName> = Value::reference("Name");
    allows(
        |role| role.component(computed),
        "WriteLogs",
        r#"["arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/aws/sagemaker/InferenceComponents/${InferenceComponentName}",{"InferenceComponentName":{"Ref":"Name"}}]"#,
    );
    let alarms = RollbackAlarms::parse([AlarmName::new("churn-errors")]).unwrap();
    allows(
        |role| role.rollback_alarms(&alarms),
        "DescribeRollbackAlarms",
        r#""Action":"cloudwatch:DescribeAlarms","Resource":{"Fn::Sub":"arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:churn-errors"}"#,
    );
}

#[test]
fn the_role_signs_in_at_private_registries_and_pulls_nothing_from_ecr_for_them() {
    let container = Container::image(PRIVATE).private_registry();
    let (without, _) = statements(|role| role.container(container.as_any()).unwrap());
    let sids: Vec<_> = without.iter().map(|(sid, _)| sid.as_str()).collect();
    assert_eq!(sids, ["WriteLogs", "PutMetrics"]);
    let container = container.credentials_provider(PROVIDER);
    allows(
        |role| role.container(container.as_any()).unwrap(),
        "SignInAtRegistries",
        r#""Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:eu-west-1:111111111111:function:registry""#,
    );
    // Nor does it matter that no ARN of a repository can be made of the image.
    let computed: Value<ImageUri> = Value::reference("Image");
    let container = Container::image(computed.clone()).private_registry();
    ExecutionRole::new(NAME)
        .container(container.as_any())
        .unwrap();
    let container = Container::image(computed);
    ExecutionRole::new(NAME)
        .container(container.as_any())
        .unwrap_err();
}

#[test]
fn the_role_says_why_a_statement_names_no_resource() {
    let container = Container::image(IMAGE).model_data_url(ARCHIVE);
    let (statements, metadata) = statements(|role| {
        role.container(container.as_any())
            .unwrap()
            .network(&network())
            .component(LLAMA)
    });
    let without: Vec<_> = statements
        .iter()
        .filter(|(_, statement)| statement.get("Resource") == Some(&"*".into()))
        .map(|(sid, _)| sid.as_str())
        .collect();
    let reasons = metadata.get("WithoutResource").unwrap().as_object();
    let reasons: Vec<_> = reasons.unwrap().keys().collect();
    assert_eq!(reasons, without);
    assert_eq!(without.len(), 3);
}
