//! Explanations of answers, by SageMaker Clarify.

use crate::cfn::sagemaker::endpoint_config as l1;
use crate::literal::{ContentType, S3Uri};
use crate::value::Value;

/// Explains answers by how much each feature adds to them (SHAP), where a call asks for it.
///
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability.html>
#[derive(Debug, Clone)]
pub struct Explainer {
    pub(super) baseline: ShapBaseline,
    mime_type: Option<ContentType>,
    enable_explanations: Option<Value<String>>,
    number_of_samples: Option<Value<i64>>,
    seed: Option<Value<i64>>,
    use_logit: Option<Value<bool>>,
    text: Option<TextFeatures>,
    records: Option<ExplainedRecords>,
}

/// What features are compared with: records of the same format as the model's input.
#[derive(Debug, Clone, PartialEq)]
pub enum ShapBaseline {
    /// These, at most 4,096 characters, such as `0,0,0,0`.
    Inline(Value<String>),
    /// Those in this object.
    Uri(Value<S3Uri>),
}

/// Makes features of a text's parts.
#[derive(Debug, Clone, PartialEq)]
pub struct TextFeatures {
    language: Value<String>,
    granularity: Granularity,
}

/// What of a text one feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// A word.
    Token,
    /// A sentence.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// What kind of data a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureType {
    /// A number.
    Numerical,
    /// One of several values.
    Categorical,
    /// A text.
    Text,
}

/// How records are put into the model's input and scores are found in its output.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-sagemaker-endpointconfig-clarifyinferenceconfig.html>
#[derive(Debug, Clone, Default)]
pub struct ExplainedRecords {
    properties: l1::ClarifyInferenceConfig,
}

impl Explainer {
    /// Explanations by Clarify, compared with this baseline.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let explainer = Explainer::clarify(ShapBaseline::Inline("0,0,0,0".into()))
    ///     .enable_explanations("[0]>`0.8`")
    ///     .number_of_samples(100);
    /// EndpointConfig::real_time(variant, []).explainer(explainer).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ExplainerConfig.ClarifyExplainerConfig"),
    ///     r#"{"EnableExplanations":"[0]>`0.8`","ShapConfig":{"NumberOfSamples":100,"ShapBaselineConfig":{"ShapBaseline":"0,0,0,0"}}}"#,
    /// );
    /// ```
    pub fn clarify(baseline: ShapBaseline) -> Self {
        Self {
            baseline,
            mime_type: None,
            enable_explanations: None,
            number_of_samples: None,
            seed: None,
            use_logit: None,
            text: None,
            records: None,
        }
    }

    /// The media type of the baseline, `text/csv` or `application/jsonlines`; `text/csv` when it is
    /// left out.
    #[must_use]
    pub fn baseline_type(mut self, mime_type: ContentType) -> Self {
        self.mime_type = Some(mime_type);
        self
    }

    /// Which records are explained where a call does not say: a JMESPath expression over the model's
    /// output, at most 64 characters. All are when it is left out.
    ///
    /// <https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-online-explainability-create-endpoint.html>
    #[must_use]
    pub fn enable_explanations(mut self, expression: impl Into<Value<String>>) -> Self {
        self.enable_explanations = Some(expression.into());
        self
    }

    /// How many samples are made of each record: more are more exact and slower. SageMaker derives
    /// it from the number of features when it is left out.
    #[must_use]
    pub fn number_of_samples(mut self, samples: impl Into<Value<i64>>) -> Self {
        self.number_of_samples = Some(samples.into());
        self
    }

    /// The start of the random numbers, so that the same record gets the same explanation.
    #[must_use]
    pub fn seed(mut self, seed: impl Into<Value<i64>>) -> Self {
        self.seed = Some(seed.into());
        self
    }

    /// Whether the model's answers go through the logit function; they do not when it is left out.
    #[must_use]
    pub fn use_logit(mut self, logit: impl Into<Value<bool>>) -> Self {
        self.use_logit = Some(logit.into());
        self
    }

    /// Explains parts of texts. Without it, a text is one feature.
    #[must_use]
    pub fn text(mut self, text: TextFeatures) -> Self {
        self.text = Some(text);
        self
    }

    /// How records are put into the model's input and scores are found in its output. As CSV when it
    /// is left out.
    #[must_use]
    pub fn records(mut self, records: ExplainedRecords) -> Self {
        self.records = Some(records);
        self
    }

    pub(super) fn into_config(self) -> l1::ExplainerConfig {
        let (inline, uri) = match self.baseline {
            ShapBaseline::Inline(records) => (Some(records), None),
            ShapBaseline::Uri(uri) => (None, Some(uri.map(String::from))),
        };
        let baseline = l1::ClarifyShapBaselineConfig {
            mime_type: self.mime_type.map(|name| String::from(name).into()),
            shap_baseline: inline,
            shap_baseline_uri: uri,
        };
        let shap = l1::ClarifyShapConfig {
            number_of_samples: self.number_of_samples,
            seed: self.seed,
            text_config: self.text.map(|text| text.into_config().into()),
            use_logit: self.use_logit,
            ..l1::ClarifyShapConfig::new(baseline)
        };
        let clarify = l1::ClarifyExplainerConfig {
            enable_explanations: self.enable_explanations,
            inference_config: self.records.map(|records| records.properties.into()),
            ..l1::ClarifyExplainerConfig::new(shap)
        };
        l1::ExplainerConfig {
            clarify_explainer_config: Some(clarify.into()),
        }
    }
}

