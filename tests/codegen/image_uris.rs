//! The image tables of the `SageMaker` Python SDK, reduced to what hosting needs: one row per
//! version and Python version, with the whole tag per processor.
//!
//! The SDK keeps a file per framework, and puts a tag together in `image_uris.py`. What that code
//! adds to the data is done here, once per update, so that the library only looks things up. An
//! update therefore begins with the diff of that file.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::images::{self, Architecture, Facts, Image, Scope, Tags};
use super::{Files, Result, read};

/// Below the folder of the unpacked package.
const CONFIG: &str = "sagemaker/core/image_uri_config";

/// Is in the folder, and no framework.
const NO_FRAMEWORK: &str = "instance_gpu_info";

/// Frameworks whose images watch endpoints: they have no scope for inference.
const MONITORS: &[&str] = &["clarify", "model-monitor"];

/// Repositories whose tags name the Neuron SDK before the container's version.
const WITH_NEURON_SDK: &[&str] = &[
    "huggingface-pytorch-inference-neuron",
    "huggingface-pytorch-inference-neuronx",
    "huggingface-vllm-inference-neuronx",
];

/// The whole tags of algorithms for arm64, which the tables lack.
const ARM64_TAGS: &[(&str, &str, &str)] = &[
    ("sklearn", "1.0-1", "1.0-1-arm64-cpu-py3"),
    ("xgboost", "1.3-1", "1.3-1-arm64"),
    ("xgboost", "1.5-1", "1.5-1-arm64"),
];

/// What tags end with on `p4d`, whose drivers were newer than those of its contemporaries.
const ON_P4D: &[(&str, &str)] = &[
    ("mxnet-1.8-gpu-py37", "cu110-ubuntu16.04-v1"),
    ("mxnet-1.8.0-gpu-py37", "cu110-ubuntu16.04"),
    ("pytorch-1.6-gpu-py3", "cu110-ubuntu18.04-v3"),
    ("pytorch-1.6-gpu-py36", "cu110-ubuntu18.04-v3"),
    ("pytorch-1.6.0-gpu-py3", "cu110-ubuntu18.04"),
    ("pytorch-1.6.0-gpu-py36", "cu110-ubuntu18.04"),
];

/// From which version on a framework no longer runs on `p2`.
const NOT_ON_P2: &[(&str, &str)] = &[("pytorch", "1.13"), ("tensorflow", "2.12")];

/// One shape of a file, and a scope of the other shape. Anything new stops the reduction.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    scope: Option<Vec<String>>,
    processors: Option<Vec<String>>,
    #[serde(default)]
    version_aliases: BTreeMap<String, String>,
    versions: BTreeMap<String, Map<String, Value>>,
}

/// One image of a configuration.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    registries: BTreeMap<String, String>,
    repository: String,
    #[serde(default)]
    py_versions: Vec<String>,
    processors: Option<Vec<String>>,
    tag_prefix: Option<String>,
    container_version: Option<BTreeMap<String, String>>,
    processor_in_tag: Option<bool>,
    sdk_versions: Option<Vec<String>>,
}

