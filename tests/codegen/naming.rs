//! Names of Rust things, from CloudFormation's names.

/// Words that plain rules would cut in the wrong place.
const WORDS: &[(&str, &str)] = &[
    ("ARNs", "Arns"),
    ("ETag", "Etag"),
    ("GiB", "Gib"),
    ("GraphQL", "Graphql"),
    ("PromQL", "Promql"),
    ("VCpu", "Vcpu"),
];

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// `MemorySizeInMB` becomes `memory_size_in_mb`.
pub(super) fn snake(name: &str) -> String {
    let mut name = name.to_owned();
    for (word, replacement) in WORDS {
        name = name.replace(word, replacement);
    }
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !snake.ends_with('_') {
                snake.push('_');
            }
            continue;
        }
        let previous = index.checked_sub(1).and_then(|index| letters.get(index));
        let next = letters.get(index + 1);
        let begins = letter.is_ascii_uppercase()
            && previous.is_some_and(|previous| {
                previous.is_ascii_lowercase()
                    || previous.is_ascii_digit()
                    || (previous.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase))
            });
        if begins && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake.trim_matches('_').to_owned()
}

/// A field or an argument.
pub(super) fn field(name: &str) -> String {
    let snake = snake(name);
    if KEYWORDS.contains(&snake.as_str()) {
        format!("{snake}_")
    } else {
        snake
    }
}

/// A type: CloudFormation's name, with a capital where it has none.
pub(super) fn type_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
    })
}

/// A constant.
pub(super) fn constant(name: &str) -> String {
    let constant = snake(name).to_ascii_uppercase();
    if constant.starts_with(|letter: char| letter.is_ascii_digit()) {
        format!("_{constant}")
    } else {
        constant
    }
}

/// What `#[serde(rename_all = "PascalCase")]` makes of a field.
pub(super) fn serde_pascal(field: &str) -> String {
    let mut pascal = String::new();
    let mut capital = true;
    for letter in field.chars() {
        match letter {
            '_' => capital = true,
            letter if capital => {
                pascal.push(letter.to_ascii_uppercase());
                capital = false;
            }
            letter => pascal.push(letter),
        }
    }
    pascal
}

/// One of what the name has many of.
pub(super) fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        return format!("{stem}y");
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u']) => stem.to_owned(),
        _ => name.to_owned(),
    }
}

/// A constant for a value of a set. Symbols get words; the rest separates.
pub(super) fn value(value: &str) -> String {
    let value = match value {
        "" => "EMPTY",
        "*" => "ALL",
        value => value,
    };
    let separated: String = value
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    constant(&separated)
}
