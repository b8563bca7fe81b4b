//! The one way in which a document becomes text.

use crate::json::{Json, Object};

/// The canonical form, which is committed and deployed: JSON with two spaces, keys in the document's
/// order, characters as they are, one line end at the end.
#[expect(clippy::missing_panics_doc, reason = "a document always becomes text")]
pub fn json_text(document: &Object) -> String {
    let mut text = serde_json::to_string_pretty(document)
        .expect("a document is a tree with text keys and finite numbers");
    text.push('\n');
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
