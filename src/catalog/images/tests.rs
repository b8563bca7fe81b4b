//! What is our own; what is the SDK's is compared with it, in `tests/cases/images`.

use super::*;
use crate::literal::EcrRepository;

static REGION: Region = Region::new("eu-west-1");

fn on<'a>(
    framework: &'a str,
    version: Option<&'a str>,
    instance_type: &'a InstanceType,
) -> Request<'a> {
    Request {
        version,
        hardware: Some(Hardware::Instance(instance_type)),
        ..Request::new(framework, &REGION)
    }
}

fn tail(request: &Request<'_>) -> String {
    let uri = image_uri(request).unwrap_or_else(|error| panic!("{error}: {request:?}"));
    let (_, tail) = uri.as_str().rsplit_once('/').expect("a repository");
    tail.to_owned()
}

#[track_caller]
fn refused(request: &Request<'_>, part: Part, message: &str, hint: &str) {
    let error = image_uri(request).expect_err("a request that is refused");
    assert_eq!(error.part, part, "{error}");
    assert_eq!(error.to_string(), message);
    assert_eq!(error.hint(), hint);
}

#[test]
fn an_error_says_what_was_expected_and_what_was_meant() {
    let gpu = InstanceType::new("ml.g5.xlarge");
    refused(
        &on("pytorhc", Some("2.6"), &gpu),
        Part::Framework,
        "expected a framework or algorithm that AWS has images of, got `pytorhc`",
        "did you mean `pytorch`?",
    );
    refused(
        &on("pytorch", Some("2.6.1"), &gpu),
        Part::Version,
        "expected a version of `pytorch`, got `2.6.1`",
        "did you mean `2.6.0`?",
    );
    refused(
        &on("pytorch", Some("newest"), &gpu),
        Part::Version,
        "expected a version of `pytorch`, got `newest`",
        "known are `2.6.0`, `2.5.1`, `2.4.0`, `2.3.0`, `2.2.0`, `2.1.0`, `2.0.1`, `2.0.0`, `1.13.1`, `1.12.1`, `1.12.0`, `1.11.0` and 37 more",
    );
    refused(
        &Request {
            py_version: Some("py311"),
            ..on("pytorch", Some("2.6"), &gpu)
        },
        Part::PyVersion,
        "expected a Python version of `pytorch` 2.6.0, got `py311`",
        "did you mean `py312`?",
    );
    refused(
        &Request {
            version: Some("24.09"),
            hardware: Some(Hardware::Serverless),
            ..Request::new("sagemaker-tritonserver", &Region::new("eu-west-9"))
        },
        Part::Region,
        "expected a region with images of `sagemaker-tritonserver` 24.09, got `eu-west-9`",
        "did you mean `eu-west-1`?",
    );
    refused(
        &on("vllm", Some("0.30"), &InstanceType::new("ml.m5.large")),
        Part::Hardware,
        "expected hardware with `gpu` for `vllm` 0.30.0, got `ml.m5.large`",
        "choose another instance type, or give the URI of an image that runs there",
    );
    let hugging_face = Request {
        base_framework: Some("pytorch2.7"),
        ..on("huggingface", Some("4.51"), &gpu)
    };
    refused(
        &hugging_face,
        Part::BaseFramework,
        "expected a base framework of `huggingface` 4.51.3, got `pytorch2.7`",
        "did you mean `pytorch2.6`?",
    );
}

/// The SDK takes the newest, which an update of the tool would change under the user.
#[test]
fn a_version_is_needed_where_there_are_several() {
    let gpu = InstanceType::new("ml.g5.xlarge");
    let error = image_uri(&on("pytorch", None, &gpu)).expect_err("several versions");
    assert_eq!((error.part, error.got), (Part::Version, None));
    assert_eq!(
        tail(&on("stabilityai", None, &gpu)),
        "stabilityai-pytorch-inference:2.0.1-sgm0.1.0-gpu-py310-cu118-ubuntu20.04-sagemaker"
    );
}

