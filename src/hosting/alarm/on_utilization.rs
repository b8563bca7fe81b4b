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
    /// ```
    /// # use sageform::hosting::Devices;
    /// const CORES: Devices = Devices::new(4);
    /// assert_eq!(Devices::parse(4), Some(CORES));
    /// ```
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
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::cpu_utilization(&metrics, Fraction::percent(80.0), Devices::new(4));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"CPUUtilization","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":320,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn cpu_utilization(
        of: &impl PublishesUtilization,
        above: Fraction,
        cores: Devices,
    ) -> Self {
        Self::full(of, "CPUUtilization", above, cores)
    }

    /// The GPUs of an instance are busier on average: `GPUUtilization`, which SageMaker sums over the
    /// instance's `gpus`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::gpu_utilization(&queue, Fraction::percent(90.0), Devices::new(1));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"GPUUtilization","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":90,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn gpu_utilization(of: &impl PublishesUtilization, above: Fraction, gpus: Devices) -> Self {
        Self::full(of, "GPUUtilization", above, gpus)
    }

    /// The memory of an instance's GPUs is fuller on average: `GPUMemoryUtilization`, which SageMaker
    /// sums over the instance's `gpus`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::gpu_memory_utilization(&metrics, Fraction::percent(90.0), Devices::new(8));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"GPUMemoryUtilization","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":720,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn gpu_memory_utilization(
        of: &impl PublishesUtilization,
        above: Fraction,
        gpus: Devices,
    ) -> Self {
        Self::full(of, "GPUMemoryUtilization", above, gpus)
    }

    /// The cores of an instance that hosts inference components, or those that a component has
    /// reserved, are busier: `CPUUtilizationNormalized`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::normalized_cpu_utilization(&shared, Fraction::percent(80.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"CPUUtilizationNormalized","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":80,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn normalized_cpu_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "CPUUtilizationNormalized", above, ONE)
    }

    /// The GPUs of an instance that hosts inference components, or those that a component has
    /// reserved, are busier: `GPUUtilizationNormalized`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::normalized_gpu_utilization(&shared, Fraction::percent(80.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"GPUUtilizationNormalized","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":80,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn normalized_gpu_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "GPUUtilizationNormalized", above, ONE)
    }

    /// The memory of the GPUs of an instance that hosts inference components, or of those that a
    /// component has reserved, is fuller: `GPUMemoryUtilizationNormalized`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::normalized_gpu_memory_utilization(&shared, Fraction::percent(80.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"GPUMemoryUtilizationNormalized","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":80,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn normalized_gpu_memory_utilization(
        of: &impl PublishesNormalizedUtilization,
        above: Fraction,
    ) -> Self {
        Self::full(of, "GPUMemoryUtilizationNormalized", above, ONE)
    }

    /// The memory of an instance, or what a component has reserved of it, is fuller:
    /// `MemoryUtilization`, or `MemoryUtilizationNormalized` of a component.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::memory_utilization(&metrics, Fraction::percent(80.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"MemoryUtilization","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":80,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
    pub fn memory_utilization(of: &impl PublishesErrors, above: Fraction) -> Self {
        Self::full(of, of.memory(), above, ONE)
    }

    /// The disk of an instance is fuller: `DiskUtilization`.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    #[doc = include_str!("../example_metrics.txt")]
    /// let alarm = Alarm::disk_utilization(&shared, Fraction::percent(80.0));
    /// alarm.add_to(&mut stack, "Alarm");
    /// let shown = shown(stack, "Alarm", "");
    /// assert!(shown.ends_with(
    ///     r#""MetricName":"DiskUtilization","Namespace":"/aws/sagemaker/Endpoints","Period":60,"Statistic":"Average","Threshold":80,"TreatMissingData":"notBreaching"}"#,
    /// ), "{shown}");
    /// ```
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
