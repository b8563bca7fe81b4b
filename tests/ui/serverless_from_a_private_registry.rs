//! A serverless variant whose image is pulled with `RepositoryAccessMode: Vpc`.

use sageform::hosting::*;
use sageform::literal::*;
use sageform::template::Stack;

const IMAGE: ImageUri = ImageUri::new("111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4");
const ROLE: RoleArn = RoleArn::new("arn:aws:iam::111111111111:role/churn");
const VARIANT: VariantName = VariantName::new("primary");

fn main() {
    let mut stack = Stack::new("churn");
    let network = Network::new([SubnetId::new("subnet-1")], [SecurityGroupId::new("sg-1")]);
    let model = Model::builder()
        .container(Container::image(IMAGE).private_registry())
        .execution_role(ROLE)
        .network(network)
        .build()
        .add_to(&mut stack, "Model");
    ServerlessVariant::builder(VARIANT).model(&model);
}
