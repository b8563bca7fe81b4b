//! What ships in `config/` and `stacks/`: made, made again, given a new model, and destroyed.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};

use super::room::{Ran, Room, package, ran, register};
use crate::emulator::{Account, Emulator};
use crate::shipped::STACKS;

/// `StackResourceSummaries` of a stack: the logical ids, all of which are complete.
fn resources(account: &Account, stack: &str) -> BTreeSet<String> {
    let (status, answer) = account.cloudformation("ListStackResources", &[("StackName", stack)]);
    assert_eq!(status, 200, "{answer}");
    let all = |name: &str| -> Vec<String> {
        answer
            .split(&format!("<{name}>"))
            .skip(1)
            .map(|rest| rest.split_once("</").unwrap().0.to_owned())
            .collect()
    };
    for status in all("ResourceStatus") {
        assert!(status.ends_with("_COMPLETE"), "{stack}: {answer}");
    }
    all("LogicalResourceId").into_iter().collect()
}

#[test]
fn every_shipped_stack_serves_in_every_stage_of_its_own_account() {
    let Some(staging) = Room::shipped() else {
        return;
    };
    let production = Emulator::account("eu-west-1").unwrap();
    let accounts = [("Staging", &staging.account), ("Production", &production)];
    let mut profiles = String::new();
    for (stage, account) in accounts {
        let id = &account.id;
        write!(
            profiles,
            "[profile {stage}]\naws_access_key_id = {id}\naws_secret_access_key = secret\n"
        )
        .unwrap();
    }
    fs::write(staging.path("profiles"), profiles).unwrap();
    let run = |arguments: &str| -> Ran {
        let arguments =
            format!("{arguments} --profile Staging=Staging --profile Production=Production");
        let mut command = staging.command(&arguments);
        command.env("AWS_CONFIG_FILE", staging.path("profiles"));
        ran(&mut command)
    };

    // The versions that `inference` serves are registered in groups that `registry` makes.
    run("deploy --yes --stack registry").ends(0);
    for (stage, account) in accounts {
        let version = package(&register(account, "inference"));
        let deploy = format!("deploy --yes --stage {stage} {version}");
        run(&deploy)
            .ends(0)
            .says(&format!("{stage}/registry  nothing to change"));
    }
    for (stage, account) in accounts {
        for stack in STACKS {
            let template = staging.template(stage, stack);
            let name = format!("{}-{stage}", stack.replace('_', "-"));
            let expected: BTreeSet<String> = template["Resources"]
                .as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect();
            assert_eq!(resources(account, &name), expected, "{name}");
            if expected.contains("Endpoint") {
                serves(account, &name, &template);
            }
        }
    }
    let protected = |account: &Account, stack: &str| {
        let (_, answer) = account.cloudformation("DescribeStacks", &[("StackName", stack)]);
        answer.contains("<EnableTerminationProtection>true<")
    };
    assert!(protected(&production, "registry-Production"));
    assert!(!protected(&staging.account, "registry-Staging"));

    // Parameters keep the values that the stacks have.
    let again = run("deploy --yes").ends(0).does_not_say("executing");
    assert_eq!(
        again.out.matches("  nothing to change").count(),
        2 * STACKS.len(),
        "{}",
        again.out
    );
    run("plan --detailed-exitcode").ends(0);
}

/// The endpoint serves what the template says, as far as SageMaker shows it.
fn serves(account: &Account, name: &str, template: &Value) {
    let endpoint = account.endpoint(name);
    assert_eq!(endpoint["EndpointStatus"], "InService", "{name}");
    let (_, config) = account.sagemaker(
        "DescribeEndpointConfig",
        &json!({"EndpointConfigName": endpoint["EndpointConfigName"]}),
    );
    let expected = &template["Resources"]["EndpointConfig"]["Properties"];
    // The emulator forgets a shadow.
    let variants = |config: &Value| config["ProductionVariants"].as_array().unwrap().clone();
    let (wanted, got) = (variants(expected), variants(&config));
    assert_eq!(wanted.len(), got.len(), "{name}");
    for (wanted, got) in wanted.iter().zip(&got) {
        for key in [
            "VariantName",
            "InstanceType",
            "InitialInstanceCount",
            "InitialVariantWeight",
            "ServerlessConfig",
        ] {
            // 1 and 1.0 are one number.
            let same = match (wanted[key].as_f64(), got[key].as_f64()) {
                (Some(wanted), Some(got)) => wanted.total_cmp(&got).is_eq(),
                _ => wanted[key] == got[key],
            };
            let (wanted, got) = (&wanted[key], &got[key]);
            assert!(wanted.is_null() || same, "{name}: {key}: {wanted} {got}");
        }
        if let Some(model) = wanted["ModelName"]["Fn::GetAtt"][0].as_str() {
            let expected = &template["Resources"][model]["Properties"];
            runs(account, name, expected, &got["ModelName"]);
        }
    }
    assert_eq!(
        expected["AsyncInferenceConfig"].is_object(),
        config["AsyncInferenceConfig"].is_object(),
        "{name}"
    );
    for resource in template["Resources"].as_object().unwrap().values() {
        if resource["Type"] == "AWS::SageMaker::InferenceComponent" {
            let component = &resource["Properties"]["InferenceComponentName"];
            let request = json!({"InferenceComponentName": component});
            let (_, got) = account.sagemaker("DescribeInferenceComponent", &request);
            assert_eq!(
                got["InferenceComponentStatus"], "InService",
                "{name}: {got}"
            );
            assert_eq!(got["EndpointName"], name, "{got}");
        }
    }
}

