//! Digests: what binds a plan to the bytes that were reviewed.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some bytes, as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of several texts, each marked off from the next by its length, so that no two lists
/// share a digest.
pub fn sha256_of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// An idempotency token for what is to be done once about something.
///
/// CloudFormation accepts a letter or digit, then those and `-`, up to 128 characters.
pub fn token(what: &str, about: &str) -> String {
    let digest = sha256(about.as_bytes());
    format!("sageform-{what}-{}", digest.get(..32).unwrap_or(&digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_the_standards() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn lists_that_join_to_the_same_text_differ() {
        assert_ne!(sha256_of(&["ab", "c"]), sha256_of(&["a", "bc"]));
        assert_ne!(sha256_of(&["abc"]), sha256_of(&["abc", ""]));
    }
}
