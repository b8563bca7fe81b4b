//! `DesiredProvisionedConcurrency` of an instance variant.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ARCHIVE: S3Uri = S3Uri::new("s3://churn-models/1.4/model.tar.gz");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");
const ONE: InstanceCount = InstanceCount::new(1);

fn model(stack: &mut Stack) -> ModelHandle {
    let container = Container::image(IMAGE).model_data_url(ARCHIVE);
    Model::builder().container(container).execution_role(ROLE).build().add_to(stack, "Model")
}

fn instances(stack: &mut Stack) -> InstanceVariant {
    InstanceVariant::builder(VARIANT)
        .model(&model(stack))
        .instance_type(InstanceType::new("ml.m5.large"))
        .initial_instance_count(ONE)
        .build()
}

fn endpoint<M: Mode>(stack: &mut Stack, config: EndpointConfig<M>) -> EndpointHandle<M> {
    let config = config.add_to(stack, "EndpointConfig");
    Endpoint::builder().name(EndpointName::new("churn")).config(&config).build().add_to(stack, "Endpoint")
}

fn main() {
    let mut stack = Stack::new("churn");
    let config = EndpointConfig::real_time(instances(&mut stack), []);
    let endpoint = endpoint(&mut stack, config);
    let scaling = ConcurrencyScaling::new(Capacity::new(1, 4));
    endpoint.scale_provisioned_concurrency(&mut stack, "Scaling", scaling);
}
