//! Deployments that fail: what is left, what is said, and what the next run does.

use serde_json::json;

use super::room::{ENDPOINT, Room, package};

const FRAUD: &str = "deploy --yes --stage Staging --stack fraud";

#[test]
fn a_first_deployment_that_fails_is_taken_back_and_made_anew_once_it_is_destroyed() {
    let Some(room) = Room::shipped() else { return };
    let arn = format!(
        "arn:aws:sagemaker:eu-west-1:{}:model-package/inference/1",
        room.account.id
    );
    let deploy = format!(
        "deploy --yes --stage Staging --stack inference {}",
        package(&arn)
    );
    room.run(&deploy)
        .ends(20)
        .says("`Model` (AWS::SageMaker::Model) CREATE_FAILED")
        .says(&format!("Model package {arn} not found"));
    assert_eq!(room.status("inference-Staging"), "ROLLBACK_COMPLETE");
    assert_eq!(room.list("Model"), [""; 0]);

    room.run(&deploy)
        .ends(21)
        .says("`sageform destroy --stage Staging --stack inference`, then deploy");
    room.run("destroy --yes --stage Staging --stack inference")
        .ends(0);
    assert_eq!(room.status("inference-Staging"), "gone");
    room.run("deploy --yes --stage Staging --stack registry")
        .ends(0);
    assert_eq!(room.register("inference"), arn);
    room.run(&deploy).ends(0);
    room.in_service("inference-Staging");
}

#[test]
fn an_endpoint_that_cannot_be_made_takes_model_and_config_with_it() {
    let Some(room) = Room::shipped() else { return };
    let effect = json!({"effect": "fail", "reason": "no capacity", "seconds": 0.3});
    room.account
        .next("fraud-Staging", ENDPOINT, "create", effect);
    room.run(FRAUD).ends(20).says("no capacity");
    assert_eq!(room.status("fraud-Staging"), "ROLLBACK_COMPLETE");
    assert_eq!(room.list("EndpointConfig"), [""; 0]);
    assert_eq!(room.list("Model"), [""; 0]);
}

