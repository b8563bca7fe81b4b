//! One endpoint per stage of `config/inference.yaml`.

use sageform::config::Stage;
use sageform::standard::standard;
use sageform::template::Stack;

/// What the stage file says, and one thing that it cannot say: the endpoint's name is exported, so
/// that other stacks can import it.
pub fn inference(stack: &mut Stack, stage: &Stage) {
    let Some(hosted) = standard(stack, stage) else {
        return;
    };
    stack
        .output("Endpoint", hosted.endpoint_name)
        .description("The endpoint's name, for the stacks of its callers")
        .export(format!("{}-{}-endpoint", stage.stack, stage.name));
}
