//! The process shuts itself in: from here on the system lets it read its inputs and the files that were named, and write
//! beside its outputs; nothing else, and no connection (Landlock, Linux 5.13 and later).
//!
//! Entered before rules and logs are read and before any thread that reads them starts, since threads inherit it. Names
//! and sizes of other files can still be asked for: Landlock leaves that. What the kernel does not know is left out, and
//! said with `-v`; a scan never fails for it.

use super::args::SandboxArgs;
use super::output::Target;
use super::terminal;
use std::path::PathBuf;

/// What a command may still do.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux has a sandbox to tell it to"))]
pub(crate) struct Needs {
    /// Files and folders to read.
    pub(crate) reads: Vec<PathBuf>,
    /// Where reports go.
    pub(crate) outputs: Vec<Target>,
}

impl Needs {
    /// Of a command that only reads.
    pub(crate) fn to_read(reads: Vec<PathBuf>) -> Needs {
        Needs { reads, outputs: Vec::new() }
    }
}

/// Shuts the process in unless that is not wanted, and says how well where somebody wants to know.
pub(crate) fn enter(args: &SandboxArgs, needs: &Needs, is_verbose: bool) {
    if args.no_sandbox {
        return;
    }
    let how = system::restrict(needs);
    if is_verbose {
        terminal::line("note", how);
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::Needs;
    use crate::cli::output::Target;
    use landlock::{
        ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, Ruleset, RulesetAttr, RulesetCreated,
        RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, make_bitflags,
    };
    use rustix::fs::{Mode, OFlags, open};
    use std::path::{Path, PathBuf};

    /// What the standard library reads to know how many threads make sense in a container.
    const OF_THE_SYSTEM: [&str; 3] = ["/proc/self/cgroup", "/proc/self/mountinfo", "/sys/fs/cgroup"];

    /// The newest rights that are asked for; what the kernel lacks of them is left out.
    const NEWEST: ABI = ABI::V6;

    pub(super) fn restrict(needs: &Needs) -> &'static str {
        match enforced(needs) {
            Ok(RulesetStatus::FullyEnforced) => {
                "sandbox: the system lets this process read its inputs and write its outputs only"
            }
            Ok(RulesetStatus::PartiallyEnforced) => {
                "sandbox: the system keeps this process from other files, as far as this kernel can"
            }
            Ok(RulesetStatus::NotEnforced) | Err(_) => "sandbox: this kernel offers none (Landlock); scanning without",
        }
    }

    fn enforced(needs: &Needs) -> Result<RulesetStatus, RulesetError> {
        let mut rules = Ruleset::default()
            .handle_access(AccessFs::from_all(NEWEST))?
            .handle_access(AccessNet::from_all(NEWEST))?
            .scope(Scope::from_all(NEWEST))?
            .create()?;
        for path in OF_THE_SYSTEM.iter().map(Path::new).chain(needs.reads.iter().map(PathBuf::as_path)) {
            allow(&mut rules, path, make_bitflags!(AccessFs::{ReadFile | ReadDir}));
        }
        for path in needs.outputs.iter().flat_map(Target::files) {
            output(&mut rules, &path);
        }
        Ok(rules.restrict_self()?.ruleset)
    }

    /// A report is written beside its place, read again where it cannot be moved there, and its folder may have to be made.
    fn output(rules: &mut RulesetCreated, path: &Path) {
        let writing = make_bitflags!(AccessFs::{ReadFile | WriteFile | Truncate});
        if path.exists() {
            allow(rules, path, writing);
        }
        // Devices and pipes are written in place, and what lies beside them is nothing to us.
        if path.metadata().is_ok_and(|meta| !meta.is_file()) {
            return;
        }
        let folders = [Some(path.to_path_buf()), path.canonicalize().ok()];
        for path in folders.into_iter().flatten() {
            let making = make_bitflags!(AccessFs::{MakeReg | MakeDir | RemoveFile});
            let there = path.ancestors().skip(1).map(|p| if p.as_os_str().is_empty() { Path::new(".") } else { p });
            if let Some(folder) = there.into_iter().find(|folder| folder.is_dir()) {
                allow(rules, folder, writing | making);
            }
        }
    }

    /// What is not there, or is no file at all (a pipe), needs no permission.
    fn allow(rules: &mut RulesetCreated, path: &Path, access: BitFlags<AccessFs>) {
        let Ok(meta) = path.metadata() else { return };
        let access = if meta.is_dir() { access } else { access & AccessFs::from_file(NEWEST) };
        // The place alone is opened, not what is there: a pipe would wait for its writer, and then be closed on it. The
        // standard library cannot say so where it is linked to musl, whose `O_ACCMODE` has this flag's bit in it.
        if let Ok(place) = open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()) {
            // Refused for pipes and the like, which stay open to us without a rule.
            drop(rules.add_rule(PathBeneath::new(place, access)));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Needs;

    pub(super) fn restrict(_: &Needs) -> &'static str {
        "sandbox: there is none on this system; scanning without"
    }
}
