//! A short example of each block. A test reads them all.

/// An example of a block.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// What it is of: a key of a stage that holds others, or `Instances`, `Serverless`, `Stage`.
    pub of: &'static str,
    /// Keys of a stage, as they are shown.
    pub yaml: &'static str,
    /// What a stage needs beside them.
    pub beside: &'static str,
}

/// One example of each block, in the order of the page.
pub fn examples() -> &'static [Example] {
    EXAMPLES
}

const INSTANCES: &str = "InstanceType: ml.m5.xlarge\nInstanceCount: 4\n";

const EXAMPLES: &[Example] = &[
    Example {
        of: "Stage",
        yaml: r#"Region: eu-west-1
Account: "222222222222"
TerminationProtection: true
Tags: {team: growth, cost-center: "4711"}
EndpointName: churn
InstanceType: ml.m5.xlarge
InstanceCount: 2
Dashboard: true
"#,
        beside: "",
    },
    Example {
        of: "Model",
        yaml: r#"Model:
  Image: {Framework: pytorch, Version: "2.6", PyVersion: py312}
  ModelDataUrl: s3://churn-models/2027-01/model.tar.gz
  Environment: {TS_WORKERS: "2"}
"#,
        beside: "Region: eu-west-1\nInstanceType: ml.m5.xlarge\nInstanceCount: 1\n",
    },
    Example {
        of: "Instances",
        yaml: r"InstancePools: [ml.g6.xlarge, ml.g5.xlarge]
InstanceCount: 2
InstanceProvisionTimeout: 20m
ContainerStartupHealthCheckTimeout: 15m
RoutingStrategy: LEAST_OUTSTANDING_REQUESTS
",
        beside: "",
    },
    Example {
        of: "Serverless",
        yaml: r"ServerlessMaxConcurrency: 20
ServerlessMemorySizeInMB: 4096
ServerlessProvisionedConcurrency: 5
",
        beside: "",
    },
    Example {
        of: "Variants",
        yaml: r"Variants:
  - Name: model-a
    Weight: 0.7
    InstanceType: ml.m5.xlarge
    InstanceCount: 1
    Model: {PackageGroup: churn}
  - Name: model-b
    Weight: 0.3
    InstanceType: ml.m5.xlarge
    InstanceCount: 1
    Model: {PackageGroup: churn-next}
",
        beside: "",
    },
    Example {
        of: "ShadowVariant",
        yaml: r"InstanceType: ml.m5.xlarge
InstanceCount: 2
ShadowVariant:
  Name: next
  SamplingPercentage: 50
  InstanceType: ml.m5.xlarge
  InstanceCount: 1
  Model: {PackageGroup: churn-next}
",
        beside: "",
    },
    Example {
        of: "Components",
        yaml: r"InstanceType: ml.g5.12xlarge
Components:
  - Name: llama
    Model: {PackageGroup: llama}
    Accelerators: 1
    MinMemoryInMB: 16384
    AutoScaling: {MinCapacity: 0, MaxCapacity: 8, InvocationsPerCopy: 10}
  - Name: llama-legal
    BaseComponent: llama
    ArtifactUrl: s3://adapters/legal.tar.gz
",
        beside: "ManagedInstanceScaling: {MinInstanceCount: 0, MaxInstanceCount: 4}\n",
    },
    Example {
        of: "ManagedInstanceScaling",
        yaml: r"ManagedInstanceScaling:
  MinInstanceCount: 1
  MaxInstanceCount: 4
  ScaleIn: {Strategy: CONSOLIDATION, Cooldown: 30m}
",
        beside: "InstanceType: ml.g5.12xlarge\nComponents:\n  - {Name: llama, MinMemoryInMB: 16384}\n",
    },
    Example {
        of: "Network",
        yaml: r"Network:
  Subnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
  SecurityGroupIds: [sg-01234567]
",
        beside: INSTANCES,
    },
    Example {
        of: "DataCapture",
        yaml: r"DataCapture:
  DestinationS3Uri: s3://churn-capture/production
  SamplingPercentage: 20
  CsvContentTypes: [text/csv]
",
        beside: INSTANCES,
    },
    Example {
        of: "Explainer",
        yaml: r"Explainer:
  ShapBaselineUri: s3://churn-models/baseline.csv
  FeatureHeaders: [age, contract, calls]
  ProbabilityIndex: 1
",
        beside: INSTANCES,
    },
    Example {
        of: "Async",
        yaml: r"Async:
  S3InputPath: s3://scvi/in/
  S3OutputPath: s3://scvi/out/
  S3FailurePath: s3://scvi/failed/
  MaxConcurrentInvocationsPerInstance: 4
  SuccessTopic: create
  ErrorTopic: arn:aws:sns:eu-west-1:111111111111:failures
",
        beside: "InstanceType: ml.g5.xlarge\nInstanceCount: 1\n",
    },
    Example {
        of: "AutoScaling",
        yaml: r"AutoScaling:
  MinCapacity: 4
  MaxCapacity: 20
  InvocationsPerInstance: 70
  ScaleInCooldown: 5m
  Schedule:
    - Name: evening
      At: cron(0 20 ? * MON-FRI *)
      Timezone: Europe/Berlin
      MinCapacity: 2
  StepPolicies:
    - Name: burst
      Alarm: Latency
      Steps: [{Adjustment: 2}, {From: 250ms, Adjustment: 5}]
",
        beside: "InstanceType: ml.m5.xlarge\nInstanceCount: 4\nAlarms: {Latency: {P90: 250ms}}\n",
    },
    Example {
        of: "Deployment",
        yaml: r"Deployment:
  Canary: 25%
  WaitInterval: 10m
  TerminationWait: 5m
  MaximumExecutionTimeout: 2h
  RollbackOn: [Errors, checkout-is-down]
Alarms:
  Errors: {Threshold: 1%}
",
        beside: INSTANCES,
    },
    Example {
        of: "Alarms",
        yaml: r"Alarms:
  Errors: {Threshold: 1%, Period: 1m, EvaluationPeriods: 2}
  Latency: {P99.9: 250ms}
  CPU: {Threshold: 80%, EvaluationPeriods: 5, DatapointsToAlarm: 4}
  Invocations: {Below: 1, Period: 15m}
  NotifyTopic: arn:aws:sns:eu-west-1:222222222222:oncall
",
        beside: INSTANCES,
    },
    Example {
        of: "Metrics",
        yaml: r"Metrics:
  EnhancedMetrics: true
  PublishFrequency: 10s
",
        beside: INSTANCES,
    },
    Example {
        of: "PackageGroups",
        yaml: r"PackageGroups:
  - churn
  - {Name: fraud, Description: Which payments are none}
",
        beside: "",
    },
    Example {
        of: "Overrides",
        yaml: r"Overrides:
  Endpoint:
    Properties:
      ExcludeRetainedVariantProperties: [{VariantPropertyType: DesiredWeight}]
",
        beside: INSTANCES,
    },
];
