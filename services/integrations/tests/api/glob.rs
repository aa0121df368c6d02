//! Patterns against the verdicts of minimatch, which Backstage's URL readers use.

use integrations::domain::glob::Glob;
use serde_json::Value;

#[test]
fn patterns_meet_exactly_what_minimatch_meets() {
    let verdicts: Value = serde_json::from_str(include_str!("../fixtures/minimatch.json")).unwrap();
    let mut wrong = Vec::new();
    for (word, expected) in [("met", true), ("missed", false)] {
        let cases = verdicts[word].as_array().unwrap();
        assert!(cases.len() > 300, "{word}");
        for case in cases {
            let (pattern, path) = case.as_str().unwrap().split_once('\t').unwrap();
            let glob = Glob::new(pattern);
            if glob.matches(path) != expected {
                wrong.push(format!("{pattern} {path}: {expected} in minimatch"));
            }
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            assert!(!expected || glob.may_hold(folder), "{pattern} {path}");
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