impl TextFeatures {
    /// Texts in a language, by its code of ISO 639 such as `en`, or `xx` for several.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let baseline = ShapBaseline::Uri(S3Uri::new("s3://churn/baseline.csv").into());
    /// let explainer =
    ///     Explainer::clarify(baseline).text(TextFeatures::new("en", Granularity::Sentence));
    /// EndpointConfig::real_time(variant, []).explainer(explainer).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ExplainerConfig.ClarifyExplainerConfig.ShapConfig"),
    ///     r#"{"ShapBaselineConfig":{"ShapBaselineUri":"s3://churn/baseline.csv"},"TextConfig":{"Granularity":"sentence","Language":"en"}}"#,
    /// );
    /// ```
    pub fn new(language: impl Into<Value<String>>, granularity: Granularity) -> Self {
        Self {
            language: language.into(),
            granularity,
        }
    }

    fn into_config(self) -> l1::ClarifyTextConfig {
        let granularity = match self.granularity {
            Granularity::Token => "token",
            Granularity::Sentence => "sentence",
            Granularity::Paragraph => "paragraph",
        };
        l1::ClarifyTextConfig::new(granularity, self.language)
    }
}

impl ExplainedRecords {
    /// Records in CSV: what an explainer expects when nothing is said.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let records = ExplainedRecords::new().probability_index(1).feature_headers(["age", "plan"]);
    /// let explainer = Explainer::clarify(ShapBaseline::Inline("40,1".into())).records(records);
    /// EndpointConfig::real_time(variant, []).explainer(explainer).add_to(&mut stack, "Config");
    /// assert_eq!(
    ///     shown(stack, "Config", "ExplainerConfig.ClarifyExplainerConfig.InferenceConfig"),
    ///     r#"{"FeatureHeaders":["age","plan"],"ProbabilityIndex":1}"#,
    /// );
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the features are in a JSON record: a JMESPath expression.
    #[must_use]
    pub fn features_attribute(mut self, expression: impl Into<Value<String>>) -> Self {
        self.properties.features_attribute = Some(expression.into());
        self
    }

    /// How features become a JSON record, such as `{"features":$features}`. The model's input is
    /// JSON Lines then.
    #[must_use]
    pub fn content_template(mut self, template: impl Into<Value<String>>) -> Self {
        self.properties.content_template = Some(template.into());
        self
    }

    /// How many records the model takes at a time, 1 or more. SageMaker tries several and then one
    /// when it is left out.
    #[must_use]
    pub fn max_record_count(mut self, records: impl Into<Value<i64>>) -> Self {
        self.properties.max_record_count = Some(records.into());
        self
    }

    /// How large a request to the model may be, 1 to 25 MB; 6 when it is left out.
    #[must_use]
    pub fn max_payload_in_mb(mut self, size: impl Into<Value<i64>>) -> Self {
        self.properties.max_payload_in_mb = Some(size.into());
        self
    }

    /// In which column of a CSV answer the scores are, counted from 0. The whole answer is the score
    /// when it is left out.
    #[must_use]
    pub fn probability_index(mut self, index: impl Into<Value<i64>>) -> Self {
        self.properties.probability_index = Some(index.into());
        self
    }

    /// In which column of a CSV answer the labels are, counted from 0.
    #[must_use]
    pub fn label_index(mut self, index: impl Into<Value<i64>>) -> Self {
        self.properties.label_index = Some(index.into());
        self
    }

    /// Where the scores are in a JSON answer: a JMESPath expression.
    #[must_use]
    pub fn probability_attribute(mut self, expression: impl Into<Value<String>>) -> Self {
        self.properties.probability_attribute = Some(expression.into());
        self
    }

    /// Where the labels are in a JSON answer: a JMESPath expression.
    #[must_use]
    pub fn label_attribute(mut self, expression: impl Into<Value<String>>) -> Self {
        self.properties.label_attribute = Some(expression.into());
        self
    }

    /// What the labels are called in explanations, 1 to 16 names.
    #[must_use]
    pub fn label_headers<T: Into<Value<String>>>(
        mut self,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        self.properties.label_headers = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// What the features are called in explanations, 1 to 256 names.
    #[must_use]
    pub fn feature_headers<T: Into<Value<String>>>(
        mut self,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        self.properties.feature_headers = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// What the features are, 1 to 256, of which one is a text. Clarify reads it from the baseline
    /// when it is left out.
    #[must_use]
    pub fn feature_types(mut self, types: impl IntoIterator<Item = FeatureType>) -> Self {
        let types = types.into_iter().map(|kind| match kind {
            FeatureType::Numerical => "numerical".into(),
            FeatureType::Categorical => "categorical".into(),
            FeatureType::Text => "text".into(),
        });
        self.properties.feature_types = Some(types.collect());
        self
    }
}
