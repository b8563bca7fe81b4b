//! The checks. They are `const fn`, so they walk bytes: neither closures nor iterators exist there.

const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 4;
const ALPHANUMERIC: u8 = LOWER | UPPER | DIGIT;

/// Whether each byte is of one of the classes, or is one of `others`. True for no bytes.
const fn all_of(bytes: &[u8], classes: u8, others: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let of_class = (classes & LOWER != 0 && byte.is_ascii_lowercase())
            || (classes & UPPER != 0 && byte.is_ascii_uppercase())
            || (classes & DIGIT != 0 && byte.is_ascii_digit());
        if !of_class && find(others, byte).is_none() {
            return false;
        }
        at += 1;
    }
    true
}

const fn find(bytes: &[u8], wanted: u8) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == wanted {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// What stands before and after the first `at`.
const fn cut(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    match find(bytes, at) {
        Some(index) => {
            let (before, rest) = bytes.split_at(index);
            Some((before, rest.split_at(1).1))
        }
        None => None,
    }
}

const fn strip<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    if bytes.len() < prefix.len() {
        return None;
    }
    let (start, rest) = bytes.split_at(prefix.len());
    if equal(start, prefix) {
        Some(rest)
    } else {
        None
    }
}

const fn equal(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn ends_with(bytes: &[u8], last: u8) -> bool {
    matches!(bytes, [.., byte] if *byte == last)
}

pub(super) const fn is_name(bytes: &[u8]) -> bool {
    matches!(bytes, [first, ..] if first.is_ascii_alphanumeric())
        && matches!(bytes, [.., last] if last.is_ascii_alphanumeric())
        && bytes.len() <= 63
        && all_of(bytes, ALPHANUMERIC, b"-")
}

pub(super) const fn is_bucket(bytes: &[u8]) -> bool {
    bytes.len() >= 3
        && bytes.len() <= 63
        && matches!(bytes, [first, .., last] if all_of(&[*first, *last], LOWER | DIGIT, b""))
        && all_of(bytes, LOWER | DIGIT, b".-")
}

/// Neither space nor control characters of ASCII.
const fn no_space(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_whitespace() || bytes[at].is_ascii_control() {
            return false;
        }
        at += 1;
    }
    true
}

pub(super) const fn is_s3_uri(bytes: &[u8]) -> bool {
    match strip(bytes, b"s3://") {
        Some(rest) => match cut(rest, b'/') {
            Some((bucket, key)) => is_bucket(bucket) && no_space(key),
            None => is_bucket(rest),
        },
        None => false,
    }
}

pub(super) const fn is_s3_prefix(bytes: &[u8]) -> bool {
    is_s3_uri(bytes) && ends_with(bytes, b'/')
}

/// Region, account and resource of `arn:<partition>:<service>:<region>:<account>:<resource>`.
const fn arn<'a>(bytes: &'a [u8], service: &[u8]) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    match arn_of_anyone(bytes, service) {
        Some((region, account, resource)) if is_account(account) => {
            Some((region, account, resource))
        }
        _ => None,
    }
}

/// The same where the owner may be another than an account.
const fn arn_of_anyone<'a>(
    bytes: &'a [u8],
    service: &[u8],
) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    let Some(rest) = strip(bytes, b"arn:aws") else {
        return None;
    };
    let Some((partition, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((of, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((region, rest)) = cut(rest, b':') else {
        return None;
    };
    let Some((account, resource)) = cut(rest, b':') else {
        return None;
    };
    if all_of(partition, LOWER, b"-") && equal(of, service) {
        Some((region, account, resource))
    } else {
        None
    }
}

pub(super) const fn is_role_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"iam") else {
        return false;
    };
    let Some(name) = strip(resource, b"role") else {
        return false;
    };
    region.is_empty()
        && !name.is_empty()
        && !equal(name, b"/")
        && all_of(name, ALPHANUMERIC, b"_+=,.@-/")
}

pub(super) const fn is_kms_key(bytes: &[u8]) -> bool {
    all_of(bytes, ALPHANUMERIC, b":/_-")
}

pub(super) const fn is_topic_arn(bytes: &[u8]) -> bool {
    let Some((region, _, name)) = arn(bytes, b"sns") else {
        return false;
    };
    !region.is_empty()
        && all_of(region, LOWER | DIGIT, b"-")
        && !name.is_empty()
        && all_of(name, ALPHANUMERIC, b"_.-")
}

pub(super) const fn is_model_package_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"sagemaker") else {
        return false;
    };
    let Some(package) = strip(resource, b"model-package/") else {
        return false;
    };
    let Some((group, version)) = cut(package, b'/') else {
        return false;
    };
    region.len() >= 9
        && region.len() <= 16
        && all_of(region, LOWER | DIGIT, b"-")
        && is_name(group)
        && !version.is_empty()
        && version.len() <= 9
        && all_of(version, DIGIT, b"")
}

