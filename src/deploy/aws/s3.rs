//! Templates that are too large for a request, in S3.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html>

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::signed::{Incoming, Outgoing};
use super::{Aws, failure};
use crate::deploy::error::{AwsError, ErrorKind};
use crate::literal::dns_suffix;

const HEAD_OBJECT: &str = "s3:HeadObject";
const PUT_OBJECT: &str = "s3:PutObject";

impl Aws {
    /// Uploads a template unless it is there: the URL that `CloudFormation` takes as `TemplateURL`.
    ///
    /// The key must be made of the template's content: an object that has the key and the length is
    /// taken for it. S3 checks the body against its SHA-256, and the bucket against this account.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such bucket, `Invalid` where it is in another region, and whatever
    /// else S3 refuses.
    pub async fn upload_template(
        &self,
        bucket: &str,
        key: &str,
        body: &str,
    ) -> Result<String, AwsError> {
        let url = self.object_url(bucket, key);
        let owner = (
            "x-amz-expected-bucket-owner",
            self.identity().account.clone(),
        );
        let signer = &self.0.signer;
        let mut request = Outgoing {
            api: HEAD_OBJECT,
            service: "s3",
            method: "HEAD",
            url: url.clone(),
            headers: vec![owner],
            body: [].into(),
            repeatable: true,
        };
        let head = signer
            .send(&request, |answer| match answer.status {
                // Who may not list a bucket is told 403 of what is not there.
                200..300 | 403 | 404 => None,
                _ => self.refused(HEAD_OBJECT, bucket, answer),
            })
            .await?;
        let length = head.header("content-length");
        if head.status == 200 && length == Some(body.len().to_string().as_str()) {
            return Ok(url);
        }
        let checksum = aws_smithy_types::base64::encode(Sha256::digest(body));
        request.api = PUT_OBJECT;
        request.method = "PUT";
        request.body = body.as_bytes().into();
        request.headers.extend([
            ("content-type", "application/json".to_owned()),
            ("x-amz-checksum-sha256", checksum),
        ]);
        signer
            .send(&request, |answer| self.refused(PUT_OBJECT, bucket, answer))
            .await?;
        Ok(url)
    }

    /// The URL of an object.
    fn object_url(&self, bucket: &str, key: &str) -> String {
        let key = encoded(key);
        let signer = &self.0.signer;
        if let Some(url) = signer.endpoint_url("S3") {
            return format!("{url}/{bucket}/{key}");
        }
        let s3 = if signer.use_fips() { "s3-fips" } else { "s3" };
        let suffix = dns_suffix(&self.identity().partition);
        let host = format!("{s3}.{}.{suffix}", self.region());
        if bucket.contains('.') {
            // No certificate covers a bucket's name with a dot before the host's.
            format!("https://{host}/{bucket}/{key}")
        } else {
            format!("https://{bucket}.{host}/{key}")
        }
    }

    /// The error that an answer of S3 is, if it is one.
    fn refused(&self, api: &'static str, bucket: &str, answer: &Incoming) -> Option<AwsError> {
        if (200..300).contains(&answer.status) {
            return None;
        }
        let body = String::from_utf8_lossy(&answer.body);
        let code = element(&body, "Code").unwrap_or_default();
        let message = element(&body, "Message").unwrap_or_default();
        let region = answer
            .header("x-amz-bucket-region")
            .map(str::to_owned)
            .or_else(|| element(&body, "Region"));
        let elsewhere = region
            .as_deref()
            .is_some_and(|region| region != self.region());
        let is_redirect = matches!(answer.status, 301 | 307);
        if is_redirect || elsewhere && answer.status == 400 {
            let at = region.unwrap_or_else(|| "another region".to_owned());
            return Some(AwsError {
                kind: ErrorKind::Invalid,
                api,
                code,
                message: format!(
                    "expected bucket `{bucket}` in `{}`, found it in `{at}`; CloudFormation reads \
                     templates of its own region only, use a bucket there",
                    self.region()
                ),
            });
        }
        if code.is_empty() {
            return Some(failure::of_text(api, answer.status, &answer.body));
        }
        let mut error = failure::of_service(api, answer.status, &code, &message);
        if code == "NoSuchBucket" {
            let _ = write!(
                error.message,
                "; expected bucket `{bucket}`, create it or name another one"
            );
        } else if error.kind == ErrorKind::Denied {
            let _ = write!(
                error.message,
                "; expected bucket `{bucket}` to belong to account `{}` and to allow `{api}`",
                self.identity().account
            );
        }
        Some(error)
    }
}

/// A key as a URL's path.
fn encoded(key: &str) -> String {
    let mut path = String::with_capacity(key.len());
    for byte in key.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}

/// The text of the first element of a name in S3's XML, which nests none of those asked for.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&");
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_encoded_except_for_its_slashes() {
        assert_eq!(encoded("a-b/c_d~1.json"), "a-b/c_d~1.json");
        assert_eq!(encoded("a b/ü+&"), "a%20b/%C3%BC%2B%26");
    }

    #[test]
    fn an_element_is_read_and_unescaped() {
        let xml =
            "<?xml version=\"1.0\"?><Error><Code>A</Code><Message>b &lt;&amp;lt;</Message></Error>";
        assert_eq!(element(xml, "Code").as_deref(), Some("A"));
        assert_eq!(element(xml, "Message").as_deref(), Some("b <&lt;"));
        assert_eq!(element(xml, "Region"), None);
        assert_eq!(element("<Code>", "Code"), None);
    }
}
