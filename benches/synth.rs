//! Synthesis beside a floor that writes the same bytes.
//!
//! A service is a role, a model, a configuration, an endpoint with a canary rollout, two alarms,
//! scaling and outputs; 25 services make a stack, and there are two stages. `synth` reads the stage
//! file, builds every stack with the typed constructs, runs every check and renders. `floor` builds the
//! same documents from plain `serde_json` values, which it moves and never copies, and renders them.
//! `divan` prints the peak of allocated memory beside the time.
//!
//! `cargo bench` prints a table; `cargo bench -- --ratio` prints how many times the floor's time the
//! synthesis takes, from runs in turn.

use std::hint::black_box;
use std::time::{Duration as Elapsed, Instant};

use divan::{AllocProfiler, Bencher};
use sageform::app::{Build, StackInput, synthesize};
use sageform::cfn::cloudwatch::alarm::{Alarm, Dimension};
use sageform::config::{Stage, Text};
use sageform::hosting::{
    Capacity, CapacitySize, Concurrency, Container, Cooldowns, Endpoint, EndpointConfig,
    ExecutionRole, InstanceCount, InstanceMetric, InstanceVariant, Model, Rollout,
};
use sageform::literal::{Duration, EndpointName, ImageUri, InstanceType, S3Uri, VariantName};
use sageform::template::{Stack, json_text};
use sageform::value::Value;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const SERVICES: &[usize] = &[1, 10, 50, 200];
const SERVICES_PER_STACK: usize = 25;