pub(super) const fn is_image_uri(bytes: &[u8]) -> bool {
    no_space(bytes)
}

pub(super) const fn is_account(bytes: &[u8]) -> bool {
    bytes.len() == 12 && all_of(bytes, DIGIT, b"")
}

pub(super) const fn is_region(bytes: &[u8]) -> bool {
    let Some((first, mut rest)) = cut(bytes, b'-') else {
        return false;
    };
    if first.len() < 2 || first.len() > 5 || !all_of(first, LOWER, b"") {
        return false;
    }
    let mut words = 0;
    while let Some((word, after)) = cut(rest, b'-') {
        if word.is_empty() || !all_of(word, LOWER, b"") {
            return false;
        }
        words += 1;
        rest = after;
    }
    words > 0 && !rest.is_empty() && rest.len() <= 2 && all_of(rest, DIGIT, b"")
}

pub(super) const fn is_instance_type(bytes: &[u8]) -> bool {
    let Some(rest) = strip(bytes, b"ml.") else {
        return false;
    };
    let Some((family, size)) = cut(rest, b'.') else {
        return false;
    };
    matches!(family, [first, ..] if first.is_ascii_lowercase())
        && matches!(size, [first, ..] if all_of(&[*first], LOWER | DIGIT, b""))
        && all_of(family, LOWER | DIGIT, b"-")
        && all_of(size, LOWER | DIGIT, b"-")
}

pub(super) const fn is_vpc_id(bytes: &[u8]) -> bool {
    all_of(bytes, ALPHANUMERIC, b"-")
}

pub(super) const fn is_content_type(bytes: &[u8]) -> bool {
    let Some((kind, subtype)) = cut(bytes, b'/') else {
        return false;
    };
    matches!(kind, [first, ..] if first.is_ascii_alphanumeric())
        && !ends_with(kind, b'-')
        && all_of(kind, ALPHANUMERIC, b"-")
        && matches!(subtype, [first, ..] if first.is_ascii_alphanumeric())
        && !ends_with(subtype, b'-')
        && all_of(subtype, ALPHANUMERIC, b"-.")
}

/// A number of one to nine digits.
pub(super) const fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || digits.len() > 9 || !all_of(digits, DIGIT, b"") {
        return None;
    }
    let mut number = 0;
    let mut at = 0;
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as u64;
        at += 1;
    }
    Some(number)
}

pub(super) const fn is_function_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"lambda") else {
        return false;
    };
    let Some(name) = strip(resource, b"function:") else {
        return false;
    };
    is_region_of_arn(region) && !name.is_empty() && all_of(name, ALPHANUMERIC, b"_:$-")
}

pub(super) const fn is_hub_content_arn(bytes: &[u8]) -> bool {
    let Some((region, owner, resource)) = arn_of_anyone(bytes, b"sagemaker") else {
        return false;
    };
    let Some(content) = strip(resource, b"hub-content/") else {
        return false;
    };
    is_region_of_arn(region)
        && (is_account(owner) || equal(owner, b"aws"))
        && !content.is_empty()
        && all_of(content, ALPHANUMERIC, b"._/-")
}

