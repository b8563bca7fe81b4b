use proptest::prelude::*;

use super::*;

fn of(text: &str) -> Facts {
    facts(&InstanceType::parse(text).expect("an instance type"))
        .unwrap_or_else(|| panic!("{text} is not known"))
}

#[test]
fn families_stand_once_and_in_order() {
    assert!(FAMILIES.is_sorted_by(|one, other| one.name < other.name));
}

#[test]
fn local_storage_is_not_known_of_one_family_only() {
    let unknown: Vec<_> = FAMILIES
        .iter()
        .filter(|family| family.local_nvme == LocalNvme::Unknown)
        .map(|family| family.name)
        .collect();
    assert_eq!(unknown, ["p6e-gb200"]);
}

#[test]
fn sizes_that_break_the_rule() {
    assert_eq!(of("ml.c4.4xlarge").vcpus, Some(16));
    assert_eq!(of("ml.c4.8xlarge").vcpus, Some(36));
    assert_eq!(of("ml.t2.medium").vcpus, Some(2));
    assert_eq!(of("ml.r8g.medium").vcpus, Some(1));
    assert_eq!(of("ml.p2.16xlarge").memory_mib, Some(732 * 1024));
    assert_eq!(of("ml.p2.8xlarge").memory_mib, Some(488 * 1024));
    assert_eq!(of("ml.g7e.8xlarge").memory_mib, Some(256 * 1024));
}

#[test]
fn accelerators_are_counted_in_devices() {
    let count = |text| {
        let accelerator = of(text).accelerator.expect("accelerators");
        (accelerator.kind, accelerator.count)
    };
    assert_eq!(count("ml.g5.16xlarge"), (AcceleratorKind::Gpu, Some(1)));
    assert_eq!(count("ml.g6e.48xlarge"), (AcceleratorKind::Gpu, Some(8)));
    assert_eq!(count("ml.g7.12xlarge"), (AcceleratorKind::Gpu, Some(2)));
    assert_eq!(count("ml.p5.4xlarge"), (AcceleratorKind::Gpu, Some(1)));
    assert_eq!(count("ml.dl1.24xlarge"), (AcceleratorKind::Gaudi, Some(8)));
    assert_eq!(
        count("ml.inf2.48xlarge"),
        (AcceleratorKind::Neuron, Some(12))
    );
    // A size that AWS adds tomorrow.
    assert_eq!(count("ml.g5.96xlarge"), (AcceleratorKind::Gpu, None));
    assert_eq!(of("ml.m5.large").accelerator, None);
}

#[test]
fn odd_sizes_have_no_virtual_cpus() {
    for odd in [
        "metal",
        "xxlarge",
        "+4xlarge",
        "99999999999xlarge",
        "2000000000xlarge",
        "",
    ] {
        assert_eq!(vcpus(odd), None, "{odd}");
    }
    assert_eq!(of("ml.m5.metal").memory_mib, None);
}

#[test]
fn unknown_families_follow_the_naming_conventions() {
    let of = |text| architecture(&InstanceType::parse(text).expect("an instance type"));
    for arm in [
        "ml.c9g.large",
        "ml.m12gd.xlarge",
        "ml.r9gb.large",
        "ml.g9g.xlarge",
    ] {
        assert_eq!(of(arm), Architecture::Arm64, "{arm}");
    }
    for x86 in [
        "ml.g9.xlarge",
        "ml.p7-b300.48xlarge",
        "ml.c9i.large",
        "ml.gr9.4xlarge",
        "ml.p7-gb.xlarge",
    ] {
        assert_eq!(of(x86), Architecture::X86_64, "{x86}");
    }
}

/// The conventions hold for every family that is known, but for one with NVIDIA's own processor.
#[test]
fn known_families_follow_the_naming_conventions() {
    for family in FAMILIES.iter().filter(|family| family.name != "p6e-gb200") {
        let name = family
            .name
            .trim_start_matches(|character: char| character.is_ascii_alphabetic());
        let marked = name
            .split('-')
            .next()
            .is_some_and(|name| name.contains('g'));
        assert_eq!(
            marked,
            family.architecture == Architecture::Arm64,
            "{}",
            family.name
        );
    }
}

proptest! {
    #[test]
    fn no_instance_type_panics(text in "ml\\.[a-z][a-z0-9-]{0,8}\\.[a-z0-9][a-z0-9-]{0,12}") {
        if let Ok(instance_type) = InstanceType::parse(text) {
            facts(&instance_type);
            architecture(&instance_type);
        }
    }

    #[test]
    fn no_size_of_a_known_family_panics(index in 0..FAMILIES.len(), size in "[0-9]{0,12}(x?large|medium)") {
        if let Ok(instance_type) = InstanceType::parse(format!("ml.{}.{size}", FAMILIES[index].name)) {
            let known = facts(&instance_type).expect("a family that is known");
            prop_assert_eq!(known.architecture, architecture(&instance_type));
        }
    }
}
