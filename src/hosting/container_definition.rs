//! What a container becomes in a template.

use crate::cfn::sagemaker::model as l1;
use crate::value::Value;

use super::container::{
    AnyContainer, ContainerSource, DataLocation, Gate, ImageSource, PrivatePull,
};

impl<A> AnyContainer<A> {
    pub(super) fn into_definition(self) -> l1::ContainerDefinition {
        let mut definition = match self.source {
            ContainerSource::Package {
                version,
                specification,
                ..
            } => l1::ContainerDefinition {
                inference_specification_name: specification,
                model_package_name: Some(version.map(String::from)),
                ..Default::default()
            },
            ContainerSource::Image(source) => source.into_definition(),
        };
        definition.container_hostname = self.hostname.map(|name| String::from(name).into());
        if !self.environment.is_empty() {
            definition.environment = Some(self.environment.into());
        }
        definition
    }
}

impl ImageSource {
    fn into_definition(self) -> l1::ContainerDefinition {
        let gate = self.gate;
        let data = self.data.map(|data| data.into_definition(gate));
        l1::ContainerDefinition {
            image: Some(self.image.map(String::from)),
            image_config: self.pull.map(PrivatePull::into_config).map(Value::from),
            multi_model_config: self.cache_models.map(|cache| {
                Value::from(l1::MultiModelConfig {
                    model_cache_setting: Some(cache_setting(cache).into()),
                })
            }),
            ..data.unwrap_or_default()
        }
    }
}

impl DataLocation {
    fn into_definition(self, gate: Gate) -> l1::ContainerDefinition {
        match self {
            Self::Archive(archive) if gate == Gate::default() => l1::ContainerDefinition {
                model_data_url: Some(archive.map(String::from)),
                ..Default::default()
            },
            Self::Models(prefix) => l1::ContainerDefinition {
                mode: Some(l1::ContainerDefinitionMode::MULTI_MODEL.into()),
                model_data_url: Some(prefix.map(String::from)),
                ..Default::default()
            },
            Self::Archive(archive) => gate.source(
                l1::CompressionType::GZIP,
                l1::S3DataType::S3_OBJECT,
                archive.map(String::from),
            ),
            Self::Prefix(prefix) => gate.source(
                l1::CompressionType::NONE,
                l1::S3DataType::S3_PREFIX,
                prefix.map(String::from),
            ),
            Self::Object(object) => gate.source(
                l1::CompressionType::NONE,
                l1::S3DataType::S3_OBJECT,
                object.map(String::from),
            ),
        }
    }
}

impl Gate {
    fn source(
        self,
        compression: l1::CompressionType,
        data_type: l1::S3DataType,
        uri: Value<String>,
    ) -> l1::ContainerDefinition {
        let source = l1::S3DataSource {
            hub_access_config: self
                .hub_content
                .map(|content| l1::HubAccessConfig::new(content.map(String::from)).into()),
            model_access_config: self
                .accepts_eula
                .then(|| l1::ModelAccessConfig::new(true).into()),
            ..l1::S3DataSource::new(compression, data_type, uri)
        };
        l1::ContainerDefinition {
            model_data_source: Some(l1::ModelDataSource::new(source).into()),
            ..Default::default()
        }
    }
}

fn cache_setting(cache: bool) -> l1::ModelCacheSetting {
    if cache {
        l1::ModelCacheSetting::ENABLED
    } else {
        l1::ModelCacheSetting::DISABLED
    }
}