pub(super) const fn is_reservation_arn(bytes: &[u8]) -> bool {
    let Some((region, _, resource)) = arn(bytes, b"sagemaker") else {
        return false;
    };
    let Some((kind, name)) = cut(resource, b'/') else {
        return false;
    };
    is_region_of_arn(region)
        && !kind.is_empty()
        && kind.len() <= 14
        && all_of(kind, LOWER | DIGIT, b"-")
        && !name.is_empty()
        && all_of(name, ALPHANUMERIC, b"_.-")
}

const fn is_region_of_arn(region: &[u8]) -> bool {
    !region.is_empty() && all_of(region, LOWER | DIGIT, b"-")
}

pub(super) const fn is_alarm_name(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < b' ' || bytes[at] == 0x7f {
            return false;
        }
        at += 1;
    }
    matches!(bytes, [first, ..] if *first != b' ') && !ends_with(bytes, b' ')
}

pub(super) const fn is_action_name(bytes: &[u8]) -> bool {
    is_alarm_name(bytes)
        && find(bytes, b':').is_none()
        && find(bytes, b'/').is_none()
        && find(bytes, b'|').is_none()
}

pub(super) const fn is_schedule(bytes: &[u8]) -> bool {
    if let Some(rest) = strip(bytes, b"at(") {
        return match rest {
            [moment @ .., b')'] => has_shape(moment, b"0000-00-00T00:00:00"),
            _ => false,
        };
    }
    if let Some(rest) = strip(bytes, b"rate(") {
        return match rest {
            [rate @ .., b')'] => is_rate(rate),
            _ => false,
        };
    }
    match strip(bytes, b"cron(") {
        Some([fields @ .., b')']) => is_cron(fields),
        _ => false,
    }
}

const fn is_rate(bytes: &[u8]) -> bool {
    let Some((count, unit)) = cut(bytes, b' ') else {
        return false;
    };
    if equal(count, b"1") {
        return equal(unit, b"minute") || equal(unit, b"hour") || equal(unit, b"day");
    }
    matches!(count, [b'1'..=b'9', ..])
        && count.len() <= 5
        && all_of(count, DIGIT, b"")
        && (equal(unit, b"minutes") || equal(unit, b"hours") || equal(unit, b"days"))
}

const fn is_cron(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let mut fields = 1;
    while let Some((field, after)) = cut(rest, b' ') {
        if !is_cron_field(field) {
            return false;
        }
        fields += 1;
        rest = after;
    }
    fields == 6 && is_cron_field(rest)
}

const fn is_cron_field(field: &[u8]) -> bool {
    !field.is_empty() && all_of(field, UPPER | DIGIT, b"*?/,#-")
}

pub(super) const fn is_time_zone(bytes: &[u8]) -> bool {
    let Some((area, mut rest)) = cut(bytes, b'/') else {
        return matches!(bytes, [b'A'..=b'Z', ..])
            && bytes.len() <= 7
            && all_of(bytes, UPPER | DIGIT, b"");
    };
    if !matches!(area, [b'A'..=b'Z', _, ..]) || !all_of(area, LOWER | UPPER, b"") {
        return false;
    }
    while let Some((place, after)) = cut(rest, b'/') {
        if !is_place(place) {
            return false;
        }
        rest = after;
    }
    is_place(rest)
}

const fn is_place(bytes: &[u8]) -> bool {
    !bytes.is_empty() && all_of(bytes, ALPHANUMERIC, b"_+-")
}

pub(super) const fn is_timestamp(bytes: &[u8]) -> bool {
    has_shape(bytes, b"0000-00-00T00:00:00Z")
}

/// Whether there is a digit for each `0` and the same character for each other one.
const fn has_shape(bytes: &[u8], shape: &[u8]) -> bool {
    if bytes.len() != shape.len() {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        let fits = if shape[at] == b'0' {
            bytes[at].is_ascii_digit()
        } else {
            bytes[at] == shape[at]
        };
        if !fits {
            return false;
        }
        at += 1;
    }
    true
}
