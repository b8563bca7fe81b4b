//! What the generated table is made of.

/// A framework or algorithm.
pub(super) struct Framework {
    pub(super) name: &'static str,
    pub(super) x86_64: Option<Scope>,
    pub(super) arm64: Option<Scope>,
}

/// The images of a framework for one architecture, newest first.
pub(super) struct Scope {
    /// Abbreviated versions, and what they stand for.
    pub(super) aliases: &'static [(&'static str, &'static str)],
    pub(super) images: &'static [Image],
}

/// One version, base framework and Python version: an image per processor.
pub(super) struct Image {
    pub(super) version: &'static str,
    /// The base framework's name and its abbreviations; empty where there is no such level.
    pub(super) bases: &'static [&'static str],
    pub(super) python: Option<&'static str>,
    pub(super) repository: &'static str,
    pub(super) accounts: Accounts,
    pub(super) tags: Tags,
    /// Families whose tag is not that of their processor, or that the framework does not run on.
    pub(super) families: &'static [(&'static str, Option<&'static str>)],
}

/// The account of the registry, by region.
pub(super) type Accounts = &'static [(&'static str, &'static str)];

/// Tags, in which `{version}` and `{base}` stand for what was asked for.
pub(super) enum Tags {
    /// The same for any hardware.
    Any(&'static str),
    ByProcessor(&'static [(&'static str, &'static str)]),
}

impl Framework {
    /// The images by architecture, those for `x86_64` first.
    pub(super) fn scopes(&'static self) -> impl Iterator<Item = &'static Scope> {
        self.x86_64.iter().chain(&self.arm64)
    }
}

impl Scope {
    /// Every version that may be asked for: first the full ones. Images without a tag have none.
    pub(super) fn versions(&'static self) -> impl Iterator<Item = &'static str> {
        let mut last = "";
        let full = self.images.iter().filter_map(move |image| {
            let repeated = std::mem::replace(&mut last, image.version) == image.version;
            (!repeated).then_some(image.version)
        });
        full.chain(self.aliases.iter().map(|(alias, _)| *alias))
    }
}
