//! The plan file: what it binds, when it is refused, and how it is thrown away.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::room::Room;

const PLAN: &str = "plan --stage Staging --stack fraud";

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
}

/// The change sets of a stack, by name.
fn change_sets(room: &Room, stack: &str) -> usize {
    let (status, answer) = room
        .account
        .cloudformation("ListChangeSets", &[("StackName", stack)]);
    assert_eq!(status, 200, "{answer}");
    answer.matches("<ChangeSetId>").count()
}

#[test]
fn a_plan_is_refused_once_the_stack_or_the_template_has_moved() {
    let Some(room) = Room::shipped() else { return };
    room.run("deploy --yes --stage Staging --stack fraud")
        .ends(0);
    room.edit("fraud", "2026-11", "2026-12");
    room.run(PLAN).ends(0);

    room.edit("fraud", "2026-12", "2027-01");
    room.run("apply plan.json --yes")
        .ends(11)
        .says("the template was changed after the plan was made");
    room.run("deploy --yes --stage Staging --stack fraud")
        .ends(0);
    let serving = room.in_service("fraud-Staging");
    room.edit("fraud", "2027-01", "2026-12");
    room.run("apply plan.json --yes")
        .ends(11)
        .says("stale-plan");
    assert_eq!(room.in_service("fraud-Staging"), serving);

    // A fresh plan of the same is taken, if it is the one that was approved.
    room.run(PLAN).ends(0);
    room.run("apply plan.json --yes --approve 000000000000")
        .ends(13);
    assert_eq!(room.in_service("fraud-Staging"), serving);
    room.run("apply plan.json --yes").ends(0);
    assert_ne!(room.in_service("fraud-Staging"), serving);
}

#[test]
fn a_plan_that_is_thrown_away_leaves_nothing_behind() {
    let Some(room) = Room::shipped() else { return };
    room.run(PLAN).ends(0);
    // The same plan again is the same change set.
    let first = room.read("plan.json");
    room.run(PLAN).ends(0);
    let arn = |text: &str| {
        let plan: Value = serde_json::from_str(text).unwrap();
        plan["Stacks"][0]["ChangeSet"]["Arn"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(arn(&first), arn(&room.read("plan.json")));
    assert_eq!(change_sets(&room, "fraud-Staging"), 1);
    room.run("discard plan.json --yes").ends(0);
    assert_eq!(room.status("fraud-Staging"), "gone");
    room.run("discard plan.json --yes").ends(0);
    room.run("apply plan.json --yes").ends(11);

    room.run("deploy --yes --stage Staging --stack fraud")
        .ends(0);
    // Those that were executed may be listed too.
    let before = change_sets(&room, "fraud-Staging");
    room.edit("fraud", "2026-11", "2026-12");
    room.run(PLAN).ends(0);
    assert_eq!(change_sets(&room, "fraud-Staging"), before + 1);
    room.run("discard plan.json --yes").ends(0);
    assert_eq!(change_sets(&room, "fraud-Staging"), before);
    assert_eq!(room.status("fraud-Staging"), "CREATE_COMPLETE");
}

#[test]
fn a_large_template_goes_through_a_bucket_under_its_digest() {
    let mut stage_file = "Defaults: {Region: us-east-1}\nStaging:\n  Variants:\n".to_owned();
    for variant in ["one", "other"] {
        write!(
            stage_file,
            "    - Name: {variant}
      Weight: 1
      InstanceType: ml.m5.large
      InstanceCount: 1
      Model:
        Image: 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1
        ModelDataUrl: s3://models/large/{variant}.tar.gz
        Environment:\n"
        )
        .unwrap();
        for number in 0..30 {
            let value = "x".repeat(1000);
            writeln!(stage_file, "          VARIABLE_{number}: {value}").unwrap();
        }
    }
    let Some(room) = Room::of("large", &stage_file) else {
        return;
    };
    let text = room.read("templates/Staging/large.template.json");
    assert!(text.len() > 51_200, "{}", text.len());
    room.run("plan").ends(1).says("--template-bucket");
    let plan = "plan --template-bucket templates-{account}-{region}";
    room.run(plan).ends(1).says("templates-");
    assert_eq!(room.status("large-Staging"), "gone");

    let bucket = format!("/templates-{}-us-east-1", room.account.id);
    assert_eq!(room.account.s3("PUT", &bucket, b"").0, 200);
    room.run(plan).ends(0);
    let digest = sha256(text.as_bytes());
    let planned: Value = serde_json::from_str(&room.read("plan.json")).unwrap();
    assert_eq!(planned["Stacks"][0]["Template"]["Sha256"], digest.as_str());
    let object = format!("{bucket}/sageform/{digest}.template.json");
    assert_eq!(room.account.s3("GET", &object, b""), (200, text));
    room.run("apply plan.json --yes").ends(0);
    room.in_service("large-Staging");
}
