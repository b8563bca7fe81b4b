//! A dashboard of what an endpoint does.

mod chart;
mod charts;
mod subject;

use std::marker::PhantomData;

use crate::cfn::cloudwatch::Dashboard as L1Dashboard;
use crate::json::Json;
use crate::literal::VariantName;
use crate::template::{Handle, Stack};
use crate::value::Value;

use super::alarm::{AnyAlarm, Devices};
use super::component::ComponentHandle;
use super::endpoint::EndpointHandle;
use super::mode::{Async, ComponentHost, Hosts, Mode, OnDemand, Provisioned, RealTime, Serverless};
use super::sub::Variables;

use chart::{Layout, header};
use subject::Subject;

/// A dashboard of an endpoint: what its mode publishes, per variant and component, and how its alarms
/// are.
///
/// It has no `DashboardName`: CloudFormation gives it one, which no other dashboard has.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html>
#[derive(Debug, Clone)]
pub struct Dashboard<M: Mode> {
    endpoint: Value<String>,
    variants: Vec<Variant>,
    components: Vec<Value<String>>,
    alarms: Vec<AnyAlarm>,
    mode: PhantomData<M>,
}

#[derive(Debug, Clone)]
struct Variant {
    name: VariantName,
    cores: Option<Devices>,
    gpus: Option<Devices>,
}

/// Modes that a dashboard knows the metrics of: all.
pub trait HasDashboard: Mode {
    /// Which charts show a variant.
    const CHARTS: Charts;
}

/// Which charts show a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charts {
    /// Those of instances that answer at once.
    RealTime,
    /// Those of a model without instances.
    Serverless,
    /// Those of a model without instances of which a part is kept warm.
    Provisioned,
    /// Those of a queue and its instances.
    Async,
    /// Those of instances that inference components share.
    ComponentHost,
}

impl HasDashboard for RealTime {
    const CHARTS: Charts = Charts::RealTime;
}

impl HasDashboard for Serverless<OnDemand> {
    const CHARTS: Charts = Charts::Serverless;
}

impl HasDashboard for Serverless<Provisioned> {
    const CHARTS: Charts = Charts::Provisioned;
}

impl HasDashboard for Async {
    const CHARTS: Charts = Charts::Async;
}

impl HasDashboard for ComponentHost {
    const CHARTS: Charts = Charts::ComponentHost;
}

impl<M: HasDashboard> Dashboard<M> {
    /// A dashboard of the endpoint and its variants.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    #[doc = include_str!("example_endpoint.txt")]
    #[doc = include_str!("example_metrics.txt")]
    /// let errors = Alarm::errors(&metrics, Fraction::percent(1.0)).add_to(&mut stack, "Errors");
    /// Dashboard::of(&endpoint)
    ///     .instances(&VARIANT, Devices::new(4), Some(Devices::new(1)))
    ///     .alarms([&errors])
    ///     .add_to(&mut stack, "Dashboard");
    /// let body = shown(stack, "Dashboard", "DashboardBody");
    /// assert!(body.starts_with(r#"{"Fn::Sub":"{\"widgets\":[{\"type\":\"alarm\""#), "{body}");
    /// assert!(body.contains(r#"[\"AWS/SageMaker\",\"Invocations\",\"EndpointName\",\"${Endpoint.EndpointName}\""#));
    /// ```
    pub fn of(endpoint: &EndpointHandle<M>) -> Self {
        let variants = endpoint.variants.iter().map(|name| Variant {
            name: name.clone(),
            cores: None,
            gpus: None,
        });
        Self {
            endpoint: endpoint.name(),
            variants: variants.collect(),
            components: Vec::new(),
            alarms: Vec::new(),
            mode: PhantomData,
        }
    }

    /// How many cores and GPUs each of a variant's instances has, so that their utilization is shown
    /// as a part of the whole. Without it, CPUs are shown as SageMaker measures them, to 100 percent
    /// per core, and GPUs are not shown.
    #[must_use]
    pub fn instances(
        mut self,
        variant: &VariantName,
        cores: Devices,
        gpus: Option<Devices>,
    ) -> Self {
        for one in &mut self.variants {
            if one.name == *variant {
                one.cores = Some(cores);
                one.gpus = gpus;
            }
        }
        self
    }

    /// Shows how these alarms are, above everything else: up to 100.
    #[must_use]
    pub fn alarms<A: Into<AnyAlarm>>(mut self, alarms: impl IntoIterator<Item = A>) -> Self {
        self.alarms.extend(alarms.into_iter().map(Into::into));
        self
    }

    /// Shows an inference component as well.
    #[must_use]
    pub fn component<K>(mut self, component: &ComponentHandle<K>) -> Self
    where
        M: Hosts,
    {
        self.components.push(component.name());
        self
    }

    /// Adds the dashboard to a stack.
    #[track_caller]
    pub fn add_to(self, stack: &mut Stack, name: &str) -> Handle<L1Dashboard> {
        stack.add(name, L1Dashboard::new(self.body()))
    }

    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
    fn body(&self) -> Value<String> {
        let mut variables = Variables::default();
        let endpoint = variables.placeholder(&self.endpoint);
        let mut layout = Layout::default();
        if !self.alarms.is_empty() {
            let arns = self
                .alarms
                .iter()
                .map(|alarm| variables.placeholder(&alarm.arn()));
            layout.alarms(arns.collect());
        }
        let titled = self.variants.len() + self.components.len() > 1;
        for variant in &self.variants {
            let subject = Subject::variant(&endpoint, variant.name.as_str());
            if titled {
                layout.row(vec![header(variant.name.as_str())]);
            }
            layout.charts(charts::of_variant(M::CHARTS, &subject, variant));
        }
        let gpus = self.variants.iter().any(|variant| variant.gpus.is_some());
        for component in &self.components {
            let component = variables.placeholder(component);
            layout.row(vec![header(&component)]);
            layout.charts(charts::of_component(&Subject::component(&component), gpus));
        }
        let body = Json::from([("widgets", layout.into_widgets().into())]);
        let body = serde_json::to_string(&body).expect("a tree with text keys becomes JSON");
        variables.fill(body)
    }
}
