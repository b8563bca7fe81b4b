//! Alarms on instances and copies that run full.

use crate::cfn::cloudwatch::alarm as l1;

use super::metrics::{
    PublishesDisk, PublishesErrors, PublishesNormalizedUtilization, PublishesUtilization, Subject,
    utilization,
};
use super::unit::Fraction;
use super::{Alarm, Statistic};

/// How many cores or GPUs an instance has, over which SageMaker sums their utilization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Devices(u32);

impl Devices {
    /// Checks a literal; in a `const` item at compile time.
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub const fn new(count: u32) -> Self {
        assert!(
            count >= 1,
            "`CPUUtilization` and `GPUUtilization` need an instance with at least 1 core or GPU"
        );
        Self(count)
    }

    /// The count, unless it is 0.
    pub const fn parse(count: u32) -> Option<Self> {
        if count >= 1 { Some(Self(count)) } else { None }
    }

    pub(in crate::hosting) const fn get(self) -> u32 {
        self.0
    }
}

const ONE: Devices = Devices(1);

impl Alarm<Fraction> {
    /// The cores of an instance are busier on average: `CPUUtilization`, which SageMaker sums over
    /// the instance's `cores`.
    pub fn cpu_utilization(
        of: &impl PublishesUtilization,
        above: Fraction,
        cores: Devices,
    ) -> Self {
        Self::full(of, "CPUUtilization", above, cores)
    }

    /// The GPUs of an instance are busier on average: `GPUUtilization`, which SageMaker sums over the
    /// instance's `gpus`.
    pub fn gpu_utilization(of: &impl PublishesUtilization, above: Fraction, gpus: Devices) -> Self {
        Self::full(of, "GPUUtilization", above, gpus)
    }

    /// The memory of an instance's GPUs is fuller on average: `GPUMemoryUtilization`, which SageMaker
    /// sums over the instance's `gpus`.
    pub fn gpu_memory_utilization(
        of: &impl PublishesUtilization,
        above: Fraction,
        gpus: Devices,
    ) -> Self {
        Self::full(of, "GPUMemoryUtilization", above, gpus)
    }

    /// The cores of an instance that hosts inference components, or those that a component has
    /// reserved, are busier: `CPUUtilizationNormalized`.
    pub fn normalized_cpu_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "CPUUtilizationNormalized", above, ONE)
    }

    /// The GPUs of an instance that hosts inference components, or those that a component has
    /// reserved, are busier: `GPUUtilizationNormalized`.
    pub fn normalized_gpu_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "GPUUtilizationNormalized", above, ONE)
    }

    /// The memory of the GPUs of an instance that hosts inference components, or of those that a
    /// component has reserved, is fuller: `GPUMemoryUtilizationNormalized`.
    pub fn normalized_gpu_memory_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "GPUMemoryUtilizationNormalized", above, ONE)
    }

    /// The memory of an instance, or what a component has reserved of it, is fuller:
    /// `MemoryUtilization`, or `MemoryUtilizationNormalized` of a component.
    pub fn memory_utilization(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::full(of, of.memory(), above, ONE)
    }

    /// The disk of an instance is fuller: `DiskUtilization`.
    pub fn disk_utilization(of: &impl PublishesDisk, above: Fraction) -> Self {
        Self::full(of, "DiskUtilization", above, ONE)
    }

    fn full(of: &impl Subject, name: &'static str, above: Fraction, devices: Devices) -> Self {
        Self {
            scale: 100.0 * f64::from(devices.0),
            ..Self::above(
                utilization(of, name),
                Statistic::Of(l1::Statistic::AVERAGE),
                above,
                format!("{name} is more than {above} of the whole"),
            )
        }
    }
}
