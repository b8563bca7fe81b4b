use super::super::testing::broken;
use super::RULES;

/// A model whose role has these statements; the rest of the role, and of the template.
fn model(statements: &str, role: &str, others: &str) -> Vec<&'static str> {
    broken(
        RULES,
        &format!(
            "
Parameters: {{Unknown: {{Type: String}}}}
Resources:
  Bucket: {{Type: AWS::S3::Bucket}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: [{{Effect: Allow, Principal: {{Service: sagemaker.amazonaws.com}}, Action: 'sts:AssumeRole'}}]
      Policies:
        - PolicyName: p
          PolicyDocument: {{Statement: [{statements}]}}
      {role}
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !GetAtt Role.Arn
      PrimaryContainer:
        Image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/churn:1.4.2
        ModelDataUrl: !Sub s3://${{Bucket}}/churn/model.tar.gz
  {others}
"
        ),
    )
}

fn reads(resource: &str) -> String {
    format!("{{Effect: Allow, Action: 's3:GetObject', Resource: {resource}}}")
}

#[test]
fn a_role_is_judged_by_what_is_sure() {
    for good in [
        "!Sub '${Bucket.Arn}/*'",
        "!Sub 'arn:aws:s3:::${Bucket}/churn/*'",
        "!Sub 'arn:${AWS::Partition}:s3:::${Bucket}/churn/model.tar.gz'",
        "!Join ['', [!GetAtt Bucket.Arn, '/*']]",
        "['arn:aws:s3:::other/*', !Ref Unknown]",
        "!Sub 'arn:aws:s3:::${Unknown}/*'",
        "'*'",
    ] {
        assert_eq!(model(&reads(good), "", ""), [""; 0], "{good}");
    }
    for bad in [
        "!GetAtt Bucket.Arn",
        "!Sub '${Bucket.Arn}/scores/*'",
        "!Sub 'arn:aws:s3:::${Bucket}'",
    ] {
        assert_eq!(model(&reads(bad), "", ""), ["iam-model-data"], "{bad}");
    }
    let other = "{Effect: Allow, Action: ['s3:Get*Acl', 's3:PutObject'], Resource: '*'}";
    assert_eq!(model(other, "", ""), ["iam-model-data"]);
    let much = "{Effect: Allow, NotAction: 'iam:*', Resource: '*'}";
    assert_eq!(model(much, "", ""), [""; 0]);
    let denied = "{Effect: Allow, Action: '*', Resource: '*'}, {Effect: Deny, Action: 's3:*', Resource: '*'}";
    assert_eq!(model(denied, "", ""), ["iam-model-data"]);
}

#[test]
fn policies_elsewhere_may_allow_it() {
    let none = reads("!Sub '${Bucket.Arn}/scores/*'");
    let managed = "ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']";
    assert_eq!(model(&none, managed, ""), [""; 0]);
    assert_eq!(model(&none, "RoleName: churn", ""), [""; 0]);
    let separate = |roles: &str, resource: &str| {
        format!(
            "Other: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: o, Roles: {roles}, PolicyDocument: {{Statement: [{}]}}}}}}",
            reads(resource)
        )
    };
    let of = |roles: &str, resource: &str| model(&none, "", &separate(roles, resource));
    assert_eq!(of("[!Ref Role]", "!Sub '${Bucket.Arn}/*'"), [""; 0]);
    assert_eq!(of("[!Ref Unknown]", "!Sub '${Bucket.Arn}/*'"), [""; 0]);
    assert_eq!(
        of("[!Ref Role]", "'arn:aws:s3:::x/y/*'"),
        ["iam-model-data"]
    );
    assert_eq!(
        of("[somebody]", "!Sub '${Bucket.Arn}/*'"),
        ["iam-model-data"]
    );
}
