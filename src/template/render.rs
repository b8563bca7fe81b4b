//! The one way in which a document becomes text.

use std::fmt::Write as _;

use crate::json::{Json, Object};

/// The canonical form, which is committed and deployed: JSON with two spaces, keys in the document's
/// order, one line end at the end. Other characters than ASCII's are escaped: CloudFormation returns a
/// `?` for each when it is asked for the template, which then could not be told from another.
#[expect(clippy::missing_panics_doc, reason = "a document always becomes text")]
pub fn json_text(document: &Object) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .expect("a document is a tree with text keys and finite numbers");
    text.push('\n');
    if text.is_ascii() {
        text
    } else {
        escaped(&text)
    }
}

/// JSON with `\uXXXX` for every character that ASCII has not: these only stand in texts and keys.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            text.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a text does not fail.
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// The same document in YAML, for people.
///
/// Texts that YAML 1.1, which CloudFormation reads, would take for something else are quoted.
#[expect(clippy::missing_panics_doc, reason = "a document always becomes text")]
pub fn yaml_text(document: &Object) -> String {
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    // An empty document would print as nothing at all.
    serde_saphyr::to_string_with_options(&Json::Object(document.clone()), options)
        .expect("a document is a tree with text keys and finite numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_canonical_form_is_ascii_and_means_the_same() {
        let mut document = Object::new();
        document.insert("Description", Json::String("Zoë’s 😀 \"é\"".into()));
        let text = json_text(&document);
        assert!(
            text.contains(r#""Zo\u00eb\u2019s \ud83d\ude00 \"\u00e9\"""#),
            "{text}"
        );
        let read: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(read, Json::Object(document));
    }
}
