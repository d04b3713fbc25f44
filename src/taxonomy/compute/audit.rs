//! What the audit daemon writes as numbers: system calls and socket addresses.

use super::super::words::Words;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;
use std::fmt::Write;

/// The name of a system call of `arch` and `syscall`, or the name itself where the daemon writes it (third).
pub(super) fn syscall_name(_: &Words, args: &[Option<&str>]) -> Option<String> {
    name_of(args).map(str::to_owned)
}

/// What was tried by a system call that starts a program or is one end of a connection.
pub(super) fn syscall_action(_: &Words, args: &[Option<&str>]) -> Option<String> {
    let action = match name_of(args)? {
        "execve" | "execveat" => "process_start",
        "connect" | "accept" | "accept4" => "network_connection",
        _ => return None,
    };
    Some(action.to_owned())
}

fn name_of<'a>(args: &[Option<&'a str>]) -> Option<&'a str> {
    let arg = |n: usize| args.get(n).copied().flatten();
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if let Some(name) = [arg(2), arg(1)].into_iter().flatten().find(|text| !text.is_empty() && !is_number(text)) {
        return Some(name);
    }
    let column = match arg(0)?.trim_start_matches("0x") {
        "c000003e" | "x86_64" => 0,
        "40000003" | "i386" | "i686" => 1,
        "c00000b7" | "aarch64" | "c00000f3" | "riscv64" => 2,
        _ => return None,
    };
    let number: u16 = arg(1)?.parse().ok().filter(|number| *number != NONE)?;
    SYSCALLS.iter().find(|(_, numbers)| numbers.get(column) == Some(&number)).map(|(name, _)| *name)
}

/// The address in a socket address written as hexadecimal.
pub(super) fn sockaddr_ip<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    let mut address = String::new();
    write!(address, "{}", sockaddr(text)?.0).ok()?;
    Some(Cow::Owned(address))
}

/// The port in it.
pub(super) fn sockaddr_port<'a>(_: &'a Words, text: &'a str) -> Option<Cow<'a, str>> {
    Some(Cow::Owned(sockaddr(text)?.1.to_string()))
}

/// Reads a `sockaddr_in` or `sockaddr_in6` of a machine of either byte order.
fn sockaddr(text: &str) -> Option<(IpAddr, u16)> {
    const INET: [[u8; 2]; 2] = [[2, 0], [0, 2]];
    const INET6: [[u8; 2]; 2] = [[10, 0], [0, 10]];
    if text.len() % 2 == 1 || text.len() > 256 {
        return None;
    }
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair.first()?)? << 4 | digit(pair.get(1)?)?).ok();
    let bytes = text.as_bytes().chunks(2).map(byte).collect::<Option<Vec<u8>>>()?;
    let family = *bytes.first_chunk::<2>()?;
    let port = u16::from_be_bytes(*bytes.get(2..)?.first_chunk::<2>()?);
    if INET.contains(&family) {
        return Some((IpAddr::V4(Ipv4Addr::from(*bytes.get(4..)?.first_chunk::<4>()?)), port));
    }
    // The flow label stands before the address.
    let address = Ipv6Addr::from(*bytes.get(8..)?.first_chunk::<16>()?);
    INET6.contains(&family).then(|| (address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4), port))
}

/// No such call on the machine.
const NONE: u16 = u16::MAX;

/// System calls audit rules are written for, and their numbers on x86-64, on i386 and on machines that have the kernel's
/// generic table (aarch64, riscv64).
static SYSCALLS: &[(&str, [u16; 3])] = &[
    ("accept", [43, NONE, 202]),
    ("accept4", [288, 364, 242]),
    ("adjtimex", [159, 124, 171]),
    ("bind", [49, 361, 200]),
    ("bpf", [321, 357, 280]),
    ("chmod", [90, 15, NONE]),
    ("chown", [92, 182, NONE]),
    ("clock_settime", [227, 264, 112]),
    ("clone", [56, 120, 220]),
    ("clone3", [435, 435, 435]),
    ("connect", [42, 362, 203]),
    ("creat", [85, 8, NONE]),
    ("delete_module", [176, 129, 106]),
    ("execve", [59, 11, 221]),
    ("execveat", [322, 358, 281]),
    ("fchmod", [91, 94, 52]),
    ("fchmodat", [268, 306, 53]),
    ("fchown", [93, 95, 55]),
    ("fchownat", [260, 298, 54]),
    ("finit_module", [313, 350, 273]),
    ("fork", [57, 2, NONE]),
    ("ftruncate", [77, 93, 46]),
    ("init_module", [175, 128, 105]),
    ("ioctl", [16, 54, 29]),
    ("kexec_file_load", [320, NONE, 294]),
    ("kexec_load", [246, 283, 104]),
    ("kill", [62, 37, 129]),
    ("lchown", [94, 16, NONE]),
    ("link", [86, 9, NONE]),
    ("linkat", [265, 303, 37]),
    ("listen", [50, 363, 201]),
    ("memfd_create", [319, 356, 279]),
    ("mkdir", [83, 39, NONE]),
    ("mkdirat", [258, 296, 34]),
    ("mknod", [133, 14, NONE]),
    ("mknodat", [259, 297, 33]),
    ("mount", [165, 21, 40]),
    ("open", [2, 5, NONE]),
    ("openat", [257, 295, 56]),
    ("openat2", [437, 437, 437]),
    ("personality", [135, 136, 92]),
    ("pivot_root", [155, 217, 41]),
    ("prctl", [157, 172, 167]),
    ("process_vm_readv", [310, 347, 270]),
    ("process_vm_writev", [311, 348, 271]),
    ("ptrace", [101, 26, 117]),
    ("reboot", [169, 88, 142]),
    ("recvfrom", [45, 371, 207]),
    ("removexattr", [197, 235, 14]),
    ("rename", [82, 38, NONE]),
    ("renameat", [264, 302, 38]),
    ("renameat2", [316, 353, 276]),
    ("rmdir", [84, 40, NONE]),
    ("sendto", [44, 369, 206]),
    ("setdomainname", [171, 121, 162]),
    ("setgid", [106, 46, 144]),
    ("setgroups", [116, 81, 159]),
    ("sethostname", [170, 74, 161]),
    ("setns", [308, 346, 268]),
    ("setresgid", [119, 170, 149]),
    ("setresuid", [117, 164, 147]),
    ("setreuid", [113, 70, 145]),
    ("settimeofday", [164, 79, 170]),
    ("setuid", [105, 23, 146]),
    ("setxattr", [188, 226, 5]),
    ("socket", [41, 359, 198]),
    ("splice", [275, 313, 76]),
    ("swapon", [167, 87, 224]),
    ("symlink", [88, 83, NONE]),
    ("symlinkat", [266, 304, 36]),
    ("sysinfo", [99, 116, 179]),
    ("syslog", [103, 103, 116]),
    ("tgkill", [234, 270, 131]),
    ("tkill", [200, 238, 130]),
    ("truncate", [76, 92, 45]),
    ("umount2", [166, 52, 39]),
    ("unlink", [87, 10, NONE]),
    ("unlinkat", [263, 301, 35]),
    ("unshare", [272, 310, 97]),
    ("userfaultfd", [323, 374, 282]),
    ("vfork", [58, 190, NONE]),
    ("write", [1, 4, 64]),
];