/// Reads an unpacked `sagemaker-core` and returns the files of `src/catalog/images/facts`.
pub(super) fn reduce(folder: &Path) -> Result<Files> {
    let mut facts = Facts {
        accounts: BTreeMap::new(),
        frameworks: BTreeMap::new(),
    };
    let mut on_p4d: BTreeSet<&str> = ON_P4D.iter().map(|(key, _)| *key).collect();
    for path in listed(&folder.join(CONFIG), "json")? {
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name == NO_FRAMEWORK {
            continue;
        }
        let file: Value = serde_json::from_str(&read(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let scopes = scopes(name, &file).map_err(|error| format!("{name}: {error}"))?;
        for (architecture, config) in scopes {
            let scope = Reduction {
                framework: name,
                architecture,
                config: &config,
                accounts: &mut facts.accounts,
                on_p4d: &mut on_p4d,
            }
            .scope()
            .map_err(|error| format!("{name}: {error}"))?;
            let framework = facts.frameworks.entry(name.to_owned()).or_default();
            framework.insert(architecture, scope);
        }
    }
    if let Some(key) = on_p4d.first() {
        return Err(format!("`{key}` is gone: remove it from `ON_P4D`"));
    }
    Ok(Files::from([
        ("VERSION".into(), format!("{}\n", version(folder)?)),
        ("images.json".into(), images::pinned(&facts)?),
    ]))
}

/// The package's name and version.
fn version(folder: &Path) -> Result<String> {
    let metadata = listed(folder, "dist-info")?
        .into_iter()
        .find_map(|path| read(&path.join("METADATA")).ok())
        .ok_or_else(|| format!("{}: no package is unpacked here", folder.display()))?;
    let value = |key: &str| {
        metadata
            .lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
            .ok_or_else(|| format!("the package states no {key}"))
    };
    Ok(format!("{} {}", value("Name")?, value("Version")?))
}

fn listed(folder: &Path, extension: &str) -> Result<Vec<std::path::PathBuf>> {
    let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The configurations of a file that are for hosting.
fn scopes(name: &str, file: &Value) -> Result<Vec<(Architecture, Config)>> {
    let config = |value: &Value| {
        serde_json::from_value::<Config>(value.clone()).map_err(|error| error.to_string())
    };
    let monitor = MONITORS.contains(&name);
    if file.get("versions").is_some() {
        let config = config(file)?;
        let scopes = config.scope.as_deref().unwrap_or_default();
        let wanted = monitor || scopes.iter().any(|scope| scope == "inference");
        let architecture = if name.ends_with("-arm64") {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        };
        return Ok(wanted
            .then_some((architecture, config))
            .into_iter()
            .collect());
    }
    let mut wanted = Vec::new();
    for (scope, value) in file.as_object().into_iter().flatten() {
        let architecture = match scope.as_str() {
            "inference" => Architecture::X86_64,
            "processing" if monitor => Architecture::X86_64,
            "inference_graviton" => Architecture::Arm64,
            _ => continue,
        };
        wanted.push((architecture, config(value)?));
    }
    Ok(wanted)
}

/// One configuration on its way to rows.
struct Reduction<'a> {
    framework: &'a str,
    architecture: Architecture,
    config: &'a Config,
    accounts: &'a mut BTreeMap<String, BTreeMap<String, String>>,
    on_p4d: &'a mut BTreeSet<&'static str>,
}

impl Reduction<'_> {
    fn scope(mut self) -> Result<Scope> {
        let config = self.config;
        let mut aliases: Vec<(String, String)> =
            config.version_aliases.clone().into_iter().collect();
        let mut images = Vec::new();
        for (version, value) in &config.versions {
            images.extend(self.version(version, value)?);
        }
        // On `p4d` the tag of an abbreviated version has an ending of its own: such an abbreviation
        // becomes a version.
        aliases.retain(|(alias, version)| {
            let own: Vec<Image> = images
                .iter()
                .filter(|image| image.version == *version)
                .map(|image| Image {
                    version: alias.clone(),
                    families: self.families(alias, &image.tags),
                    ..image.clone()
                })
                .collect();
            let same = own
                .iter()
                .zip(images.iter().filter(|image| image.version == *version));
            if same
                .into_iter()
                .all(|(own, image)| own.families == image.families)
            {
                return true;
            }
            images.extend(own);
            false
        });
        aliases.retain(|(alias, version)| alias != version);
        for (alias, version) in &aliases {
            if config.versions.contains_key(alias) || !config.versions.contains_key(version) {
                return Err(format!("`{alias}` cannot stand for `{version}`"));
            }
        }
        aliases.sort_by_cached_key(|(alias, _)| Reverse(order(alias)));
        images.sort_by_cached_key(|image| {
            let bases = image.bases.first().map(|base| order(base));
            Reverse((
                order(&image.version),
                bases,
                image.python.as_deref().map(order),
            ))
        });
        Ok(Scope { aliases, images })
    }

    fn version(&mut self, version: &str, value: &Map<String, Value>) -> Result<Vec<Image>> {
        if value.contains_key("repository") {
            return self.entry(version, &[], None, value);
        }
        let bases: BTreeMap<String, String> = match value.get("version_aliases") {
            Some(aliases) => {
                serde_json::from_value(aliases.clone()).map_err(|error| error.to_string())?
            }
            None => BTreeMap::new(),
        };
        let mut images = Vec::new();
        for (key, value) in value.iter().filter(|(key, _)| *key != "version_aliases") {
            let value = value
                .as_object()
                .ok_or_else(|| format!("{version}: `{key}` is no object"))?;
            if self.framework.starts_with("huggingface") {
                let aliases = bases.iter().filter(|(_, base)| *base == key);
                let mut names = vec![key.clone()];
                names.extend(aliases.map(|(alias, _)| alias.clone()));
                images.extend(self.entry(version, &names, None, value)?);
            } else {
                images.extend(self.entry(version, &[], Some(key), value)?);
            }
        }
        Ok(images)
    }

    fn entry(
        &mut self,
        version: &str,
        bases: &[String],
        python: Option<&str>,
        value: &Map<String, Value>,
    ) -> Result<Vec<Image>> {
        let entry: Entry = serde_json::from_value(Value::Object(value.clone()))
            .map_err(|error| format!("{version}: {error}"))?;
        let accounts = self.accounts(&entry.registries);
        let mut pythons: Vec<Option<&str>> = entry
            .py_versions
            .iter()
            .map(|python| Some(&**python))
            .collect();
        if pythons.is_empty() {
            pythons.push(python);
        }
        let mut images = Vec::new();
        for python in pythons {
            let tags = self
                .tags(version, bases, python, &entry)
                .map_err(|error| format!("{version}: {error}"))?;
            images.push(Image {
                version: version.to_owned(),
                bases: bases.to_vec(),
                python: python.map(str::to_owned),
                repository: entry.repository.clone(),
                accounts: accounts.clone(),
                families: self.families(version, &tags),
                tags,
            });
        }
        Ok(images)
    }

    /// The name of these accounts.
    fn accounts(&mut self, accounts: &BTreeMap<String, String>) -> String {
        let known = self.accounts.iter().find(|(_, known)| *known == accounts);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let framework = self.framework;
        let mut names = std::iter::once(framework.to_owned())
            .chain((2..).map(|number| format!("{framework}-{number}")));
        let name = names
            .find(|name| !self.accounts.contains_key(name))
            .unwrap_or_default();
        self.accounts.insert(name.clone(), accounts.clone());
        name
    }

    fn tags(
        &self,
        version: &str,
        bases: &[String],
        python: Option<&str>,
        entry: &Entry,
    ) -> Result<Tags> {
        let framework = self.framework;
        let arm64 = self.architecture == Architecture::Arm64;
        let processors = self
            .config
            .processors
            .as_ref()
            .or(entry.processors.as_ref());
        if arm64 && matches!(framework, "sklearn" | "xgboost") {
            let (_, _, tag) = ARM64_TAGS
                .iter()
                .find(|(algorithm, known, _)| *algorithm == framework && *known == version)
                .ok_or("`ARM64_TAGS` lacks it")?;
            return Ok(match processors {
                None => Tags::Any((*tag).to_owned()),
                Some(processors) => Tags::ByProcessor(
                    processors
                        .iter()
                        .map(|processor| (processor.clone(), (*tag).to_owned()))
                        .collect(),
                ),
            });
        }
        let prefix = match (bases, &entry.tag_prefix) {
            ([], None) if version.is_empty() => String::new(),
            ([], None) => "{version}".to_owned(),
            ([], Some(prefix)) => prefix.clone(),
            _ if framework == "huggingface" => format!("{{base}}-transformers{version}"),
            ([base, ..], _) => {
                let base = base.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
                format!("{base}-transformers{version}")
            }
        };
        let tag = |processor: Option<&str>| -> Result<String> {
            let mut container = match (&entry.container_version, processor) {
                (Some(versions), Some(processor)) => {
                    let version = versions.get(processor);
                    Some(
                        version
                            .ok_or_else(|| format!("no container for `{processor}`"))?
                            .clone(),
                    )
                }
                (Some(_), None) => return Err("a container, and no processor".to_owned()),
                (None, _) => None,
            };
            let neuron_sdk = WITH_NEURON_SDK.contains(&&*entry.repository);
            match (neuron_sdk, entry.sdk_versions.as_deref(), &mut container) {
                (true, Some([sdk]), Some(container)) => *container = format!("{sdk}-{container}"),
                (false, None, _) => {}
                // The SDK takes the last of several, unless it is told which.
                other => {
                    return Err(format!(
                        "unexpected versions of the Neuron SDK: {:?}",
                        other.1
                    ));
                }
            }
            if ["graviton", "arm64"]
                .iter()
                .any(|end| entry.repository == format!("{framework}-inference-{end}"))
            {
                let container = container.as_mut().ok_or("no container for arm64")?;
                container.push_str("-sagemaker");
            }
            let processor = match (framework, processor) {
                _ if entry.processor_in_tag == Some(false) => None,
                ("sagemaker-tritonserver", Some("gpu")) => None,
                // The tool is named in place of the processor.
                ("huggingface-neuron", Some(_)) => Some("neuron"),
                ("huggingface-neuronx", Some(_)) => Some("neuronx"),
                (_, processor) => processor,
            };
            let parts = [Some(&*prefix), processor, python, container.as_deref()];
            let parts: Vec<&str> = parts
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            Ok(parts.join("-"))
        };
        match processors {
            None => Ok(Tags::Any(tag(None)?)),
            Some(processors) => {
                let tags: Result<BTreeMap<_, _>> = processors
                    .iter()
                    .map(|processor| Ok((processor.clone(), tag(Some(processor))?)))
                    .collect();
                Ok(Tags::ByProcessor(tags?))
            }
        }
    }

    /// The families that are an exception.
    fn families(&mut self, version: &str, tags: &Tags) -> BTreeMap<String, Option<String>> {
        let mut families = BTreeMap::new();
        if self.architecture == Architecture::Arm64 {
            return families;
        }
        let gone = NOT_ON_P2.iter().any(|(framework, since)| {
            *framework == self.framework && order(version) >= order(since)
        });
        if gone {
            families.insert("p2".to_owned(), None);
        }
        if let Tags::ByProcessor(tags) = tags
            && let Some(tag) = tags.get("gpu")
        {
            let key = format!("{}-{}", self.framework, tag.replace("{version}", version));
            if let Some((key, end)) = ON_P4D.iter().find(|(known, _)| *known == key) {
                self.on_p4d.remove(key);
                families.insert("p4d".to_owned(), Some(format!("{tag}-{end}")));
            }
        }
        families
    }
}

/// Versions as numbers and words, so that 1.10 comes after 1.9, and `latest` before all.
fn order(version: &str) -> Vec<(bool, u64, String)> {
    let mut parts = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let numeric = first.is_ascii_digit();
        let end = rest
            .find(|character: char| {
                character.is_ascii_digit() != numeric || character == '.' || character == '-'
            })
            .unwrap_or(rest.len())
            .max(1);
        let (part, others) = rest.split_at(end);
        if part != "." && part != "-" {
            let number = part.parse().unwrap_or_default();
            parts.push((!numeric, number, part.to_owned()));
        }
        rest = others;
    }
    parts
}
