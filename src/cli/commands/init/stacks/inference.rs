//! One endpoint per stage of `config/inference.yaml`.

use sageform::config::Stage;
use sageform::standard::standard;
use sageform::template::Stack;

/// Everything that the stage file says. What it cannot say is added to `stack` below.
pub fn inference(stack: &mut Stack, stage: &Stage) {
    standard(stack, stage);
}