/// The model consists of the containers that the template says.
fn runs(account: &Account, name: &str, expected: &Value, model: &Value) {
    let (_, model) = account.sagemaker("DescribeModel", &json!({"ModelName": model}));
    let containers = |model: &Value| match model["Containers"].as_array() {
        Some(several) if !several.is_empty() => several.clone(),
        _ => vec![model["PrimaryContainer"].clone()],
    };
    let (wanted, got) = (containers(expected), containers(&model));
    assert_eq!(wanted.len(), got.len(), "{name}");
    for (wanted, got) in wanted.iter().zip(&got) {
        for key in ["Image", "ModelDataUrl", "Environment", "ContainerHostname"] {
            if wanted[key].is_object() || wanted[key].is_string() {
                assert_eq!(wanted[key], got[key], "{name}: {key}");
            }
        }
        // What the template refers to is a version that is there.
        if wanted["ModelPackageName"].is_object() {
            let (status, package) = account.sagemaker(
                "DescribeModelPackage",
                &json!({"ModelPackageName": got["ModelPackageName"]}),
            );
            assert_eq!(status, 200, "{name}: {package}");
        }
    }
}

#[test]
fn a_new_model_is_reviewed_planned_and_applied_and_the_old_one_is_kept() {
    let Some(room) = Room::shipped() else { return };
    room.run("deploy --yes --stage Staging --stack fraud")
        .ends(0);
    let old = room.in_service("fraud-Staging");
    let name = "config/fraud.yaml";
    let stage_file = room.read(name);
    fs::write(room.path(name), stage_file.replace("2026-11", "2026-12")).unwrap();
    let plan = "plan --stage Staging --stack fraud --detailed-exitcode";
    room.run(plan)
        .ends(1)
        .says("`templates/Staging/fraud.template.json` is stale");
    room.run("synth").ends(0);

    room.run(plan)
        .ends(2)
        .says("Rollout of Endpoint (`fraud-Staging`)");
    assert_eq!(
        room.in_service("fraud-Staging"),
        old,
        "a plan executes nothing"
    );
    room.run("apply plan.json --yes").ends(0);
    let new = room.in_service("fraud-Staging");
    let data = |config: &str| room.container(config)["ModelDataUrl"].clone();
    assert_eq!(
        data(&new),
        "s3://payments-models/fraud/2026-12/model.tar.gz"
    );
    // `UpdateReplacePolicy` keeps what an endpoint may have to go back to.
    assert_eq!(
        data(&old),
        "s3://payments-models/fraud/2026-11/model.tar.gz"
    );

    // Once more is not twice.
    room.run("apply plan.json --yes").ends(0);
    assert_eq!(room.in_service("fraud-Staging"), new);
    assert_eq!(room.list("EndpointConfig").len(), 2);
    room.run("deploy --yes --stage Staging --stack fraud")
        .ends(0)
        .says("nothing to change");
}

#[test]
fn a_registered_model_is_a_new_version_that_the_endpoint_moves_to() {
    let Some(room) = Room::shipped() else { return };
    room.run("deploy --yes --stage Staging --stack scvi")
        .ends(0);
    let version = |endpoint: &str| {
        let container = room.container(&room.in_service(endpoint));
        container["ModelPackageName"].as_str().unwrap().to_owned()
    };
    let first = version("scvi-Staging");
    room.edit("scvi", "scvi/1.3", "scvi/1.4");
    room.run("deploy --yes --stage Staging --stack scvi")
        .ends(0);
    let second = version("scvi-Staging");
    assert_ne!(first, second);
    let request = json!({"ModelPackageName": first});
    let (status, kept) = room.account.sagemaker("DescribeModelPackage", &request);
    assert_eq!(status, 200, "{kept}");

    // Where no model is pinned, another version is another parameter.
    room.run("deploy --yes --stage Staging --stack registry")
        .ends(0);
    for _ in 0..2 {
        let arn = room.register("inference");
        let deploy = format!(
            "deploy --yes --stage Staging --stack inference {}",
            package(&arn)
        );
        room.run(&deploy).ends(0);
        assert_eq!(version("inference-Staging"), arn);
        room.run(&deploy).ends(0).says("nothing to change");
    }
}

#[test]
fn what_is_destroyed_is_gone_except_for_what_holds_data() {
    let Some(room) = Room::shipped() else { return };
    room.run("deploy --yes --stage Staging --stack fraud --stack scvi")
        .ends(0);
    room.run("destroy --stage Staging --stack scvi").ends(13);
    room.run("destroy --yes --stage Staging --stack fraud --stack scvi")
        .ends(0);
    for stack in ["fraud-Staging", "scvi-Staging"] {
        assert_eq!(room.status(stack), "gone");
        let request = json!({"EndpointName": stack});
        assert_eq!(room.account.sagemaker("DescribeEndpoint", &request).0, 400);
    }
    assert_eq!(room.list("EndpointConfig"), [""; 0]);
    assert_eq!(room.list("Model"), [""; 0]);
    let request = json!({"ModelPackageGroupName": "scvi"});
    let (status, kept) = room
        .account
        .sagemaker("DescribeModelPackageGroup", &request);
    assert_eq!(status, 200, "{kept}");
    // Once more is as good.
    room.run("destroy --yes --stage Staging --stack fraud")
        .ends(0);

    room.run("deploy --yes --stage Production --stack registry")
        .ends(0);
    room.run("destroy --yes --stage Production --stack registry")
        .ends(1);
    assert_eq!(room.status("registry-Production"), "CREATE_COMPLETE");
}
