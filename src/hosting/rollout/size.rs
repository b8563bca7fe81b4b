//! Parts of a fleet, each with the bounds of what it is for.

use crate::cfn::sagemaker::endpoint as l1;

macro_rules! sizes {
    ($(
        $(#[$doc:meta])*
        $name:ident, $property:literal, $least:literal..=$most:literal;
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(Size);

        impl $name {
            #[doc = concat!("Checks a literal; in a `const` item at compile time.\n\n# Panics\n\nUnless it is between ", $least, " and ", $most, " percent of the variant's capacity.")]
            #[track_caller]
            pub const fn percent(percent: u32) -> Self {
                match Self::parse_percent(percent) {
                    Some(size) => size,
                    None => panic!(concat!("`", $property, "` is between ", $least, " and ", $most, " percent of the variant's capacity")),
                }
            }

            #[doc = concat!("The size, if it is between ", $least, " and ", $most, " percent.")]
            pub const fn parse_percent(percent: u32) -> Option<Self> {
                if percent >= $least && percent <= $most {
                    Some(Self(Size::Percent(percent)))
                } else {
                    None
                }
            }

            #[doc = concat!("So many instances. SageMaker measures them against the fleet, where they may be ", $least, " to ", $most, " percent. Checks a literal; in a `const` item at compile time.\n\n# Panics\n\nWhen it is 0.")]
            #[track_caller]
            pub const fn instances(count: u32) -> Self {
                match Self::parse_instances(count) {
                    Some(size) => size,
                    None => panic!(concat!("`", $property, "` is at least 1 instance")),
                }
            }

            /// So many instances, unless they are 0.
            pub const fn parse_instances(count: u32) -> Option<Self> {
                if count >= 1 {
                    Some(Self(Size::Instances(count)))
                } else {
                    None
                }
            }

            pub(super) fn into_l1(self) -> l1::CapacitySize {
                self.0.into_l1()
            }
        }
    )*};
}

sizes! {
    /// The first part of the traffic that a canary shifts: 1 to 50 percent, or instances.
    ///
    /// ```
    /// use sageform::hosting::CanarySize;
    ///
    /// const QUARTER: CanarySize = CanarySize::percent(25);
    /// assert_eq!(CanarySize::parse_percent(80), None);
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html>
    CanarySize, "CanarySize", 1..=50;

    /// What each step of a linear rollout shifts: 10 to 50 percent, or instances.
    ///
    /// ```
    /// use sageform::hosting::LinearStepSize;
    ///
    /// const FIFTH: LinearStepSize = LinearStepSize::percent(20);
    /// assert_eq!(LinearStepSize::parse_percent(5), None);
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html>
    LinearStepSize, "LinearStepSize", 10..=50;

    /// What a rolling update replaces at a time: 5 to 50 percent, or instances.
    ///
    /// ```
    /// use sageform::hosting::BatchSize;
    ///
    /// const TWO: BatchSize = BatchSize::instances(2);
    /// assert_eq!(BatchSize::parse_percent(3), None);
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html>
    BatchSize, "MaximumBatchSize", 5..=50;

    /// What taking a rolling update back replaces at a time: 1 to 100 percent, or instances.
    ///
    /// ```
    /// use sageform::hosting::RollbackBatchSize;
    ///
    /// const ALL: RollbackBatchSize = RollbackBatchSize::percent(100);
    /// assert_eq!(RollbackBatchSize::parse_instances(0), None);
    /// ```
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html>
    RollbackBatchSize, "RollbackMaximumBatchSize", 1..=100;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Percent(u32),
    Instances(u32),
}

impl Size {
    fn into_l1(self) -> l1::CapacitySize {
        match self {
            Self::Percent(percent) => {
                l1::CapacitySize::new(l1::CapacitySizeType::CAPACITY_PERCENT, percent)
            }
            Self::Instances(count) => {
                l1::CapacitySize::new(l1::CapacitySizeType::INSTANCE_COUNT, count)
            }
        }
    }
}