#[test]
fn an_update_that_fails_leaves_the_old_model_in_service() {
    let Some(room) = Room::shipped() else { return };
    room.run(FRAUD).ends(0);
    let old = room.in_service("fraud-Staging");
    room.edit("fraud", "2026-11", "2026-12");
    let effect = json!({"effect": "fail", "reason": "no capacity", "seconds": 0.3});
    room.account
        .next("fraud-Staging", ENDPOINT, "update", effect);
    room.run("plan --stage Staging --stack fraud").ends(0);
    let failed = room
        .run("apply plan.json --yes")
        .ends(20)
        .says("no capacity");
    // Said once, not once for each resource that was cancelled.
    assert_eq!(failed.err.matches("error[").count(), 1, "{}", failed.err);
    assert_eq!(room.status("fraud-Staging"), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(room.in_service("fraud-Staging"), old);
    assert_eq!(room.list("EndpointConfig"), std::slice::from_ref(&old));

    // The plan was executed, and how that ended stays true.
    room.run("apply plan.json --yes")
        .ends(20)
        .says("no capacity");
    room.run(FRAUD).ends(0);
    assert_ne!(room.in_service("fraud-Staging"), old);
}

#[test]
fn an_endpoint_that_sagemaker_takes_back_silently_stops_the_promotion() {
    let Some(room) = Room::shipped() else { return };
    room.run(FRAUD).ends(0);
    let old = room.in_service("fraud-Staging");
    room.edit("fraud", "2026-11", "2026-12");
    let effect = json!({"effect": "roll-back-silently", "seconds": 0.3});
    room.account
        .next("fraud-Staging", ENDPOINT, "update", effect);
    let all = "deploy --yes --stack fraud";
    room.run(all)
        .ends(22)
        .says("which the stack made, got")
        .says("not begun: Production/fraud");
    assert_eq!(room.in_service("fraud-Staging"), old);
    assert_eq!(room.status("fraud-Staging"), "UPDATE_COMPLETE");
    assert_eq!(room.status("fraud-Production"), "gone");

    // An empty change set is no good news while something else serves.
    room.run(all).ends(22);
    // Neither is another update begun on top of it, unless that is asked for.
    room.edit("fraud", "2026-12", "2027-01");
    room.run(all)
        .ends(22)
        .says("--accept-endpoint")
        .does_not_say("executing");
    room.run(&format!("{all} --accept-endpoint")).ends(0);
    for stage in ["fraud-Staging", "fraud-Production"] {
        assert_eq!(
            room.container(&room.in_service(stage))["ModelDataUrl"],
            "s3://payments-models/fraud/2027-01/model.tar.gz"
        );
    }
}

#[test]
fn an_endpoint_that_somebody_else_updates_is_left_alone() {
    let Some(room) = Room::shipped() else { return };
    room.run(FRAUD).ends(0);
    let old = room.in_service("fraud-Staging");
    room.edit("fraud", "2026-11", "2026-12");
    room.run("plan --stage Staging --stack fraud").ends(0);
    room.account
        .set_endpoint_status("fraud-Staging", "Updating");
    room.run("apply plan.json --yes")
        .ends(12)
        .says("expected it to be InService, got Updating")
        .does_not_say("executing");
    assert_eq!(room.status("fraud-Staging"), "CREATE_COMPLETE");
    assert_eq!(room.list("EndpointConfig"), std::slice::from_ref(&old));

    room.account
        .set_endpoint_status("fraud-Staging", "InService");
    room.run("apply plan.json --yes").ends(0);
    assert_ne!(room.in_service("fraud-Staging"), old);
}

#[cfg(unix)]
#[test]
fn a_program_that_is_stopped_leaves_the_deployment_running_and_another_takes_it_up() {
    use std::process::{Command, Stdio};

    let Some(room) = Room::shipped() else { return };
    room.run(FRAUD).ends(0);
    let old = room.in_service("fraud-Staging");
    room.edit("fraud", "2026-11", "2026-12");
    room.account
        .next("fraud-Staging", ENDPOINT, "update", json!({"seconds": 4}));
    room.run("plan --stage Staging --stack fraud").ends(0);
    let child = room
        .command("apply plan.json --yes")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while room.account.endpoint("fraud-Staging")["EndpointStatus"] == "InService" {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let killed = Command::new("kill").arg(child.id().to_string()).status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(
        said.contains("events --follow --stage Staging --stack fraud"),
        "{said}"
    );

    assert_eq!(
        room.account.endpoint("fraud-Staging")["EndpointStatus"],
        "Updating"
    );
    room.run("apply plan.json --yes")
        .ends(0)
        .says("its execution has begun already: following it");
    assert_ne!(room.in_service("fraud-Staging"), old);
    assert_eq!(room.list("EndpointConfig").len(), 2);
    room.run("events --follow --stage Staging --stack fraud")
        .ends(0)
        .says("UPDATE_COMPLETE");
}

#[test]
fn nothing_is_made_with_the_credentials_of_another_account() {
    let stage_file = "
Defaults:
  Region: us-east-1
  InstanceType: ml.m5.large
  InstanceCount: 1
  Model:
    Image: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
    ModelDataUrl: s3://models/churn/1.tar.gz
Staging: {}
Production: {Account: \"999999999999\"}
";
    let Some(room) = Room::of("churn", stage_file) else {
        return;
    };
    let id = room.account.id.clone();
    let words = format!(
        "expected credentials of account 999999999999, which the stage names, got \
         arn:aws:iam::{id}:root of account {id}"
    );
    for verb in ["plan", "deploy --yes", "deploy --yes --stage Production"] {
        room.run(verb).ends(1).says(&words);
        // Nor is a stage begun whose own account is right.
        let (_, stacks) = room.account.cloudformation("DescribeStacks", &[]);
        assert!(!stacks.contains("<StackId>"), "{verb}: {stacks}");
    }
}
