//! Which passwords are too easy to guess.
//!
//! Length counts most (NIST SP 800-63B); beyond it only what guessers try first is refused: well-known passwords,
//! runs along the alphabet or the keyboard, few different characters, and the person's own names.

use std::collections::HashSet;

/// Shortest password, in characters.
const MIN_LENGTH: usize = 12;
/// Longest, in bytes: enough for any passphrase, and a bound on the work of hashing.
const MAX_BYTES: usize = 256;
/// Fewest different characters.
const MIN_DISTINCT: usize = 5;
/// Characters that must remain once known words and runs are taken out.
const MIN_UNKNOWN: usize = 5;

/// Parts of which most guessed passwords are made (lower case, after undoing `p@ssw0rd` spellings).
const KNOWN_WORDS: &[&str] = &[
    "administrator",
    "administrador",
    "backstage",
    "baseball",
    "basketball",
    "changeit",
    "changeme",
    "charlie",
    "computer",
    "default",
    "developer",
    "dragon",
    "flower",
    "football",
    "freedom",
    "hallo",
    "hello",
    "iloveyou",
    "internet",
    "jesus",
    "kennwort",
    "letmein",
    "liverpool",
    "lovely",
    "manager",
    "master",
    "michael",
    "monkey",
    "motdepasse",
    "mustang",
    "passphrase",
    "password",
    "passwort",
    "pokemon",
    "portal",
    "princess",
    "proscenium",
    "qazwsx",
    "secret",
    "shadow",
    "starwars",
    "sunshine",
    "superman",
    "temporary",
    "testing",
    "trustno",
    "welcome",
    "whatever",
    "winter",
    "summer",
    "spring",
    "autumn",
    "admin",
    "guest",
    "login",
    "pass",
    "root",
    "test",
    "user",
    "1q2w3e4r5t6y",
    "1q2w3e4r",
    "1qaz2wsx",
    "zaq12wsx",
    "q1w2e3r4",
];

/// Rows along which people run their fingers.
const RUNS: &[&str] =
    &["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm"];
/// Neighbours that make a run.
const RUN_LENGTH: usize = 4;

/// What is wrong with a password as a sentence for the form, or `None` when it is good enough.
///
/// `own_words` are names that a guesser knows: the person's name, mail address, organisation.
#[must_use]
pub fn password_problem(password: &str, own_words: &[&str]) -> Option<&'static str> {
    if password.chars().count() < MIN_LENGTH {
        return Some("Use at least 12 characters. A few unrelated words make a good password.");
    }
    if password.len() > MAX_BYTES {
        return Some("This password is longer than 256 bytes. Use a shorter one.");
    }
    if password.chars().collect::<HashSet<_>>().len() < MIN_DISTINCT {
        return Some("This password repeats too few characters. Use a few unrelated words.");
    }
    let own_words = own_words.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric()));
    let own_words: Vec<String> = own_words.filter(|word| word.chars().count() >= 4).map(str::to_lowercase).collect();
    let known = KNOWN_WORDS.iter().copied().chain(own_words.iter().map(String::as_str));
    (unknown_characters(password, known) < MIN_UNKNOWN)
        .then_some("This password is among the first that a guesser tries. Use a few unrelated words.")
}

/// How many characters are left when known words, runs and the repetition of what came before are taken out.
fn unknown_characters<'a>(password: &str, known: impl Iterator<Item = &'a str>) -> usize {
    let mut rest = password.to_lowercase();
    let mut known: Vec<&str> = known.collect();
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in known {
        rest = rest.replace(word, " ");
        if let Some(at) = plain_spelling(&rest).find(word) {
            // The plain spelling maps character by character within ASCII, so positions are the same.
            if rest.is_ascii() {
                rest.replace_range(at..at + word.len(), " ");
            }
        }
    }
    let rest = without_runs(&rest);
    let mut seen = HashSet::new();
    let letters: Vec<char> = rest.chars().filter(|c| !c.is_whitespace()).collect();
    // A pair that was there before adds nothing: `abab…` is as good as `ab`.
    let repeated = letters.windows(2).filter(|pair| !seen.insert((pair[0], pair[1]))).count();
    letters.len() - repeated
}

fn plain_spelling(text: &str) -> String {
    let plain = |c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(plain).collect()
}

fn without_runs(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut kept = String::new();
    let mut at = 0;
    while at < letters.len() {
        let length = run_at(&letters[at..]).max(year_at(&letters[at..]));
        if length >= RUN_LENGTH {
            at += length;
        } else {
            kept.push(letters[at]);
            at += 1;
        }
    }
    kept
}

/// Length of the longest run, forwards or backwards, that the text begins with.
fn run_at(letters: &[char]) -> usize {
    let is_run = |length: usize| {
        let forwards: String = letters[..length].iter().collect();
        let backwards: String = letters[..length].iter().rev().collect();
        RUNS.iter().any(|run| run.contains(&forwards) || run.contains(&backwards))
    };
    (RUN_LENGTH..=letters.len()).take_while(|length| is_run(*length)).last().unwrap_or(0)
}

/// 4 when the text begins with a year of our time, else 0.
fn year_at(letters: &[char]) -> usize {
    match letters {
        ['1', '9', a, b, ..] | ['2', '0', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit() => 4,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_guessers_try_first_are_refused() {
        for weak in [
            "short",
            "elevenchars",
            "password1234",
            "passwordpassword",
            "P@ssw0rd2026",
            "aaaaaaaaaaaa",
            "abababababab",
            "123456789012",
            "abcdefghijkl",
            "qwertyuiop12",
            "1q2w3e4r5t6y",
            "administrator1",
            "welcome2026!",
            "",
            "iloveyou1234",
            "changemechangeme",
            "zyxwvutsrqpo",
            "letmeinletmein",
        ] {
            assert!(password_problem(weak, &[]).is_some(), "{weak:?} was accepted");
        }
    }

    #[test]
    fn a_password_made_of_ones_own_names_is_refused() {
        let own = ["Jane Doe", "jane.doe@acme.example", "Acme Rockets"];
        for weak in ["janejanejane", "acmerockets2026", "Jane.Acme.1234", "rocketsrockets"] {
            assert!(password_problem(weak, &own).is_some(), "{weak:?} was accepted");
        }
    }

    #[test]
    fn passphrases_and_random_passwords_are_accepted() {
        for good in [
            "correct horse battery",
            "k7#mPq2!vR9x",
            "tulip-bronze-canoe",
            "münchen regnet grau",
            "Zug um acht nach Ulm",
            "qWx83-hutlap-99",
            "日本語のパスワードは長い文です",
            "a test of grit and salt",
        ] {
            assert_eq!(password_problem(good, &["Jane Doe", "jane@acme.example", "Acme"]), None, "{good:?}");
        }
    }

    #[test]
    fn an_endless_password_is_refused_before_it_is_hashed() {
        assert!(password_problem(&"long words ".repeat(40), &[]).is_some());
    }
}
