use proptest::prelude::*;

use super::*;

const PRIMARY: VariantName = VariantName::new("primary");

#[test]
fn a_literal_in_code_equals_the_same_text_from_a_file() {
    assert_eq!(VariantName::parse("primary"), Ok(PRIMARY));
}

#[test]
fn a_refusal_says_what_was_expected_and_what_was_got() {
    let error = VariantName::parse("a_b").unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected 1 to 63 letters, digits and `-`, beginning and ending with a letter or digit, got `a_b`"
    );
}

#[test]
#[should_panic(expected = "`EndpointName` is not 1 to 63 letters")]
fn a_wrong_literal_outside_of_const_panics_with_the_property() {
    let _ = EndpointName::new("my_endpoint");
}

#[test]
fn an_s3_location_has_a_bucket_and_a_key() {
    let object = S3Uri::new("s3://scvi/models/a.tar.gz");
    assert_eq!((object.bucket(), object.key()), ("scvi", "models/a.tar.gz"));
    assert_eq!(object.as_prefix(), None);
    let bucket = S3Uri::new("s3://scvi");
    assert_eq!(
        (bucket.bucket(), bucket.key(), bucket.is_prefix()),
        ("scvi", "", true)
    );
    assert_eq!(S3Prefix::new("s3://scvi/weights/").key(), "weights/");
}

#[test]
fn an_image_in_ecr_names_its_repository() {
    let of = |text: &str| {
        let image = ImageUri::parse(text).unwrap();
        let repository = image.ecr_repository()?;
        Some((
            repository.account.to_owned(),
            repository.region.to_owned(),
            repository.name.to_owned(),
        ))
    };
    let expected = |region: &str, name: &str| {
        Some((
            "111111111111".to_owned(),
            region.to_owned(),
            name.to_owned(),
        ))
    };
    assert_eq!(
        of("111111111111.dkr.ecr.eu-west-1.amazonaws.com/team/scvi:1.4"),
        expected("eu-west-1", "team/scvi")
    );
    assert_eq!(
        of("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/scvi@sha256:00"),
        expected("cn-north-1", "scvi")
    );
    assert_eq!(
        of("111111111111.dkr.ecr-fips.us-gov-west-1.amazonaws.com/scvi:1@sha256:00"),
        expected("us-gov-west-1", "scvi")
    );
    assert_eq!(
        of("111111111111.dkr-ecr.eu-west-1.on.aws/scvi"),
        expected("eu-west-1", "scvi")
    );
    assert_eq!(of("docker.io/library/python:3.12"), None);
    assert_eq!(of("111111111111.dkr.ecr.eu-west-1.example.com/scvi"), None);
}

#[test]
fn an_image_has_a_tag_or_a_digest() {
    let image = ImageUri::new("registry.example.com:5000/scvi:1.4@sha256:00");
    assert_eq!(
        (image.tag(), image.digest()),
        (Some("1.4"), Some("sha256:00"))
    );
    assert_eq!(ImageUri::new("registry.example.com:5000/scvi").tag(), None);
}

#[test]
fn a_model_package_has_a_group_and_a_version() {
    let arn =
        ModelPackageArn::new("arn:aws:sagemaker:eu-west-1:111111111111:model-package/churn/7");
    assert_eq!(
        (arn.group(), arn.version(), arn.region(), arn.account()),
        ("churn", 7, "eu-west-1", "111111111111")
    );
}

#[test]
fn a_region_knows_its_partition() {
    let suffix = |code: &str| Region::parse(code).unwrap().dns_suffix();
    assert_eq!(suffix("us-gov-west-1"), "amazonaws.com");
    assert_eq!(suffix("cn-north-1"), "amazonaws.com.cn");
    assert_eq!(suffix("us-isof-south-1"), "csp.hci.ic.gov");
    let of = |code: &str| Region::parse(code).unwrap().partition();
    assert_eq!(of("eu-west-1"), "aws");
    assert_eq!(of("cn-north-1"), "aws-cn");
    assert_eq!(of("us-gov-west-1"), "aws-us-gov");
    assert_eq!(of("us-isob-east-1"), "aws-iso-b");
    assert_eq!(of("eusc-de-east-1"), "aws-eusc");
}

#[test]
fn a_duration_is_read_and_written_alike() {
    for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7200), ("0s", 0)] {
        let duration = Duration::parse(text).unwrap();
        assert_eq!(duration.seconds(), seconds);
        assert_eq!(duration.to_string(), text);
    }
    for text in [
        "90",
        "s",
        "1d",
        "-1s",
        "1.5h",
        "1 h",
        "９m",
        "1234567890s",
        "",
    ] {
        Duration::parse(text).unwrap_err();
    }
}

