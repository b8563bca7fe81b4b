//! The endpoint: the stable name behind which configurations change.

use std::marker::PhantomData;

use crate::cfn::sagemaker::endpoint as l1;
use crate::literal::{EndpointName, VariantName};
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::endpoint_config::EndpointConfigHandle;
use super::mode::{Mode, RealTime};
use super::required::{EndpointConfigNameSet, EndpointNameSet, Given, Missing};
use super::rollout::RolloutFor;

/// An endpoint.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sagemaker-endpoint.html>
#[derive(Debug, Clone)]
pub struct Endpoint<M: Mode> {
    properties: l1::Endpoint,
    variants: Vec<VariantName>,
    mode: PhantomData<M>,
}

/// An [`Endpoint`] under construction.
#[derive(Debug, Clone)]
pub struct EndpointBuilder<N, C> {
    name: N,
    config: C,
    deployment: Deployment,
}

/// How the endpoint is updated.
#[derive(Debug, Clone)]
enum Deployment {
    Default,
    Config(Box<l1::DeploymentConfig>),
    Retained,
}

impl Endpoint<RealTime> {
    /// An endpoint whose name and configuration are still to be given. Its mode is the
    /// configuration's.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let config = EndpointConfig::real_time(variant, []).add_to(&mut stack, "Config");
    /// Endpoint::builder().name(NAME).config(&config).build().add_to(&mut stack, "Endpoint");
    /// assert_eq!(
    ///     shown(stack, "Endpoint", ""),
    ///     r#"{"EndpointConfigName":{"Fn::GetAtt":["Config","EndpointConfigName"]},"EndpointName":"churn"}"#,
    /// );
    /// ```
    pub fn builder() -> EndpointBuilder<Missing, Missing> {
        EndpointBuilder {
            name: Missing,
            config: Missing,
            deployment: Deployment::Default,
        }
    }
}

impl<N, C> EndpointBuilder<N, C> {
    /// The endpoint's name, unique in the account and region. Another name is another endpoint: the
    /// old one is deleted with its callers' requests.
    pub fn name(
        self,
        name: impl Into<Value<EndpointName>>,
    ) -> EndpointBuilder<Given<Value<EndpointName>>, C> {
        EndpointBuilder {
            name: Given(name.into()),
            config: self.config,
            deployment: self.deployment,
        }
    }

    /// What it serves, and how.
    pub fn config<M: Mode>(
        self,
        config: &EndpointConfigHandle<M>,
    ) -> EndpointBuilder<N, Given<EndpointConfigHandle<M>>> {
        EndpointBuilder {
            name: self.name,
            config: Given(config.clone()),
            deployment: self.deployment,
        }
    }
}

impl<N, M: Mode> EndpointBuilder<N, Given<EndpointConfigHandle<M>>> {
    /// How updates move the traffic. Without it, all traffic moves as soon as the new fleet is
    /// healthy.
    #[must_use]
    pub fn rollout<R: RolloutFor<M>>(mut self, rollout: R) -> Self {
        self.deployment = match rollout.into_deployment_config() {
            Some(config) => Deployment::Config(Box::new(config)),
            None => Deployment::Retained,
        };
        self
    }
}

impl<N, C> EndpointBuilder<N, C> {
    /// The endpoint.
    pub fn build<M: Mode>(self) -> Endpoint<M>
    where
        N: EndpointNameSet<Value = Value<EndpointName>>,
        C: EndpointConfigNameSet<Value = EndpointConfigHandle<M>>,
    {
        let config = self.config.given();
        let (deployment_config, retain_deployment_config) = match self.deployment {
            Deployment::Default => (None, None),
            Deployment::Config(config) => (Some((*config).into()), None),
            Deployment::Retained => (None, Some(true.into())),
        };
        let properties = l1::Endpoint {
            deployment_config,
            retain_deployment_config,
            endpoint_name: Some(self.name.given().map(String::from)),
            ..l1::Endpoint::new(config.name())
        };
        Endpoint {
            properties,
            variants: config.variants,
            mode: PhantomData,
        }
    }
}

impl<M: Mode> Endpoint<M> {
    /// Adds the endpoint to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> EndpointHandle<M> {
        let handle = stack.add(name, self.properties);
        EndpointHandle {
            handle,
            variants: self.variants,
            mode: PhantomData,
        }
    }
}

/// An endpoint of a stack: what scaling, alarms and outputs refer to.
#[derive(Debug, Clone)]
pub struct EndpointHandle<M: Mode> {
    handle: Handle<l1::Endpoint>,
    pub(super) variants: Vec<VariantName>,
    mode: PhantomData<M>,
}

impl<M: Mode> EndpointHandle<M> {
    /// The endpoint's name.
    pub fn name(&self) -> Value<String> {
        self.handle.get_att(&l1::Endpoint::ENDPOINT_NAME)
    }

    /// The endpoint's ARN.
    pub fn arn(&self) -> Value<String> {
        self.handle.reference()
    }

    /// The resource.
    pub fn resource(&self) -> &Handle<l1::Endpoint> {
        &self.handle
    }

    /// The name of its first variant.
    pub fn first_variant(&self) -> &VariantName {
        // Every constructor of a configuration takes at least one variant.
        &self.variants[0]
    }
}
