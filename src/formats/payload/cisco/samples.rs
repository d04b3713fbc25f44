//! Messages of firewalls, routers and switches, and what they must give: the words are Cisco's, the names in them nobody's.

use super::PayloadSample;

macro_rules! samples {
    ($($sentence:literal $text:literal => $($name:literal $value:literal)*;)*) => {
        &[$(PayloadSample { text: $text, sentence: $sentence, fields: &[$(($name, $value)),*] }),*]
    };
}

pub(super) const ASA: &[PayloadSample] = samples! {
    "denied" "%ASA-2-106001: Inbound TCP connection denied from 203.0.113.9/40022 to 192.0.2.7/22 flags SYN on interface outside"
        => "message_id" "106001" "level" "2" "protocol" "TCP" "src_ip" "203.0.113.9" "src_port" "40022" "dst_ip" "192.0.2.7" "dst_port" "22" "flags" "SYN" "src_interface" "outside";
    "denied" "%ASA-2-106002: udp Connection denied by outbound list 1 src 192.0.2.7 53 dest 203.0.113.80 53"
        => "message_id" "106002" "level" "2" "protocol" "udp" "acl" "1" "src_ip" "192.0.2.7" "dst_ip" "203.0.113.80";
    "denied" "%ASA-2-106006: Deny inbound UDP from 203.0.113.9/5353 to 192.0.2.7/53 on interface outside."
        => "message_id" "106006" "level" "2" "protocol" "UDP" "src_ip" "203.0.113.9" "src_port" "5353" "dst_ip" "192.0.2.7" "dst_port" "53" "src_interface" "outside";
    "denied" "%ASA-2-106007: Deny inbound UDP from 203.0.113.9/53 to 192.0.2.7/5353 due to DNS Response"
        => "message_id" "106007" "level" "2" "protocol" "UDP" "src_ip" "203.0.113.9" "src_port" "53" "dst_ip" "192.0.2.7" "dst_port" "5353" "reason" "DNS Response";
    "denied" "%ASA-3-106010: Deny inbound protocol 47 src outside:203.0.113.9 dst inside:192.0.2.7"
        => "message_id" "106010" "level" "3" "protocol" "47" "src_interface" "outside" "src_ip" "203.0.113.9" "dst_interface" "inside" "dst_ip" "192.0.2.7";
    "denied" "%ASA-3-106011: Deny inbound (No xlate) tcp src outside:203.0.113.9/1 dst outside:192.0.2.7/2"
        => "message_id" "106011" "level" "3" "protocol" "tcp" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "1" "dst_interface" "outside" "dst_ip" "192.0.2.7" "dst_port" "2";
    "denied" "%ASA-3-106014: Deny inbound icmp src outside:203.0.113.9 dst inside:192.0.2.7 (type 8, code 0)"
        => "message_id" "106014" "level" "3" "protocol" "icmp" "src_interface" "outside" "src_ip" "203.0.113.9" "dst_interface" "inside" "dst_ip" "192.0.2.7" "icmp_type" "8" "icmp_code" "0";
    "denied" "%ASA-6-106015: Deny TCP (no connection) from 203.0.113.9/40022 to 192.0.2.7/443 flags RST ACK on interface outside"
        => "message_id" "106015" "level" "6" "protocol" "TCP" "reason" "no connection" "src_ip" "203.0.113.9" "src_port" "40022" "dst_ip" "192.0.2.7" "dst_port" "443" "flags" "RST ACK" "src_interface" "outside";
    "denied" "%ASA-1-106021: Deny TCP reverse path check from 203.0.113.9 to 192.0.2.7 on interface outside"
        => "message_id" "106021" "level" "1" "protocol" "TCP" "reason" "reverse path check" "src_ip" "203.0.113.9" "dst_ip" "192.0.2.7" "src_interface" "outside";
    "denied" "%ASA-4-106023: Deny tcp src outside:203.0.113.9/40022 dst inside:192.0.2.7/22 by access-group \"outside_in\" [0x0, 0x0]"
        => "message_id" "106023" "level" "4" "protocol" "tcp" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "40022" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "22" "acl" "outside_in";
    "denied" "%ASA-4-106023: Deny icmp src outside:2001:db8::9 dst inside:2001:db8::7 (type 128, code 0) by access-group \"out in\" [0x0, 0x0]"
        => "message_id" "106023" "level" "4" "protocol" "icmp" "src_interface" "outside" "src_ip" "2001:db8::9" "dst_interface" "inside" "dst_ip" "2001:db8::7" "icmp_type" "128" "icmp_code" "0" "acl" "out in";
    "denied" "%ASA-4-106100: access-list outside_in denied udp outside/203.0.113.9(5353) -> inside/192.0.2.7(53) hit-cnt 1 first hit [0x71a87d94, 0x0]"
        => "message_id" "106100" "level" "4" "acl" "outside_in" "verdict" "denied" "protocol" "udp" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "5353" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "53";
    "permitted" "%ASA-6-106100: access-list inside_out permitted tcp inside/192.0.2.7(51234)(LOCAL\\bob) -> outside/203.0.113.80(443) hit-cnt 1 first hit [0x0, 0x0]"
        => "message_id" "106100" "level" "6" "acl" "inside_out" "verdict" "permitted" "protocol" "tcp" "src_interface" "inside" "src_ip" "192.0.2.7" "src_port" "51234" "user" "LOCAL\\bob" "dst_interface" "outside" "dst_ip" "203.0.113.80" "dst_port" "443";
    "built" "%ASA-6-302013: Built inbound TCP connection 76118 for outside:203.0.113.9/40022 (203.0.113.9/40022) to inside:192.0.2.7/22 (198.51.100.4/22)"
        => "message_id" "302013" "level" "6" "direction" "inbound" "protocol" "TCP" "connection" "76118" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "40022" "src_nat_ip" "203.0.113.9" "src_nat_port" "40022" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "22" "dst_nat_ip" "198.51.100.4" "dst_nat_port" "22";
    "built" "%ASA-6-302013: Built outbound TCP connection 447235 for outside:203.0.113.80/443 (203.0.113.80/443) to inside:192.0.2.7/51234(LOCAL\\bob) (198.51.100.4/60001) (bob)"
        => "message_id" "302013" "level" "6" "direction" "outbound" "protocol" "TCP" "connection" "447235" "dst_interface" "outside" "dst_ip" "203.0.113.80" "dst_port" "443" "dst_nat_ip" "203.0.113.80" "dst_nat_port" "443" "src_interface" "inside" "src_ip" "192.0.2.7" "src_port" "51234" "user" "LOCAL\\bob" "src_nat_ip" "198.51.100.4" "src_nat_port" "60001";
    "teardown" "%ASA-6-302014: Teardown TCP connection 76118 for outside:203.0.113.9/40022 to inside:192.0.2.7/22 duration 0:00:30 bytes 4713 TCP FINs from inside"
        => "message_id" "302014" "level" "6" "protocol" "TCP" "connection" "76118" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "40022" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "22" "duration" "0:00:30" "bytes" "4713" "reason" "TCP FINs from inside";
    "teardown" "%ASA-6-302016: Teardown UDP connection 40 for outside:203.0.113.80/53 to inside:192.0.2.7/5353 duration 0:00:00 bytes 148"
        => "message_id" "302016" "level" "6" "protocol" "UDP" "connection" "40" "src_interface" "outside" "src_ip" "203.0.113.80" "src_port" "53" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "5353" "duration" "0:00:00" "bytes" "148";
    "built" "%ASA-6-302020: Built outbound ICMP connection for faddr 203.0.113.80/0 gaddr 198.51.100.4/1 laddr 192.0.2.7/1 type 8 code 0"
        => "message_id" "302020" "level" "6" "direction" "outbound" "protocol" "ICMP" "dst_ip" "203.0.113.80" "src_nat_ip" "198.51.100.4" "src_ip" "192.0.2.7";
    "teardown" "%ASA-6-302021: Teardown ICMP connection for faddr 203.0.113.9/1 gaddr 198.51.100.4/0 laddr 192.0.2.7/0 type 8 code 0"
        => "message_id" "302021" "level" "6" "protocol" "ICMP" "src_ip" "203.0.113.9" "dst_nat_ip" "198.51.100.4" "dst_ip" "192.0.2.7";
    "request" "%ASA-5-304001: alice@192.0.2.7 Accessed URL 203.0.113.80:http://www.example.org/a?b"
        => "message_id" "304001" "level" "5" "user" "alice" "src_ip" "192.0.2.7" "dst_ip" "203.0.113.80" "url" "http://www.example.org/a?b";
    "request_denied" "%ASA-5-304002: Access denied URL http://evil.example/ SRC 192.0.2.7 DEST 203.0.113.81 on interface inside"
        => "message_id" "304002" "level" "5" "url" "http://evil.example/" "src_ip" "192.0.2.7" "dst_ip" "203.0.113.81";
    "built" "%ASA-6-305011: Built dynamic TCP translation from inside:192.0.2.7/51234 to outside:198.51.100.4/60001"
        => "message_id" "305011" "level" "6" "protocol" "TCP" "src_interface" "inside" "src_ip" "192.0.2.7" "src_port" "51234" "dst_interface" "outside" "src_nat_ip" "198.51.100.4" "src_nat_port" "60001";
    "denied" "%ASA-5-305013: Asymmetric NAT rules matched for forward and reverse flows; Connection for tcp src outside:203.0.113.9/1 dst inside:192.0.2.7/22 denied due to NAT reverse path failure"
        => "message_id" "305013" "level" "5" "reason" "Asymmetric NAT rules" "protocol" "tcp" "src_interface" "outside" "src_ip" "203.0.113.9" "src_port" "1" "dst_interface" "inside" "dst_ip" "192.0.2.7" "dst_port" "22";
    "denied" "%ASA-3-313001: Denied ICMP type=8, code=0 from 203.0.113.9 on interface outside"
        => "message_id" "313001" "level" "3" "protocol" "ICMP" "icmp_type" "8" "icmp_code" "0" "src_ip" "203.0.113.9" "src_interface" "outside";
    "denied" "%ASA-4-313005: No matching connection for ICMP error message: icmp src outside:203.0.113.9 dst inside:192.0.2.7 (type 3, code 3) on outside interface.  Original IP payload: udp src 192.0.2.7/53 dst 203.0.113.9/5"
        => "message_id" "313005" "level" "4" "reason" "No matching connection" "protocol" "icmp" "src_interface" "outside" "src_ip" "203.0.113.9" "dst_interface" "inside" "dst_ip" "192.0.2.7" "icmp_type" "3" "icmp_code" "3";
    "denied" "%ASA-4-402117: IPSEC: Received a non-IPSec packet (protocol= ICMP) from 203.0.113.9 to 198.51.100.4."
        => "message_id" "402117" "level" "4" "protocol" "ICMP" "src_ip" "203.0.113.9" "dst_ip" "198.51.100.4";
    "connection" "%ASA-4-419002: Duplicate TCP SYN from inside:192.0.2.7/51234 to outside:203.0.113.80/443 with different initial sequence number"
        => "message_id" "419002" "level" "4" "protocol" "TCP" "src_interface" "inside" "src_ip" "192.0.2.7" "src_port" "51234" "dst_interface" "outside" "dst_ip" "203.0.113.80" "dst_port" "443";
    "denied" "%ASA-5-500003: Bad TCP hdr length (hdrlen=4, pktlen=20) from 203.0.113.9/1 to 192.0.2.7/2, flags: SYN, on interface outside"
        => "message_id" "500003" "level" "5" "reason" "Bad TCP hdr length" "src_ip" "203.0.113.9" "src_port" "1" "dst_ip" "192.0.2.7" "dst_port" "2" "flags" "SYN" "src_interface" "outside";
    "permitted" "%ASA-7-710002: TCP access permitted from 192.0.2.7/51234 to inside:192.0.2.1/ssh"
        => "message_id" "710002" "level" "7" "protocol" "TCP" "src_ip" "192.0.2.7" "src_port" "51234" "dst_interface" "inside" "dst_ip" "192.0.2.1" "service" "ssh";
    "denied" "%ASA-3-710003: TCP access denied by ACL from 203.0.113.9/40022 to outside:198.51.100.4/22"
        => "message_id" "710003" "level" "3" "protocol" "TCP" "src_ip" "203.0.113.9" "src_port" "40022" "dst_interface" "outside" "dst_ip" "198.51.100.4" "service" "22";
    "login" "%ASA-6-605005: Login permitted from 192.0.2.7/51234 to inside:192.0.2.1/ssh for user \"admin\""
        => "message_id" "605005" "level" "6" "src_ip" "192.0.2.7" "src_port" "51234" "dst_interface" "inside" "dst_ip" "192.0.2.1" "service" "ssh" "user" "admin";
    "login_failed" "%ASA-6-605004: Login denied from 203.0.113.9/40022 to outside:198.51.100.4/ssh for user \"a\" for user \"root\""
        => "message_id" "605004" "level" "6" "src_ip" "203.0.113.9" "src_port" "40022" "dst_interface" "outside" "dst_ip" "198.51.100.4" "service" "ssh" "user" "a\" for user \"root";
    "login" "%ASA-6-611101: User authentication succeeded: IP address: 192.0.2.7, Uname: admin"
        => "message_id" "611101" "level" "6" "src_ip" "192.0.2.7" "user" "admin";
    "login_failed" "%ASA-6-611102: User authentication failed: IP address: 203.0.113.9, Uname: root"
        => "message_id" "611102" "level" "6" "src_ip" "203.0.113.9" "user" "root";
    "logout" "%ASA-6-611103: User logged out: Uname: admin"
        => "message_id" "611103" "level" "6" "user" "admin";
    "login" "%ASA-6-113004: AAA user authentication Successful : server =  192.0.2.5 : user = alice"
        => "message_id" "113004" "level" "6" "server" "192.0.2.5" "user" "alice";
    "login_failed" "%ASA-6-113005: AAA user authentication Rejected : reason = AAA failure : server = 192.0.2.5 : user = x : user IP = 1.2.3.4 : user IP = 203.0.113.9"
        => "message_id" "113005" "level" "6" "reason" "AAA failure" "server" "192.0.2.5" "user" "x : user IP = 1.2.3.4" "src_ip" "203.0.113.9";
    "locked" "%ASA-6-113006: User bob locked out on exceeding 3 successive failed authentication attempts"
        => "message_id" "113006" "level" "6" "user" "bob" "tries" "3";
    "unlocked" "%ASA-6-113007: User bob unlocked by admin"
        => "message_id" "113007" "level" "6" "target_user" "bob" "user" "admin";
    "login" "%ASA-6-113012: AAA user authentication Successful : local database : user = alice"
        => "message_id" "113012" "level" "6" "user" "alice";
    "login_failed" "%ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = alice: user IP = 203.0.113.9"
        => "message_id" "113015" "level" "6" "reason" "Invalid password" "user" "alice" "src_ip" "203.0.113.9";
    "logout" "%ASA-4-113019: Group = staff, Username = alice, IP = 203.0.113.9, Session disconnected. Session Type: SSL, Duration: 0h:30m:01s, Bytes xmt: 4096, Bytes rcv: 517, Reason: User Requested"
        => "message_id" "113019" "level" "4" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "session_type" "SSL" "duration" "0h:30m:01s" "bytes_sent" "4096" "bytes_received" "517" "reason" "User Requested";
    "session_opened" "%ASA-6-113039: Group <staff> User <alice> IP <203.0.113.9> AnyConnect parent session started."
        => "message_id" "113039" "level" "6" "group" "staff" "user" "alice" "src_ip" "203.0.113.9";
    "session_closed" "%ASA-6-716002: Group <staff> User <alice> IP <203.0.113.9> WebVPN session terminated: User requested."
        => "message_id" "716002" "level" "6" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "reason" "User requested";
    "session_opened" "%ASA-5-722022: Group <staff> User <alice> IP <203.0.113.9> TCP SVC connection established without compression"
        => "message_id" "722022" "level" "5" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "reason" "without compression";
    "session_closed" "%ASA-5-722023: Group <staff> User <alice> IP <203.0.113.9> UDP SVC connection terminated without compression"
        => "message_id" "722023" "level" "5" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "reason" "without compression";
    "session_closed" "%ASA-5-722037: Group <staff> User <alice> IP <203.0.113.9> SVC closing connection: Transport closing."
        => "message_id" "722037" "level" "5" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "reason" "Transport closing";
    "session_opened" "%ASA-4-722051: Group <staff> User <alice> IP <203.0.113.9> IPv4 Address <192.0.2.99> IPv6 address <::> assigned to session"
        => "message_id" "722051" "level" "4" "group" "staff" "user" "alice" "src_ip" "203.0.113.9" "assigned_ip" "192.0.2.99" "assigned_ip" "::";
    "command" "%ASA-5-111008: User 'enable_15' executed the 'no logging enable' command."
        => "message_id" "111008" "level" "5" "user" "enable_15" "command" "no logging enable";
    "changed" "%ASA-5-111010: User 'admin', running 'CLI' from IP 192.0.2.7, executed 'write memory'"
        => "message_id" "111010" "level" "5" "user" "admin" "application" "CLI" "src_ip" "192.0.2.7" "command" "write memory";
    "login_failed" "%ASA-6-308001: console enable password incorrect for 3 tries (from 203.0.113.9)"
        => "message_id" "308001" "level" "6" "reason" "enable password incorrect" "tries" "3" "src_ip" "203.0.113.9";
    "closed" "%ASA-6-315011: SSH session from 203.0.113.9 on interface outside for user \"root\" disconnected by SSH server, reason: \"Internal error\" (0x00)"
        => "message_id" "315011" "level" "6" "src_ip" "203.0.113.9" "src_interface" "outside" "user" "root" "reason" "Internal error";
    "user_created" "%ASA-5-502101: New user added to local dbase: Uname: eve Priv: 15 Encpass: ****"
        => "message_id" "502101" "level" "5" "target_user" "eve" "privilege" "15";
    "user_deleted" "%ASA-5-502102: User deleted from local dbase: Uname: eve Priv: 15 Encpass: ****"
        => "message_id" "502102" "level" "5" "target_user" "eve" "privilege" "15";
    "privileged" "%ASA-5-502103: User priv level changed: Uname: eve From: 1 To: 15"
        => "message_id" "502103" "level" "5" "user" "eve" "old" "1" "new" "15";
    "alert" "%ASA-4-733100: [ Scanning] drop rate-1 exceeded. Current burst rate is 12 per second, max configured rate is 10; Current average rate is 5 per second"
        => "message_id" "733100" "level" "4" "reason" "Scanning" "burst_rate" "12";
    "noted" "%ASA-5-713050: Group = staff, Username = bob, IP = 203.0.113.9, Connection terminated for peer bob"
        => "message_id" "713050" "level" "5" "group" "staff" "user" "bob" "src_ip" "203.0.113.9" "detail" "Connection terminated for peer bob";
    "permitted" "%FTD-1-430002: EventPriority: Low, AccessControlRuleAction: Allow, SrcIP: 192.0.2.7, DstIP: 203.0.113.80, SrcPort: 51234, DstPort: 443, Protocol: tcp"
        => "message_id" "430002" "level" "1" "EventPriority" "Low" "AccessControlRuleAction" "Allow" "SrcIP" "192.0.2.7" "DstIP" "203.0.113.80" "SrcPort" "51234" "DstPort" "443" "Protocol" "tcp";
    "denied" "%FTD-1-430003: EventPriority: High, AccessControlRuleAction: Block with reset, SrcIP: 203.0.113.9, DstPort: 22"
        => "message_id" "430003" "level" "1" "EventPriority" "High" "AccessControlRuleAction" "Block with reset" "SrcIP" "203.0.113.9" "DstPort" "22";
    "event" "%FTD-1-430001: Message: odd, Classification: x"
        => "message_id" "430001" "level" "1" "Message" "odd" "Classification" "x";
    "" "%PIX-2-199999: nobody knows"
        => "message_id" "199999" "level" "2";
};