/// The SDK ignores them.
#[test]
fn what_an_image_does_not_have_is_refused() {
    let cpu = InstanceType::new("ml.m5.large");
    refused(
        &on("blazingtext", Some("2"), &cpu),
        Part::Version,
        "expected a version of `blazingtext`, got `2`",
        "known are `1`",
    );
    refused(
        &Request {
            py_version: Some("py310"),
            ..on("tensorflow", Some("2.16.1"), &cpu)
        },
        Part::PyVersion,
        "expected no Python version of `tensorflow` 2.16.1, whose image does not depend on it, got `py310`",
        "leave it out",
    );
    refused(
        &Request {
            base_framework: Some("pytorch2.6"),
            ..on("pytorch", Some("2.6"), &cpu)
        },
        Part::BaseFramework,
        "expected no base framework of `pytorch` 2.6.0, got `pytorch2.6`",
        "leave it out",
    );
    for version in ["1", ""] {
        let monitor = Request {
            version: Some(version),
            ..Request::new("model-monitor", &REGION)
        };
        refused(
            &monitor,
            Part::Version,
            &format!("expected no version of `model-monitor`, got `{version}`"),
            "leave it out",
        );
    }
}

#[test]
fn an_arm64_instance_never_gets_an_image_for_x86_64() {
    // The SDK knows Graviton up to `c7g` only.
    for arm in [
        "ml.c7g.large",
        "ml.c8g.large",
        "ml.r7gd.medium",
        "ml.c99g.large",
    ] {
        let arm = InstanceType::new(arm);
        assert_eq!(
            tail(&on("pytorch", Some("2.4.0"), &arm)),
            "pytorch-inference-graviton:2.4.0-cpu-py311-ubuntu22.04-sagemaker"
        );
        assert_eq!(
            tail(&on("llama-cpp-arm64", Some("1.0"), &arm)),
            "llama-cpp-arm64:server-sagemaker-cpu-v1.0"
        );
        refused(
            &on("djl-lmi", Some("latest"), &arm),
            Part::Hardware,
            &format!("the images of `djl-lmi` are for x86_64, and `{arm}` has arm64 processors"),
            "choose another instance type, or give the URI of an image that runs there",
        );
    }
    let grace = InstanceType::new("ml.p6e-gb200.36xlarge");
    let error = image_uri(&on("pytorch", Some("2.6"), &grace)).expect_err("a GPU beside arm64");
    assert_eq!((error.part, error.known), (Part::Hardware, vec!["cpu"]));
    let x86 = InstanceType::new("ml.m5.large");
    for hardware in [Hardware::Instance(&x86), Hardware::Serverless] {
        let error = image_uri(&Request {
            version: Some("1.0"),
            hardware: Some(hardware),
            ..Request::new("llama-cpp-arm64", &REGION)
        })
        .expect_err("an image for arm64 only");
        assert_eq!(error.part, Part::Hardware);
    }
}

#[test]
fn serverless_means_cpu() {
    let serverless = |framework, version| Request {
        version: Some(version),
        hardware: Some(Hardware::Serverless),
        ..Request::new(framework, &REGION)
    };
    assert_eq!(
        tail(&serverless("pytorch", "2.6")),
        "pytorch-inference:2.6-cpu-py312"
    );
    // The SDK returns the only image that there is.
    refused(
        &serverless("vllm", "0.30"),
        Part::Hardware,
        "expected hardware with `gpu` for `vllm` 0.30.0, got `serverless`",
        "choose another instance type, or give the URI of an image that runs there",
    );
}

