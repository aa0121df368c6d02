//! Patterns of paths, as Backstage's catalog takes them in the address of a location.
//!
//! `*` stands for any part of one name, `?` for one character of it, `[a-z]` and `[!a-z]` for one of a class, `{a,b}` for
//! either, and `**` as a whole name for any number of folders, none included. A name that begins with a dot is met only by a
//! pattern that begins with one; those are minimatch's defaults, which people's locations rely on.
//!
//! Our own code rather than a crate: the ones at hand know neither the rule of the dot nor the question that saves
//! requests, whether a folder can hold a match ([`Glob::may_hold`]), and tenants' patterns become no regular expression.

/// Alternatives that `{…}` may unfold to; what is beyond is taken literally.
const MAX_ALTERNATIVES: usize = 64;

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob(Vec<Vec<Segment>>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    /// `**`
    Folders,
    Name(Vec<Token>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// Whether a path is a pattern at all: it has a star or a question mark. Brackets and braces alone are names, such as
/// `[id].tsx`.
#[must_use]
pub fn is_glob(path: &str) -> bool {
    path.contains(['*', '?'])
}

impl Glob {
    /// Reads a pattern; slashes at its ends mean nothing.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        let alternatives = unfold(pattern.trim_matches('/'));
        Self(alternatives.iter().map(|alternative| segments(alternative)).collect())
    }

    /// Whether the path of a file is met.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.iter().any(|segments| reach(segments, path).last() == Some(&true))
    }

    /// Whether something below the folder could be met.
    #[must_use]
    pub fn may_hold(&self, folder: &str) -> bool {
        let open = |segments: &Vec<Segment>| reach(segments, folder)[..segments.len()].contains(&true);
        folder.is_empty() || self.0.iter().any(open)
    }

    /// The folder that holds whatever can be met: the names before the first that is a pattern.
    #[must_use]
    pub fn base(pattern: &str) -> String {
        let names: Vec<&str> = pattern.trim_matches('/').split('/').collect();
        let special = |name: &&str| name.contains(['*', '?', '[', '{']);
        let plain = names.iter().position(special).unwrap_or(names.len().saturating_sub(1));
        names[..plain].join("/")
    }
}

/// Which numbers of segments can have been used up when the path has been read: `reach[n]` for the first n.
fn reach(segments: &[Segment], path: &str) -> Vec<bool> {
    let mut at = vec![false; segments.len() + 1];
    at[0] = true;
    skip_folders(segments, &mut at);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let mut next = vec![false; segments.len() + 1];
        for (index, segment) in segments.iter().enumerate().filter(|(index, _)| at[*index]) {
            match segment {
                Segment::Folders => next[index] |= !name.starts_with('.'),
                Segment::Name(tokens) => next[index + 1] |= name_matches(tokens, name),
            }
        }
        skip_folders(segments, &mut next);
        at = next;
    }
    at
}

/// `**` may stand for no folder.
fn skip_folders(segments: &[Segment], at: &mut [bool]) {
    for (index, segment) in segments.iter().enumerate() {
        if at[index] && *segment == Segment::Folders {
            at[index + 1] = true;
        }
    }
}

fn name_matches(tokens: &[Token], name: &str) -> bool {
    if name.starts_with('.') && tokens.first() != Some(&Token::Char('.')) {
        return false;
    }
    let name: Vec<char> = name.chars().collect();
    let (mut token, mut position) = (0, 0);
    // Where to go on when the way after the last star was wrong.
    let mut retry: Option<(usize, usize)> = None;
    while position < name.len() {
        match tokens.get(token) {
            Some(Token::Any) => {
                retry = Some((token + 1, position));
                token += 1;
            }
            Some(one) if meets(one, name[position]) => {
                token += 1;
                position += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    (token, position) = (after, from + 1);
                }
                None => return false,
            },
        }
    }
    tokens[token..].iter().all(|token| *token == Token::Any)
}

fn meets(token: &Token, character: char) -> bool {
    match token {
        Token::Char(wanted) => *wanted == character,
        Token::One => true,
        Token::Any => false,
        Token::Class { negated, ranges } => {
            ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
        }
    }
}

fn segments(pattern: &str) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for name in pattern.split('/').filter(|name| !name.is_empty()) {
        let segment = if name == "**" { Segment::Folders } else { Segment::Name(tokens(name)) };
        if segment != Segment::Folders || segments.last() != Some(&Segment::Folders) {
            segments.push(segment);
        }
    }
    if segments.last() == Some(&Segment::Folders) {
        // What ends in `**` means the files in there.
        segments.push(Segment::Name(vec![Token::Any]));
    }
    segments
}

fn tokens(name: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = name.chars();
    while let Some(character) = rest.next() {
        match character {
            '*' if tokens.last() == Some(&Token::Any) => {}
            '*' => tokens.push(Token::Any),
            '?' => tokens.push(Token::One),
            '[' => match class(rest.as_str()) {
                Some((class, after)) => {
                    tokens.push(class);
                    rest = after.chars();
                }
                None => tokens.push(Token::Char('[')),
            },
            other => tokens.push(Token::Char(other)),
        }
    }
    tokens
}

/// A class after its `[`, and what comes after it.
fn class(text: &str) -> Option<(Token, &str)> {
    let (negated, text) = match text.strip_prefix(['!', '^']) {
        Some(text) => (true, text),
        None => (false, text),
    };
    // A bracket that comes first is a member.
    let end = text.char_indices().skip(1).find(|(_, character)| *character == ']')?.0;
    let members: Vec<char> = text[..end].chars().collect();
    let mut ranges = Vec::new();
    let mut index = 0;
    while let Some(&low) = members.get(index) {
        match (members.get(index + 1), members.get(index + 2)) {
            (Some('-'), Some(&high)) => {
                ranges.push((low, high));
                index += 3;
            }
            _ => {
                ranges.push((low, low));
                index += 1;
            }
        }
    }
    Some((Token::Class { negated, ranges }, &text[end + 1..]))
}

