//! Application Auto Scaling.

mod policy;
mod steps;
mod target;

use super::hosting::{POLICY, TARGET};
use super::{Check, Rule, declared};
use crate::finding::Severity;

pub(super) const RULES: &[Rule] = &[
    declared!(
        "aas-resource-id",
        Error,
        [TARGET, POLICY],
        target::resource_id
    ),
    declared!(
        "aas-variant-exists",
        Error,
        [TARGET],
        target::variant_exists
    ),
    declared!("aas-ns-dim", Error, [TARGET, POLICY], target::namespace),
    declared!("aas-dim-kind", Error, [TARGET], target::dimension),
    declared!("aas-min-max", Error, [TARGET], target::bounds),
    declared!("aas-min-zero", Warning, [TARGET], target::min_zero),
    declared!("aas-async-zero-out", Warning, [TARGET], target::async_zero),
    declared!("aas-ic-zero-out", Warning, [TARGET], target::component_zero),
    declared!("aas-burstable", Error, [TARGET], target::burstable),
    declared!("aas-order", Error, [TARGET], target::order),
    declared!("aas-slr", Note, [TARGET], target::role),
    declared!("aas-schedule", Error, [TARGET], steps::schedule),
    declared!("aas-policy-type", Error, [POLICY], policy::kind),
    declared!("aas-metric-dim", Error, [POLICY], policy::metric),
    declared!("aas-async-metric", Warning, [POLICY], policy::async_metric),
    declared!("aas-pc-fraction", Warning, [POLICY], policy::fraction),
    declared!("aas-cpu-scale", Warning, [POLICY], policy::cores),
    declared!("aas-custom-dims", Warning, [POLICY], policy::dimensions),
    declared!("aas-steps", Error, [POLICY], steps::steps),
];