#[test]
fn neuron_instances_get_what_is_built_for_their_generation() {
    let (first, second) = (
        InstanceType::new("ml.inf1.xlarge"),
        InstanceType::new("ml.inf2.xlarge"),
    );
    let trainium = InstanceType::new("ml.trn1.2xlarge");
    assert_eq!(
        tail(&on("huggingface", Some("4.12"), &first)),
        "huggingface-pytorch-inference-neuron:1.9.1-transformers4.12.3-neuron-py37-sdk1.17.1-ubuntu18.04"
    );
    assert_eq!(
        tail(&on("huggingface", Some("4.55"), &second)),
        "huggingface-pytorch-inference-neuronx:2.8.0-transformers4.55.4-neuronx-py310-sdk2.26.0-ubuntu22.04"
    );
    let vllm = "huggingface-vllm-inference-neuronx:0.11.0-optimum0.4.4-neuronx-py310-sdk2.26.1-ubuntu22.04";
    assert_eq!(
        tail(&on("huggingface-vllm-neuronx", Some("0.4"), &second)),
        vllm
    );
    assert_eq!(
        tail(&on("huggingface-vllm-neuronx", Some("0.4"), &trainium)),
        vllm
    );
    assert_eq!(
        tail(&on("djl-neuronx", Some("latest"), &trainium)),
        "djl-inference:0.29.0-neuronx-sdk2.19.1"
    );
    for (framework, version) in [
        ("xgboost", "1.7-1"),
        ("pytorch", "2.6"),
        ("huggingface", "4.55"),
    ] {
        let error = image_uri(&on(framework, Some(version), &trainium)).expect_err(framework);
        assert_eq!(error.part, Part::Hardware, "{framework}");
    }
}

#[test]
fn the_base_framework_may_be_left_out_where_there_is_one() {
    let gpu = InstanceType::new("ml.g5.xlarge");
    assert_eq!(
        tail(&on("huggingface", Some("4.51"), &gpu)),
        "huggingface-pytorch-inference:2.6.0-transformers4.51.3-gpu-py312-cu124-ubuntu22.04"
    );
    let several = on("huggingface", Some("4.26"), &gpu);
    refused(
        &several,
        Part::BaseFramework,
        "expected a base framework of `huggingface` 4.26.0, got none",
        "known are `tensorflow2.11.0`, `tensorflow2.11`, `pytorch1.13.1`, `pytorch1.13`",
    );
}

#[test]
fn a_processor_stands_for_an_instance_type() {
    let with = |processor| Request {
        version: Some("2.6"),
        hardware: Some(Hardware::Processor(processor)),
        ..Request::new("pytorch", &REGION)
    };
    assert_eq!(tail(&with("gpu")), "pytorch-inference:2.6-gpu-py312");
    assert_eq!(
        image_uri(&with("gpus")).expect_err("no processor").part,
        Part::Hardware
    );
    // What is special about a family is no processor.
    assert_eq!(
        image_uri(&with("p2")).expect_err("no processor").known,
        ["cpu", "gpu"]
    );
}

#[test]
fn frameworks_and_their_versions_are_listed() {
    let frameworks: Vec<_> = frameworks().collect();
    assert!(
        frameworks.is_sorted() && frameworks.len() > 55,
        "{}",
        frameworks.len()
    );
    for training_only in ["spark", "instance_gpu_info", "pytorch-neuron", "debugger"] {
        assert!(!frameworks.contains(&training_only), "{training_only}");
    }
    for framework in frameworks {
        let versions = versions(framework);
        let distinct: std::collections::BTreeSet<_> = versions.iter().collect();
        assert_eq!(distinct.len(), versions.len(), "{framework}");
        assert_eq!(
            versions.is_empty(),
            framework == "model-monitor",
            "{framework}"
        );
    }
    let pytorch = versions("pytorch");
    assert_eq!(pytorch.first(), Some(&"2.6.0"));
    // There only for arm64.
    assert!(pytorch.contains(&"2.2.1"));
}

#[test]
fn every_image_is_found_by_its_uri() {
    for framework in FRAMEWORKS {
        for scope in framework.scopes() {
            for image in scope.images {
                for (region, account) in image.accounts {
                    let (name, region) = (image.repository, *region);
                    let repository = EcrRepository {
                        account,
                        region,
                        name,
                    };
                    let known = published(&repository).expect("an image of the table");
                    assert_eq!(known.accounts(region), [*account], "{name} in {region}");
                }
            }
        }
    }
}

#[test]
fn an_endless_text_is_cut() {
    let text = "x".repeat(1_000_000);
    let error = image_uri(&Request::new(&text, &REGION)).expect_err("no framework");
    assert_eq!(error.got.map(|got| got.len()), Some(80));
}