#[test]
fn a_latency_is_read_and_written_alike() {
    for (text, milliseconds) in [("250ms", 250), ("2s", 2000), ("0ms", 0)] {
        let latency = Milliseconds::parse(text).unwrap();
        assert_eq!(latency.milliseconds(), milliseconds);
        assert_eq!(latency.to_string(), text);
    }
    assert_eq!(Milliseconds::new("1500ms").microseconds(), 1_500_000);
    for text in ["250", "ms", "2m", "-1ms", "0.5s", "2 s", "1234567890ms", ""] {
        Milliseconds::parse(text).unwrap_err();
    }
}

#[test]
fn a_schedule_is_a_moment_a_rate_or_six_fields() {
    for text in [
        "at(2027-01-31T08:00:00)",
        "rate(1 day)",
        "rate(15 minutes)",
        "cron(0 20 ? * MON-FRI *)",
        "cron(0/15 8-18 L * ? 2027)",
    ] {
        ScheduleExpression::parse(text).unwrap();
    }
    for text in [
        "at(2027-01-31)",
        "at(2027-01-31T08:00:00Z)",
        "rate(1 days)",
        "rate(2 day)",
        "rate(0 days)",
        "rate(1 week)",
        "cron(0 8 * * *)",
        "cron(0 8 ? * mon-fri *)",
        "0 20 ? * MON-FRI *",
    ] {
        ScheduleExpression::parse(text).unwrap_err();
    }
}

#[test]
fn a_time_zone_looks_like_one_of_the_database() {
    for text in [
        "UTC",
        "EST5EDT",
        "Europe/Berlin",
        "Etc/GMT+9",
        "America/Argentina/Salta",
    ] {
        TimeZone::parse(text).unwrap();
    }
    for text in ["Berlin", "+01:00", "europe/berlin", "Europe/", "UTC+1"] {
        TimeZone::parse(text).unwrap_err();
    }
}

#[test]
fn serde_sees_the_text() {
    let json = serde_json::to_string(&PRIMARY).unwrap();
    assert_eq!(json, "\"primary\"");
    assert_eq!(serde_json::from_str::<VariantName>(&json).unwrap(), PRIMARY);
    serde_json::from_str::<VariantName>("\"a_b\"").unwrap_err();
}

fn agrees<L: Literal>(text: &str) -> Result<(), TestCaseError> {
    let pattern = regex::Regex::new(L::PATTERN).unwrap();
    let by_pattern = (L::MIN..=L::MAX).contains(&text.len()) && pattern.is_match(text);
    prop_assert_eq!(
        L::read(text).is_ok(),
        by_pattern,
        "{} and `{}`",
        L::PATTERN,
        text
    );
    Ok(())
}

/// Texts that are nearly right: pieces of right ones, in any order.
fn nearly() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a",
        "B",
        "7",
        "-",
        ".",
        "/",
        ":",
        "_",
        "s3://",
        "bucket",
        "arn:aws",
        ":sns:",
        ":iam::",
        ":sagemaker:",
        "eu-west-1",
        "111111111111",
        "role/",
        ":model-package/",
        "churn",
        "/7",
        "ml.",
        "m5",
        ".xlarge",
        "text/csv",
        "subnet-",
        ":lambda:",
        ":function:",
        ":aws:hub-content/",
        ":training-plan/",
        "at(",
        "2027-01-31T08:00:00",
        "Z",
        "rate(",
        "1 ",
        "10 ",
        "day",
        "s",
        "cron(",
        "0 20 ? * ",
        "MON-FRI *",
        ")",
        "Europe/Berlin",
        "UTC",
        " ",
        "+",
        "é",
        "\u{a0}",
        "\u{feff}",
    ]);
    prop::collection::vec(pieces, 0..9).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn each_check_accepts_what_its_pattern_accepts(text in nearly()) {
        agrees::<VariantName>(&text)?;
        agrees::<S3Uri>(&text)?;
        agrees::<S3Prefix>(&text)?;
        agrees::<RoleArn>(&text)?;
        agrees::<KmsKey>(&text)?;
        agrees::<TopicArn>(&text)?;
        agrees::<ModelPackageArn>(&text)?;
        agrees::<ImageUri>(&text)?;
        agrees::<AccountId>(&text)?;
        agrees::<Region>(&text)?;
        agrees::<InstanceType>(&text)?;
        agrees::<SubnetId>(&text)?;
        agrees::<ContentType>(&text)?;
        agrees::<InferenceComponentName>(&text)?;
        agrees::<FunctionArn>(&text)?;
        agrees::<HubContentArn>(&text)?;
        agrees::<ReservationArn>(&text)?;
        agrees::<ScheduleExpression>(&text)?;
        agrees::<TimeZone>(&text)?;
        agrees::<Timestamp>(&text)?;
        agrees::<AlarmName>(&text)?;
        agrees::<ScheduledActionName>(&text)?;
    }
}