pub(super) const IOS: &[PayloadSample] = samples! {
    "login" "%SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: admin] [Source: 192.0.2.7] [localport: 22] at 08:00:00 UTC Sat Mar 1 2025"
        => "facility" "SEC_LOGIN" "level" "5" "mnemonic" "LOGIN_SUCCESS" "user" "admin" "src_ip" "192.0.2.7" "dst_port" "22";
    "login_failed" "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: a] [Source: 1.2.3.4] x] [Source: 203.0.113.9] [localport: 22] [Reason: Login Authentication Failed] at 08:00:00 UTC Sat Mar 1 2025"
        => "facility" "SEC_LOGIN" "level" "4" "mnemonic" "LOGIN_FAILED" "user" "a] [Source: 1.2.3.4] x" "src_ip" "203.0.113.9" "dst_port" "22" "reason" "Login Authentication Failed";
    "alert" "%SEC_LOGIN-1-QUIET_MODE_ON: Still timeleft for watching failures is 10 secs, [user: root] [Source: 203.0.113.9] [localport: 22] [Reason: Login Authentication Failed] [ACL: sl_def_acl] at 08:00:00 UTC"
        => "facility" "SEC_LOGIN" "level" "1" "mnemonic" "QUIET_MODE_ON" "user" "root" "src_ip" "203.0.113.9" "dst_port" "22" "reason" "Login Authentication Failed";
    "changed" "%SYS-5-CONFIG_I: Configured from console by admin on vty0 (192.0.2.7)"
        => "facility" "SYS" "level" "5" "mnemonic" "CONFIG_I" "origin" "console" "user" "admin" "tty" "vty0" "src_ip" "192.0.2.7";
    "changed" "%SYS-5-CONFIG_I: Configured from console by vty1 (192.0.2.7)"
        => "facility" "SYS" "level" "5" "mnemonic" "CONFIG_I" "origin" "console" "tty" "vty1" "src_ip" "192.0.2.7";
    "changed" "%SYS-5-CONFIG_I: Configured from console by console"
        => "facility" "SYS" "level" "5" "mnemonic" "CONFIG_I" "origin" "console" "user" "console";
    "changed" "%SYS-5-CONFIG_P: Configured programmatically by process SEP_webui_wsma_http from console as cisco_tac_admin on vty2"
        => "facility" "SYS" "level" "5" "mnemonic" "CONFIG_P" "application" "SEP_webui_wsma_http" "origin" "console" "user" "cisco_tac_admin" "tty" "vty2";
    "changed" "%PARSER-5-CFGLOG_LOGGEDCMD: User:admin  logged command:no logging console"
        => "facility" "PARSER" "level" "5" "mnemonic" "CFGLOG_LOGGEDCMD" "user" "admin" "command" "no logging console";
    "logout" "%SYS-6-LOGOUT: User admin has exited tty session 2(192.0.2.7)"
        => "facility" "SYS" "level" "6" "mnemonic" "LOGOUT" "user" "admin" "tty" "2" "src_ip" "192.0.2.7";
    "reload" "%SYS-5-RELOAD: Reload requested by admin on vty0 (192.0.2.7). Reload Reason: x."
        => "facility" "SYS" "level" "5" "mnemonic" "RELOAD" "user" "admin" "tty" "vty0" "src_ip" "192.0.2.7";
    "restart" "%SYS-5-RESTART: System restarted --"
        => "facility" "SYS" "level" "5" "mnemonic" "RESTART";
    "connection" "%SSH-5-SSH2_SESSION: SSH2 Session request from 203.0.113.9 (tty = 0) using crypto cipher 'aes256-ctr', hmac 'hmac-sha2-256' Succeeded"
        => "facility" "SSH" "level" "5" "mnemonic" "SSH2_SESSION" "src_ip" "203.0.113.9";
    "authenticated" "%SSH-5-SSH2_USERAUTH: User 'admin' authentication for SSH2 Session from 192.0.2.7 (tty = 0) using crypto cipher 'aes256-ctr', hmac 'hmac-sha2-256' Succeeded"
        => "facility" "SSH" "level" "5" "mnemonic" "SSH2_USERAUTH" "user" "admin" "src_ip" "192.0.2.7" "tty" "0";
    "refused" "%SSH-5-SSH2_USERAUTH: User 'root' authentication for SSH2 Session from 203.0.113.9 (tty = 0) using crypto cipher 'aes256-ctr', hmac 'hmac-sha2-256' Failed"
        => "facility" "SSH" "level" "5" "mnemonic" "SSH2_USERAUTH" "user" "root" "src_ip" "203.0.113.9" "tty" "0";
    "closed" "%SSH-5-SSH2_CLOSE: SSH2 Session from 192.0.2.7 (tty = 0) for user 'admin' using crypto cipher 'aes256-ctr', hmac 'hmac-sha2-256' closed"
        => "facility" "SSH" "level" "5" "mnemonic" "SSH2_CLOSE" "src_ip" "192.0.2.7" "tty" "0" "user" "admin";
    "denied" "%SEC-6-IPACCESSLOGP: list 101 denied tcp 203.0.113.9(40022) -> 192.0.2.7(22), 1 packet"
        => "facility" "SEC" "level" "6" "mnemonic" "IPACCESSLOGP" "acl" "101" "verdict" "denied" "protocol" "tcp" "src_ip" "203.0.113.9" "src_port" "40022" "dst_ip" "192.0.2.7" "dst_port" "22";
    "permitted" "%SEC-6-IPACCESSLOGDP: list 101 permitted icmp 203.0.113.9 -> 192.0.2.7 (8/0), 1 packet"
        => "facility" "SEC" "level" "6" "mnemonic" "IPACCESSLOGDP" "acl" "101" "verdict" "permitted" "protocol" "icmp" "src_ip" "203.0.113.9" "dst_ip" "192.0.2.7" "icmp_type" "8" "icmp_code" "0";
    "refused" "%TCP-6-BADAUTH: No MD5 digest from 203.0.113.9(179) to 192.0.2.1(50123)"
        => "facility" "TCP" "level" "6" "mnemonic" "BADAUTH" "reason" "No MD5 digest" "src_ip" "203.0.113.9" "src_port" "179" "dst_ip" "192.0.2.1" "dst_port" "50123";
    "" "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/1, changed state to up"
        => "facility" "LINEPROTO" "level" "5" "mnemonic" "UPDOWN";
};
