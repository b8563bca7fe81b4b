//! How many instances a host of inference components has: as many as their copies need.

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::value::Value;

/// Lets SageMaker add and remove a component host's instances as copies come and go.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-managedinstancescaling.html>
#[derive(Debug, Clone, PartialEq)]
pub struct ManagedInstanceScaling {
    minimum: Value<i64>,
    maximum: Value<i64>,
    scale_in: Option<ScaleIn>,
}

/// Which instances go when they are no longer needed.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-scaleinpolicy.html>
#[derive(Debug, Clone, PartialEq)]
pub enum ScaleIn {
    /// Those that hold no copy of a component.
    IdleRelease,
    /// Copies move together first, so that more instances hold none.
    Consolidation(Consolidation),
}

/// How copies are moved together. By default one instance goes at a time, and 20 minutes after the
/// endpoint's last change at the earliest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Consolidation {
    maximum_step_size: Option<Value<i64>>,
    cooldown_in_minutes: Option<Value<i64>>,
}

impl Consolidation {
    /// How many instances go at a time, 1 to 100; 1 when it is left out.
    #[must_use]
    pub fn maximum_step_size(mut self, instances: impl Into<Value<i64>>) -> Self {
        self.maximum_step_size = Some(instances.into());
        self
    }

    /// How many minutes after the endpoint's last change it may happen, 5 to 1,440; 20 when it is
    /// left out.
    #[must_use]
    pub fn cooldown_in_minutes(mut self, minutes: impl Into<Value<i64>>) -> Self {
        self.cooldown_in_minutes = Some(minutes.into());
        self
    }
}

impl ManagedInstanceScaling {
    /// Checks literals; in a `const` item at compile time. With a minimum of 0, the host may lose
    /// all its instances while its components have no copies.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// const SCALING: ManagedInstanceScaling = ManagedInstanceScaling::new(0, 4);
    /// assert_eq!(ManagedInstanceScaling::parse(2.into(), 1.into()), None);
    ///
    /// let consolidation = Consolidation::default().cooldown_in_minutes(30);
    /// let host = HostVariant::builder(VARIANT)
    ///     .instance_type(XLARGE)
    ///     .initial_instance_count(TWO)
    ///     .managed_instance_scaling(SCALING.scale_in(ScaleIn::Consolidation(consolidation)))
    ///     .build();
    /// EndpointConfig::component_host(host, ROLE).add_to(&mut stack, "Config");
    /// let variants = shown(stack, "Config", "ProductionVariants");
    /// assert!(variants.contains(
    ///     r#""ManagedInstanceScaling":{"MaxInstanceCount":4,"MinInstanceCount":0,"ScaleInPolicy":{"CooldownInMinutes":30,"Strategy":"CONSOLIDATION"},"Status":"ENABLED"}"#
    /// ), "{variants}");
    /// ```
    ///
    /// # Panics
    ///
    /// When the maximum is 0 or less than the minimum.
    #[track_caller]
    pub const fn new(minimum: u32, maximum: u32) -> Self {
        assert!(maximum >= 1, "`MaxInstanceCount` is at least 1");
        assert!(
            minimum <= maximum,
            "`MinInstanceCount` is not more than `MaxInstanceCount`"
        );
        Self {
            minimum: Value::Literal(minimum as i64),
            maximum: Value::Literal(maximum as i64),
            scale_in: None,
        }
    }

    /// The bounds, unless literals say that the minimum is below 0 or above the maximum, or the
    /// maximum below 1.
    pub fn parse(minimum: Value<i64>, maximum: Value<i64>) -> Option<Self> {
        let least = minimum.literal().copied().unwrap_or(0);
        let holds = least >= 0
            && maximum
                .literal()
                .is_none_or(|maximum| *maximum >= least.max(1));
        holds.then_some(Self {
            minimum,
            maximum,
            scale_in: None,
        })
    }

    /// Which instances go when they are no longer needed. SageMaker chooses when it is left out.
    #[must_use]
    pub fn scale_in(mut self, scale_in: ScaleIn) -> Self {
        self.scale_in = Some(scale_in);
        self
    }

    pub(super) fn into_config(self) -> l1::ManagedInstanceScaling {
        let scale_in = self.scale_in.map(|scale_in| match scale_in {
            ScaleIn::IdleRelease => l1::ScaleInPolicy::new(l1::Strategy::IDLE_RELEASE),
            ScaleIn::Consolidation(consolidation) => l1::ScaleInPolicy {
                cooldown_in_minutes: consolidation.cooldown_in_minutes,
                maximum_step_size: consolidation.maximum_step_size,
                ..l1::ScaleInPolicy::new(l1::Strategy::CONSOLIDATION)
            },
        });
        l1::ManagedInstanceScaling {
            max_instance_count: Some(self.maximum),
            min_instance_count: Some(self.minimum),
            scale_in_policy: scale_in.map(Value::from),
            status: Some(l1::Status::ENABLED.into()),
        }
    }
}
