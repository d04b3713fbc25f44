//! Messages of SSH servers and what they must give.

use crate::formats::payload::PayloadSample;

pub(super) const SAMPLES: &[PayloadSample] = &[
    PayloadSample {
        text: "Address 203.0.113.9 maps to h.example, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!",
        sentence: "reverse_mapping",
        fields: &[("rname", "h.example"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "fatal: Access denied for user a by b by PAM account configuration [preauth]",
        sentence: "not_allowed",
        fields: &[("user", "a by b")],
    },
    PayloadSample {
        text: "drop connection #0 from [203.0.113.9]:4121 on [192.0.2.1]:22 penalty: failed authentication",
        sentence: "refused",
        fields: &[("rhost", "203.0.113.9"), ("port", "4121"), ("laddr", "192.0.2.1"), ("lport", "22")],
    },
    PayloadSample {
        text: "Disconnecting: Too many authentication failures for root [preauth]",
        sentence: "disconnect",
        fields: &[("user", "root")],
    },
    PayloadSample {
        text: "ROOT LOGIN REFUSED FROM 203.0.113.9 port 4022",
        sentence: "probe",
        fields: &[("rhost", "203.0.113.9"), ("port", "4022")],
    },
    PayloadSample {
        text: "Accepted publickey for deploy from 2001:db8::7 port 50122 ssh2: ED25519 SHA256:n3Zq0",
        sentence: "accepted",
        fields: &[
            ("method", "publickey"),
            ("user", "deploy"),
            ("rhost", "2001:db8::7"),
            ("port", "50122"),
            ("key_type", "ED25519"),
            ("fingerprint", "SHA256:n3Zq0"),
        ],
    },
    PayloadSample {
        text: "Accepted keyboard-interactive/pam for ops from 192.0.2.4 port 4022 ssh2",
        sentence: "accepted",
        fields: &[("method", "keyboard-interactive/pam"), ("user", "ops"), ("rhost", "192.0.2.4"), ("port", "4022")],
    },
    PayloadSample {
        text: "Failed password for root from 203.0.113.9 port 40022 ssh2",
        sentence: "failed_password",
        fields: &[("method", "password"), ("user", "root"), ("rhost", "203.0.113.9"), ("port", "40022")],
    },
    PayloadSample {
        text: "Failed publickey for git from 203.0.113.9 port 40022 ssh2: RSA SHA256:abc",
        sentence: "failed",
        fields: &[
            ("method", "publickey"),
            ("user", "git"),
            ("rhost", "203.0.113.9"),
            ("port", "40022"),
            ("key_type", "RSA"),
            ("fingerprint", "SHA256:abc"),
        ],
    },
    PayloadSample {
        text: "Failed password for invalid user root from 10.0.0.1 port 1 ssh2 from 203.0.113.9 port 0 ssh2",
        sentence: "failed_invalid_user",
        fields: &[
            ("method", "password"),
            ("user", "root from 10.0.0.1 port 1 ssh2"),
            ("rhost", "203.0.113.9"),
            ("port", "0"),
        ],
    },
    PayloadSample {
        text: "Failed none for invalid user  from 203.0.113.9 port 9 ssh2",
        sentence: "failed_invalid_user",
        fields: &[("method", "none"), ("user", ""), ("rhost", "203.0.113.9"), ("port", "9")],
    },
    PayloadSample {
        text: "Invalid user  from 203.0.113.9 port 51",
        sentence: "invalid_user",
        fields: &[("user", ""), ("rhost", "203.0.113.9"), ("port", "51")],
    },
    PayloadSample {
        text: "Invalid user a b [x] from 10.0.0.1 from 203.0.113.9",
        sentence: "invalid_user",
        fields: &[("user", "a b [x] from 10.0.0.1"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "Invalid user a from 10.0.0.1 port 1 from 203.0.113.9",
        sentence: "invalid_user",
        fields: &[("user", "a from 10.0.0.1 port 1"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "input_userauth_request: invalid user admin [preauth]",
        sentence: "invalid_user",
        fields: &[("user", "admin")],
    },
    PayloadSample {
        text: "User root from gate.example.org not allowed because listed in DenyUsers",
        sentence: "not_allowed",
        fields: &[("user", "root"), ("rhost", "gate.example.org")],
    },
    PayloadSample {
        text: "error: maximum authentication attempts exceeded for invalid user x from 203.0.113.9 port 7 ssh2 [preauth]",
        sentence: "max_attempts_invalid_user",
        fields: &[("user", "x"), ("rhost", "203.0.113.9"), ("port", "7")],
    },
    PayloadSample {
        text: "error: maximum authentication attempts exceeded for root from 203.0.113.9 port 7 ssh2 [preauth]",
        sentence: "max_attempts",
        fields: &[("user", "root"), ("rhost", "203.0.113.9"), ("port", "7")],
    },
    PayloadSample {
        text: "error: PAM: Authentication failure for root from host.example",
        sentence: "pam_failure",
        fields: &[("user", "root"), ("rhost", "host.example")],
    },
    PayloadSample {
        text: "error: PAM: User not known to the underlying authentication module for illegal user q from 203.0.113.9",
        sentence: "pam_failure_invalid_user",
        fields: &[("user", "q"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "fatal: Timeout before authentication for connection from 203.0.113.9 to 10.0.0.2, pid = 77",
        sentence: "timeout",
        fields: &[("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "Connection closed by authenticating user a b 203.0.113.9 port 45 [preauth]",
        sentence: "disconnect",
        fields: &[("user", "a b"), ("rhost", "203.0.113.9"), ("port", "45")],
    },
    PayloadSample {
        text: "Disconnecting invalid user x 203.0.113.9 port 45: Too many authentication failures [preauth]",
        sentence: "disconnect_invalid_user",
        fields: &[("user", "x"), ("rhost", "203.0.113.9"), ("port", "45")],
    },
    PayloadSample {
        text: "Disconnected from 203.0.113.9 port 45",
        sentence: "disconnect",
        fields: &[("rhost", "203.0.113.9"), ("port", "45")],
    },
    PayloadSample {
        text: "Received disconnect from 203.0.113.9: 11: Bye Bye",
        sentence: "disconnect",
        fields: &[("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "Received disconnect from 2001:db8::9 port 45:11: disconnected by user",
        sentence: "disconnect",
        fields: &[("rhost", "2001:db8::9"), ("port", "45")],
    },
    PayloadSample {
        text: "Connection from 203.0.113.9 port 4 on 10.0.0.2 port 22 rdomain \"\"",
        sentence: "connection",
        fields: &[("rhost", "203.0.113.9"), ("port", "4"), ("laddr", "10.0.0.2"), ("lport", "22")],
    },
    PayloadSample {
        text: "Unable to negotiate with 203.0.113.9 port 4: no matching cipher found.",
        sentence: "negotiation_failed",
        fields: &[("rhost", "203.0.113.9"), ("port", "4")],
    },
    PayloadSample {
        text: "refused connect from mail.example.org (203.0.113.9)",
        sentence: "refused",
        fields: &[("rname", "mail.example.org"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "banner exchange: Connection from 203.0.113.9 port 4: invalid format",
        sentence: "probe",
        fields: &[("rhost", "203.0.113.9"), ("port", "4")],
    },
    PayloadSample {
        text: "ssh_dispatch_run_fatal: Connection from invalid user a 203.0.113.9 port 4: Broken pipe [preauth]",
        sentence: "probe",
        fields: &[("rhost", "203.0.113.9"), ("port", "4")],
    },
    PayloadSample {
        text: "Did not receive identification string from 203.0.113.9",
        sentence: "probe",
        fields: &[("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "reverse mapping checking getaddrinfo for a.example [203.0.113.9] failed - POSSIBLE BREAK-IN ATTEMPT!",
        sentence: "reverse_mapping",
        fields: &[("rname", "a.example"), ("rhost", "203.0.113.9")],
    },
    PayloadSample {
        text: "Server listening on :: port 22.",
        sentence: "listening",
        fields: &[("laddr", "::"), ("lport", "22")],
    },
    PayloadSample {
        text: "Bad password attempt for 'a' from 10.0.0.1:1' from 203.0.113.9:4022",
        sentence: "failed_password",
        fields: &[("method", "password"), ("user", "a' from 10.0.0.1:1"), ("rhost", "203.0.113.9"), ("port", "4022")],
    },
    PayloadSample {
        text: "Pubkey auth succeeded for 'root' with ssh-ed25519 key SHA256:abc from 2001:db8::7:4022",
        sentence: "accepted",
        fields: &[
            ("method", "publickey"),
            ("user", "root"),
            ("rhost", "2001:db8::7"),
            ("port", "4022"),
            ("fingerprint", "SHA256:abc"),
        ],
    },
    PayloadSample {
        text: "Login attempt for nonexistent user from 203.0.113.9:4022",
        sentence: "invalid_user",
        fields: &[("rhost", "203.0.113.9"), ("port", "4022")],
    },
    PayloadSample {
        text: "Child connection from 203.0.113.9:4022",
        sentence: "connection",
        fields: &[("rhost", "203.0.113.9"), ("port", "4022")],
    },
];
