//! F6: from reviewed templates to endpoints that serve them.
//!
//! Stacks change only through change sets. A deployment is four steps, each of which can be run by
//! itself and again: *plan* makes the change sets and says what they do, *apply* executes exactly
//! those and follows them, *verify* asks SageMaker what is serving, and *recover* gets a wedged stack
//! back. Everything above `aws` is in our own words, so that only `aws` names the AWS SDK.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html>

pub mod apply;
pub mod aws;
pub mod cause;
pub mod change_set;
pub mod diagnosis;
pub mod digest;
pub mod drift;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod follow;
pub mod inputs;
pub mod plan;
pub mod planning;
pub mod progress;
pub mod recover;
pub mod stack;
pub mod state;
pub mod stop;
pub mod tasks;
pub mod validation;
pub mod verify;
pub mod waves;