/// The patterns that one with `{a,b}` stands for.
fn unfold(pattern: &str) -> Vec<String> {
    let mut done = Vec::new();
    let mut open = vec![pattern.to_owned()];
    while let Some(pattern) = open.pop() {
        match alternatives(&pattern) {
            Some(found) if done.len() + open.len() + found.len() <= MAX_ALTERNATIVES => open.extend(found),
            _ => done.push(pattern),
        }
    }
    done
}

/// The first `{a,b}` of a pattern, unfolded.
fn alternatives(pattern: &str) -> Option<Vec<String>> {
    for (start, _) in pattern.match_indices('{') {
        let mut depth = 0_usize;
        let mut cuts = vec![start];
        for (index, character) in pattern[start..].char_indices() {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => cuts.push(start + index),
                _ => {}
            }
            if depth == 0 && cuts.len() > 1 {
                let (head, tail) = (&pattern[..start], &pattern[start + index + 1..]);
                cuts.push(start + index);
                let parts = cuts.windows(2).map(|pair| &pattern[pair[0] + 1..pair[1]]);
                return Some(parts.map(|part| format!("{head}{part}{tail}")).collect());
            }
            if depth == 0 {
                break;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pattern, what it meets, what it does not.
    const CASES: &[(&str, &[&str], &[&str])] = &[
        (
            "**/catalog-info.yaml",
            &["catalog-info.yaml", "a/catalog-info.yaml", "a/b/c/catalog-info.yaml"],
            &["a/catalog-info.yml", "a/xcatalog-info.yaml", ".github/catalog-info.yaml", "a/.b/catalog-info.yaml"],
        ),
        (
            "*/catalog-info.yaml",
            &["a/catalog-info.yaml"],
            &["catalog-info.yaml", "a/b/catalog-info.yaml", ".a/catalog-info.yaml"],
        ),
        (
            "catalog-*.yaml",
            &["catalog-.yaml", "catalog-a.yaml", "catalog-a-b.yaml"],
            &["a/catalog-a.yaml", "catalog-a.yml"],
        ),
        ("*", &["a", "a.b"], &["a/b", ".a"]),
        ("**", &["a", "a/b/c"], &[".a", "a/.b/c", "a/.b"]),
        ("a/**", &["a/b", "a/b/c"], &["a", "b/a"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["a/x", "ab", "a/xb"]),
        ("a/**/**/b", &["a/b", "a/x/b"], &["b"]),
        (".github/*.yaml", &[".github/a.yaml"], &[".github/.a.yaml", "github/a.yaml"]),
        ("**/.b/c", &[".b/c", "a/.b/c"], &["a/b/c"]),
        ("a?c", &["abc", "aäc"], &["ac", "abbc", "a/c"]),
        ("a**c", &["ac", "abc"], &["a/c"]),
        ("*a*b*", &["ab", "xaxbx", "aab"], &["ba", "a", "b"]),
        ("{a,b}/x.{yml,yaml}", &["a/x.yml", "b/x.yaml"], &["c/x.yml", "a/x.y"]),
        ("{a,{b,c}d}", &["a", "bd", "cd"], &["d", "b"]),
        ("x{a}*", &["x{a}", "x{a}b"], &["xa"]),
        ("[a-c]x*", &["ax", "cxy"], &["dx", "-x"]),
        ("[!a-c]x*", &["dx"], &["ax"]),
        ("[]]x*", &["]x"], &["x"]),
        ("[ax*", &["[ax", "[axy"], &["ax"]),
        ("/a/*", &["a/b"], &["b"]),
        ("A*", &["Ab"], &["ab"]),
    ];

    #[test]
    fn patterns_meet_what_minimatch_meets() {
        for (pattern, met, missed) in CASES {
            let glob = Glob::new(pattern);
            for path in *met {
                assert!(glob.matches(path), "{pattern} {path}");
            }
            for path in *missed {
                assert!(!glob.matches(path), "{pattern} {path}");
            }
        }
    }

    #[test]
    fn every_folder_above_a_match_may_hold_it() {
        for (pattern, met, _) in CASES {
            let glob = Glob::new(pattern);
            for path in *met {
                for (end, _) in path.match_indices('/') {
                    assert!(glob.may_hold(&path[..end]), "{pattern} {path}");
                }
                assert!(glob.may_hold(""));
            }
        }
        for (pattern, folder) in [("*/a", "x/y"), ("a/**/b", "b"), ("a*.yaml", "a"), ("**/a", ".x"), ("a/b/*", "a/c")] {
            assert!(!Glob::new(pattern).may_hold(folder), "{pattern} {folder}");
        }
    }

    #[test]
    fn the_base_is_what_comes_before_the_first_pattern() {
        for (pattern, base) in
            [("**/a", ""), ("a/b/*.yaml", "a/b"), ("a/b{c,d}/*", "a"), ("*", ""), ("a/b?/c", "a"), ("a/b/c", "a/b")]
        {
            assert_eq!(Glob::base(pattern), base, "{pattern}");
        }
    }

    #[test]
    fn no_pattern_takes_long() {
        let name = "a".repeat(2_000);
        assert!(!Glob::new(&"*a".repeat(500)).matches(&format!("{name}b")));
        let path = "a/".repeat(500);
        assert!(!Glob::new(&"**/a/".repeat(200)).matches(&format!("{path}b")));
        assert!(Glob::new(&"{a,b}".repeat(40)).0.len() <= MAX_ALTERNATIVES);
    }
}
