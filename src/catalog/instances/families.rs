//! The families that `SageMaker` hosts on, as EC2's `DescribeInstanceTypes` describes them.
//!
//! Two figures are from elsewhere: `p6e-gb200` is not in that answer (AWS's announcements state four
//! GPUs, 144 virtual CPUs, 960 GiB and 740 GB of GPU memory for one instance), and the answer's
//! memory of `trn2` contradicts the Neuron documentation's 96 GiB per device.

use super::{AcceleratorKind, Architecture, LocalNvme};

/// What the types of a family have in common.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) architecture: Architecture,
    pub(super) local_nvme: LocalNvme,
    pub(super) burstable: bool,
    /// `None` where it differs among the sizes: those are listed.
    pub(super) mib_per_vcpu: Option<u32>,
    pub(super) devices: Option<Devices>,
}

/// The accelerators of a family.
pub(super) struct Devices {
    pub(super) kind: AcceleratorKind,
    pub(super) cores: u32,
    pub(super) memory_mib: u32,
    /// Sizes, and the devices that each of them has.
    pub(super) counts: Counts,
}

type Counts = &'static [(&'static [&'static str], u32)];

/// A size that departs from the rule of its family.
pub(super) struct Irregular {
    pub(super) family: &'static str,
    pub(super) size: &'static str,
    pub(super) vcpus: u32,
    pub(super) memory_mib: u32,
}

use LocalNvme::{Absent, Present, Unknown};

#[rustfmt::skip]
pub(super) static FAMILIES: &[Family] = &[
    x86("c4", Absent, 1920),
    x86("c5", Absent, 2048),
    x86("c5d", Present, 2048),
    arm("c6g", Absent, 2048),
    arm("c6gd", Present, 2048),
    arm("c6gn", Absent, 2048),
    x86("c6i", Absent, 2048),
    x86("c6in", Absent, 2048),
    arm("c7g", Absent, 2048),
    x86("c7i", Absent, 2048),
    arm("c8g", Absent, 2048),
    x86("dl1", Present, 8192).with(AcceleratorKind::Gaudi, 1, 32768, &[(&["24xlarge"], 8)]),
    x86("g4dn", Present, 4096).gpus(16384, &[(UP_TO_16, 1), (&["12xlarge"], 4)]),
    x86("g5", Present, 4096).gpus(22888, G5),
    x86("g6", Present, 4096).gpus(22888, G5),
    x86("g6e", Present, 8192).gpus(45776, G5),
    x86("g7", Present, 4096).gpus(32768, G7),
    irregular("g7e").gpus(98304, G7),
    x86("inf1", Absent, 2048)
        .with(AcceleratorKind::Neuron, 4, 8192, &[(&["xlarge", "2xlarge"], 1), (&["6xlarge"], 4), (&["24xlarge"], 16)]),
    x86("inf2", Absent, 4096)
        .with(AcceleratorKind::Neuron, 2, 32768, &[(&["xlarge", "8xlarge"], 1), (&["24xlarge"], 6), (&["48xlarge"], 12)]),
    x86("m4", Absent, 4096),
    x86("m5", Absent, 4096),
    x86("m5d", Present, 4096),
    arm("m6g", Absent, 4096),
    arm("m6gd", Present, 4096),
    x86("m6i", Absent, 4096),
    x86("m7i", Absent, 4096),
    arm("m8g", Absent, 4096),
    x86("p2", Absent, 15616).gpus(12288, &[(&["xlarge"], 1), (&["8xlarge"], 8), (&["16xlarge"], 16)]),
    x86("p3", Absent, 7808).gpus(16384, &[(&["2xlarge"], 1), (&["8xlarge"], 4), (&["16xlarge"], 8)]),
    x86("p4d", Present, 12288).gpus(40960, &[(&["24xlarge"], 8)]),
    x86("p4de", Present, 12288).gpus(81920, &[(&["24xlarge"], 8)]),
    irregular("p5").gpus(81920, &[(&["4xlarge"], 1), (&["48xlarge"], 8)]),
    irregular("p5e").gpus(144384, &[(&["48xlarge"], 8)]),
    irregular("p5en").gpus(144384, &[(&["48xlarge"], 8)]),
    irregular("p6-b200").gpus(183359, &[(&["48xlarge"], 8)]),
    irregular("p6-b300").gpus(275040, &[(&["48xlarge"], 8)]),
    Family { architecture: Architecture::Arm64, local_nvme: Unknown, ..irregular("p6e-gb200") }
        .gpus(189440, &[(&["36xlarge"], 4)]),
    x86("r5", Absent, 8192),
    x86("r5d", Present, 8192),
    arm("r6g", Absent, 8192),
    arm("r6gd", Present, 8192),
    x86("r6i", Absent, 8192),
    arm("r7gd", Present, 8192),
    x86("r7i", Absent, 8192),
    arm("r8g", Absent, 8192),
    Family { burstable: true, ..x86("t2", Absent, 4096) },
    x86("trn1", Present, 4096)
        .with(AcceleratorKind::Neuron, 2, 32768, &[(&["2xlarge"], 1), (&["32xlarge"], 16)]),
    x86("trn1n", Present, 4096).with(AcceleratorKind::Neuron, 2, 32768, &[(&["32xlarge"], 16)]),
    irregular("trn2").with(AcceleratorKind::Neuron, 8, 98304, &[(&["48xlarge"], 16)]),
];

const UP_TO_16: &[&str] = &["xlarge", "2xlarge", "4xlarge", "8xlarge", "16xlarge"];

const G5: Counts = &[
    (UP_TO_16, 1),
    (&["12xlarge", "24xlarge"], 4),
    (&["48xlarge"], 8),
];

const G7: Counts = &[
    (&["2xlarge", "4xlarge", "8xlarge"], 1),
    (&["12xlarge"], 2),
    (&["24xlarge"], 4),
    (&["48xlarge"], 8),
];

#[rustfmt::skip]
pub(super) static SIZES: &[Irregular] = &[
    sized("c4", "8xlarge", 36, 61440),
    sized("g7e", "2xlarge", 8, 65536),
    sized("g7e", "4xlarge", 16, 131072),
    sized("g7e", "8xlarge", 32, 262144),
    sized("g7e", "12xlarge", 48, 524288),
    sized("g7e", "24xlarge", 96, 1048576),
    sized("g7e", "48xlarge", 192, 2097152),
    sized("p2", "16xlarge", 64, 749568),
    sized("p5", "4xlarge", 16, 262144),
    sized("p5", "48xlarge", 192, 2097152),
    sized("p5e", "48xlarge", 192, 2097152),
    sized("p5en", "48xlarge", 192, 2097152),
    sized("p6-b200", "48xlarge", 192, 2097152),
    sized("p6-b300", "48xlarge", 192, 4194304),
    sized("p6e-gb200", "36xlarge", 144, 983040),
    sized("t2", "medium", 2, 4096),
    sized("trn2", "48xlarge", 192, 2097152),
];

const fn sized(family: &'static str, size: &'static str, vcpus: u32, memory_mib: u32) -> Irregular {
    Irregular {
        family,
        size,
        vcpus,
        memory_mib,
    }
}

const fn x86(name: &'static str, local_nvme: LocalNvme, mib_per_vcpu: u32) -> Family {
    Family {
        name,
        architecture: Architecture::X86_64,
        local_nvme,
        burstable: false,
        mib_per_vcpu: Some(mib_per_vcpu),
        devices: None,
    }
}

const fn arm(name: &'static str, local_nvme: LocalNvme, mib_per_vcpu: u32) -> Family {
    let mut family = x86(name, local_nvme, mib_per_vcpu);
    family.architecture = Architecture::Arm64;
    family
}

/// The newest families with accelerators, whose sizes are all listed.
const fn irregular(name: &'static str) -> Family {
    let mut family = x86(name, Present, 0);
    family.mib_per_vcpu = None;
    family
}

impl Family {
    const fn gpus(self, memory_mib: u32, counts: Counts) -> Self {
        self.with(AcceleratorKind::Gpu, 1, memory_mib, counts)
    }

    const fn with(
        mut self,
        kind: AcceleratorKind,
        cores: u32,
        memory_mib: u32,
        counts: Counts,
    ) -> Self {
        self.devices = Some(Devices {
            kind,
            cores,
            memory_mib,
            counts,
        });
        self
    }
}
