//! Harmless logs, as many as wanted: an ordinary day of each category the built-in rules read.
//!
//! A category is a file of weighted scenes, `tests/benign/CATEGORY.scenes`: `= 14` opens a scene that is drawn fourteen
//! times as often as one with `= 1`; the lines after it are records that belong together, with `<names>` for what varies.
//! The same category, seed and number give the same text on every machine: the generator is splitmix64, the clock starts
//! on 2 March 2026 and only moves forward. Scenes sit near the rules on purpose (a mistyped password before a good one,
//! an account of a package, probes answered with 404), since a false alarm there is what the test is for. What may fire
//! is low by intent: single failures, logins with a password, installed services.
//!
//! Left out: what a rule above low is right to report (new people, new administrators, root over SSH).

/// The categories [`lines`] knows.
pub(crate) const CATEGORIES: &[&str] = &["linux-auth", "windows-security", "sysmon", "access-log", "firewall"];

/// `n` records of a day without incidents, one a line.
pub(crate) fn lines(category: &str, seed: u64, n: usize) -> String {
    let (scenes, dress): (&str, Dress) = match category {
        "linux-auth" => (include_str!("benign/linux-auth.scenes"), syslog),
        "windows-security" => (include_str!("benign/windows-security.scenes"), nxlog),
        "sysmon" => (include_str!("benign/sysmon.scenes"), sysmon),
        "access-log" => (include_str!("benign/access-log.scenes"), combined),
        "firewall" => (include_str!("benign/firewall.scenes"), kernel),
        other => panic!("no benign category called {other}; there are {CATEGORIES:?}"),
    };
    let scenes = scenes_of(scenes);
    let mut day = Day { dice: Dice(seed), second: 6 * 3600, record: 40_000 };
    let mut text = String::new();
    let mut written = 0;
    while written < n {
        let scene = day.dice.pick(&scenes);
        let cast = day.cast();
        for record in scene.iter().take(n - written) {
            day.second += 1 + day.dice.below(34);
            day.record += 1;
            let own = day.fill(record, &cast);
            text.push_str(&dress(&day, &cast, &own));
            text.push('\n');
            written += 1;
        }
    }
    text
}

/// How often a scene is drawn, and its records.
type Scene = (u64, Vec<&'static str>);
/// Puts the header of the format around a record's own text.
type Dress = fn(&Day, &Cast, &str) -> String;

fn scenes_of(text: &'static str) -> Vec<Scene> {
    let mut scenes: Vec<Scene> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(weight) = line.strip_prefix("= ") {
            scenes.push((weight.parse().expect("a scene opens with its weight"), Vec::new()));
        } else {
            scenes.last_mut().expect("a scene opens before its records").1.push(line);
        }
    }
    scenes
}

/// Sebastiano Vigna's splitmix64: one word of state, good enough for picking lines.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        let at = usize::try_from(self.below(words.len() as u64)).expect("below the length of a slice");
        words[at]
    }

    fn pick<'s>(&mut self, scenes: &'s [Scene]) -> &'s [&'static str] {
        let mut at = self.below(scenes.iter().map(|scene| scene.0).sum());
        for (weight, records) in scenes {
            if at < *weight {
                return records;
            }
            at -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }
}

/// Where the day stands.
struct Day {
    dice: Dice,
    second: u64,
    record: u64,
}

/// Who and what a scene is about: drawn once, so that its records agree. Everybody has an address and a desk of their own.
struct Cast {
    user: &'static str,
    ip: String,
    desk: String,
    outside: String,
    server: &'static str,
    port: u64,
    pid: u64,
}

impl Day {
    fn cast(&mut self) -> Cast {
        let at = self.dice.below(PEOPLE.len() as u64);
        let range = self.dice.one_of(&["192.0.2", "198.51.100", "203.0.113"]);
        Cast {
            user: PEOPLE[usize::try_from(at).expect("below the number of people")],
            ip: format!("10.20.4.{}", 20 + at),
            desk: format!("ws-{}.corp.example", 101 + at),
            outside: format!("{range}.{}", 1 + self.dice.below(254)),
            server: self.dice.one_of(&["gate", "web1", "mail2", "db3"]),
            port: 32_768 + self.dice.below(28_000),
            pid: 700 + self.dice.below(30_000),
        }
    }

