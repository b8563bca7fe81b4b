//! Typed stacks and stage files become `CloudFormation` templates for `SageMaker` inference
//! endpoints.
//!
//! A *stack* is what is deployed as one: `config/<stack>.yaml` says, per stage, what an endpoint
//! serves; `stacks/<stack>.rs`, where there is one, builds it in Rust, and the standard hosting stack
//! does so otherwise. Each stack and stage becomes `templates/<Stage>/<stack>.template.json`.
//!
//! # The house
//!
//! A module uses only lower floors, and those on the third do not see each other; a test reads the
//! imports and holds them to it.
//!
//! | floor | module | what it owns |
//! |---|---|---|
//! | 0 | [`finding`] | one thing that is wrong: rule, severity, place, message, hint |
//! | 0 | [`json`] | a JSON document as a tree |
//! | 0 | [`value`] | a literal or an intrinsic function, by the type of what it yields |
//! | 0 | [`literal`] | names, ARNs, locations and durations, checked once |
//! | 0 | [`secret`] | what a secret is called, and what it looks like |
//! | 1 | [`cfn`] | L1: what `CloudFormation` accepts, generated from the registry's schemas |
//! | 1 | [`catalog`] | what AWS offers: images of frameworks, facts about instance types |
//! | 2 | [`template`] | the document: stacks, handles, logical ids, canonical rendering |
//! | 3 | [`hosting`] | L2: what hosting means, in types that exclude what `SageMaker` refuses |
//! | 3 | [`rules`] | findings over any finished template |
//! | 3 | [`config`] | stage file to [`config::Stage`], with line and column |
//! | 4 | [`standard`] | the standard hosting stack |
//! | 4 | [`permissions`] | the least IAM policies, from templates and verbs |
//! | 4 | [`review`] | what changes between two templates, and what that does to an endpoint |
//! | 5 | [`app`] | stacks x stages to templates and findings |
//! | 6 | `deploy` | plan, change set, events, verification; feature `deploy` |
//! | 7 | [`cli`] | arguments, printing, files |
//!
//! # Invariants
//!
//! Each has a test or a lint.
//!
//! 1. Synthesis is a pure function of stack, stage file and lock file: no clock, network,
//!    environment or randomness.
//! 2. The same input gives the same bytes, on a second run and on another machine.
//! 3. Generated code holds no rules; handwritten code holds no lists of properties.
//! 4. L1 can express anything that `CloudFormation` accepts, right or wrong. L2 cannot express what
//!    `SageMaker` rejects by shape. [`rules`] covers what types cannot.
//! 5. Only [`cli`] prints or exits. Only [`cli`], [`config`] and `deploy` touch the
//!    outside, and only `deploy::aws` names the AWS SDK.
//! 6. A template is written only when nothing has an error; all findings are reported at once, each
//!    at the line that caused it.
//! 7. No physical names on models and endpoint configurations, because every edit replaces them. The
//!    endpoint's name is stable, because callers, alarms and scaling use it.
//! 8. Nothing in the library knows a customer's account, region or naming.

pub mod app;
pub mod catalog;
pub mod cfn;
pub mod cli;
pub mod config;
#[cfg(feature = "deploy")]
pub mod deploy;
pub mod finding;
pub mod hosting;
pub mod json;
pub mod literal;
pub mod permissions;
pub mod review;
pub mod rules;
pub mod secret;
pub mod standard;
pub mod template;
pub mod value;
