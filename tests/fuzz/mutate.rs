//! Mutants of good inputs, from a seeded generator: the same seed gives the same inputs on every machine.

/// Small pieces that stand for something in some format.
const TOKENS: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\r",
    b"\0",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b":",
    b",",
    b";",
    b"|",
    b"=",
    b"<",
    b">",
    b"<34>",
    b"<script>",
    b"&amp;",
    b"::error::",
    b"##[",
    b"=cmd()",
    b"\x1b[2J",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\xe2\x80\xae",
    b"1e400",
    b"-0",
    b"99999999999999999999",
    b"0x",
    b"null",
    b"true",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
    b"\x28\xb5\x2f\xfd",
    b"BZh9",
    b"ElfFile\0",
    b"ElfChnk\0",
    b"ustar",
    b"#Fields: ",
    b"#fields\t",
    b"#separator \\x09",
    b"CEF:0|",
    b"LEEF:2.0|",
    b"type=",
    b"msg=audit(1.0:1): ",
    b"type=EOE",
    b"\x1d",
    b"Feb 29 23:59:60",
    b"1969-12-31T23:59:59Z",
    b"9999-12-31T23:59:59.999999999+23:59",
    b"&a",
    b"*a",
    b"---\n",
    b"not ",
    b" of them",
    b"1 of ",
    b"|all",
    b"|re",
    b"*",
    b"?",
    b"(",
    b")",
    b"%",
    b"${",
    b"%s",
];

/// A generator of mutants.
pub(crate) struct Mutator {
    state: u64,
}

impl Mutator {
    pub(crate) fn new(seed: u64) -> Mutator {
        Mutator { state: seed }
    }

    /// `SplitMix64`: short, and good enough to choose places.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).expect("it is below a usize")
    }

    fn range(&mut self, bytes: &[u8]) -> (usize, usize) {
        let from = self.below(bytes.len() + 1);
        let most = if self.below(4) == 0 { bytes.len() } else { 32 };
        let to = from + self.below(most.min(bytes.len() - from) + 1);
        (from, to)
    }

    /// One of `seeds`, changed in one to eight places, at most `longest` bytes.
    pub(crate) fn mutant(&mut self, seeds: &[Vec<u8>], longest: usize) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            self.change(&mut bytes, seeds);
        }
        bytes.truncate(longest);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        match self.below(9) {
            0 | 1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (self.state % 8);
                }
            }
            2 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(self.state % 256).expect("it is below 256");
                }
            }
            3 | 4 => {
                let token = TOKENS[self.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            5 => {
                let (from, to) = self.range(bytes);
                bytes.drain(from..to);
            }
            6 => {
                let (from, to) = self.range(bytes);
                let piece = bytes[from..to].to_vec();
                let times = 1 + self.below(4);
                bytes.splice(at..at, piece.repeat(times));
            }
            7 => {
                let other = &seeds[self.below(seeds.len())];
                let (from, to) = self.range(other);
                let piece = other[from..to].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at),
        }
    }
}