    /// Replaces every `<name>`; one that nobody knows stays, and shows in the test that looks for it.
    fn fill(&mut self, record: &str, cast: &Cast) -> String {
        let mut text = String::with_capacity(record.len() + 64);
        let mut rest = record;
        while let Some((before, after)) = rest.split_once('<') {
            let Some((name, behind)) = after.split_once('>') else { break };
            text.push_str(before);
            text.push_str(&self.word(name, cast));
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn word(&mut self, name: &str, cast: &Cast) -> String {
        match name {
            "user" => cast.user.to_owned(),
            "ip" => cast.ip.clone(),
            "desk" => cast.desk.clone(),
            "outside" => cast.outside.clone(),
            "server" => cast.server.to_owned(),
            "port" => cast.port.to_string(),
            "pid" => cast.pid.to_string(),
            "n" => (1 + self.dice.below(9_000)).to_string(),
            "hex" => format!("{:06x}", self.dice.below(1 << 24)),
            "guid" => format!("{{5a21c0de-{:04x}-69a5-0000-000000001200}}", self.dice.below(1 << 16)),
            "key" => self.key(),
            "page" => self.dice.one_of(PAGES).to_owned(),
            "asset" => self.dice.one_of(ASSETS).to_owned(),
            "query" => self.dice.one_of(QUERIES).to_owned(),
            "agent" => self.dice.one_of(AGENTS).to_owned(),
            "knock" => self.dice.one_of(&["22", "23", "80", "443", "445", "3389", "5060", "8080"]).to_owned(),
            "site" => self.dice.one_of(&["intranet.corp.example", "www.example.org", "cdn.example.net"]).to_owned(),
            other => format!("<{other}>"),
        }
    }

    fn key(&mut self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        (0..43).map(|_| char::from(ALPHABET[usize::try_from(self.dice.below(64)).expect("below 64")])).collect()
    }

    fn date(&self) -> u64 {
        2 + self.second / 86_400
    }

    fn time(&self) -> String {
        format!("{:02}:{:02}:{:02}", self.second / 3600 % 24, self.second / 60 % 60, self.second % 60)
    }
}

fn syslog(day: &Day, cast: &Cast, text: &str) -> String {
    format!("Mar {:2} {} {} {text}", day.date(), day.time(), cast.server)
}

fn kernel(day: &Day, _: &Cast, text: &str) -> String {
    format!(
        "Mar {:2} {} fw1 kernel: [{}.{:06}] {text}",
        day.date(),
        day.time(),
        100_000 + day.second,
        day.record % 1_000_000
    )
}

fn combined(day: &Day, cast: &Cast, text: &str) -> String {
    format!("{} - - [{:02}/Mar/2026:{} +0000] {text}", cast.outside, day.date(), day.time())
}

/// The flat shape in which `NXLog` writes Windows events; the scene gives the channel, the id and the event's own data.
fn nxlog(day: &Day, cast: &Cast, text: &str) -> String {
    let stamp = format!("2026-03-{:02}", day.date());
    format!(
        r#"{{"EventTime":"{stamp} {time}","@timestamp":"{stamp}T{time}.{ms:03}Z","Hostname":"{host}","RecordNumber":{record},{text}}}"#,
        time = day.time(),
        ms = day.record % 1000,
        host = cast.desk,
        record = day.record,
    )
}

fn sysmon(day: &Day, cast: &Cast, text: &str) -> String {
    let utc = format!("2026-03-{:02} {}.{:03}", day.date(), day.time(), day.record % 1000);
    let head =
        r#""Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon","RuleName":"-""#;
    nxlog(day, cast, &format!(r#"{head},"UtcTime":"{utc}",{text}"#))
}

const PEOPLE: &[&str] = &[
    "mira",
    "jonas",
    "anna",
    "deploy",
    "backup",
    "k.wolf",
    "a.brandt",
    "t.neumann",
    "s.lang",
    "p.okoye",
    "lena",
    "r.silva",
];

const PAGES: &[&str] = &[
    "/",
    "/about",
    "/products/42",
    "/blog/2026/02/union-of-two-teams",
    "/docs/sql/select-statements",
    "/docs/etc/passwords.html",
    "/contact.php",
    "/images/gallery.php?page=2",
    "/jobs",
    "/wiki/Shell_(computing)",
    "/blog/how-we-script",
    "/index.php?id=17",
];
const ASSETS: &[&str] = &[
    "/static/css/main.8f3a.css",
    "/static/js/app.js?v=4.2.1",
    "/static/css/../fonts/inter.woff2",
    "/images/logo.png",
    "/uploads/2026/03/photo-41.jpg",
    "/static/js/vendor~onload.js",
];
const QUERIES: &[&str] = &[
    "/search?q=student+union+hours",
    "/search?q=O%27Reilly+books",
    "/search?q=select+committee+or+board&sort=asc",
    "/search?q=100%25+cotton+%26+wool",
    "/search?q=script+font&onsale=1",
    "/products?id=7&and=more&order=price",
    "/go?url=https%3A%2F%2Fwww.example.org%2Fa%2Fb",
    "/api/v2/items?filter=name%3D%27blue%27&limit=20",
    "/run?cmd=list",
    "/download?file=report-2026..final.pdf",
    "/search?q=sleep+tracker+%28new%29",
    "/redirect?next=/account/settings",
];
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/135.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "curl/8.5.0",
];

#[test]
fn the_same_seed_gives_the_same_day_and_every_name_is_filled() {
    for category in CATEGORIES {
        let text = lines(category, 7, 2000);
        assert_eq!(text, lines(category, 7, 2000), "{category}");
        assert_ne!(text, lines(category, 8, 2000), "{category}");
        assert_eq!(text.lines().count(), 2000, "{category}");
        assert!(!text.contains(['<', '>']) || *category == "linux-auth", "{category}: a placeholder is left");
    }
}
