//! Refuses migrations that would break the version that is still running beside the new one.
//!
//! A migration expands: it adds. Dropping, renaming, retyping and tightening belong into a later contract step, whose
//! file says so in its first line: `-- contract: REASON`.

/// One thing that a migration must not do outside a contract step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The statement, shortened.
    pub statement: String,
    /// Which rule it breaks.
    pub rule: &'static str,
}

/// Checks one migration file.
#[must_use]
pub fn lint(sql: &str) -> Vec<Finding> {
    if sql.trim_start().starts_with("-- contract: ") {
        return Vec::new();
    }
    statements(sql).filter_map(|statement| broken_rule(&statement).map(|rule| finding(&statement, rule))).collect()
}

fn finding(statement: &str, rule: &'static str) -> Finding {
    Finding { statement: statement.chars().take(120).collect(), rule }
}

/// Statements in lower case with comments gone and white space folded.
fn statements(sql: &str) -> impl Iterator<Item = String> {
    let without_comments: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    without_comments
        .split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase())
        .filter(|statement| !statement.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}

fn broken_rule(statement: &str) -> Option<&'static str> {
    let drops = ["table", "column", "schema", "type", "function", "constraint", "view"]
        .iter()
        .any(|what| statement.contains(&format!("drop {what} ")));
    if drops {
        return Some("drops something that the running version may use");
    }
    if !statement.starts_with("alter table") {
        return None;
    }
    if statement.contains(" rename ") {
        return Some("renames something that the running version may use");
    }
    if statement.contains(" alter column ") && (statement.contains(" type ") || statement.contains(" set data type ")) {
        return Some("changes a type under the running version");
    }
    if statement.contains(" set not null") {
        return Some("makes a column mandatory that the running version may leave empty");
    }
    let adds_mandatory = statement
        .split(',')
        .any(|part| part.contains("add column") && part.contains("not null") && !part.contains(" default "));
    adds_mandatory.then_some("adds a mandatory column without a default")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_the_running_version_is_refused() {
        for sql in [
            "drop table a;",
            "alter table a drop column b;",
            "alter table a rename column b to c;",
            "alter table a rename to b;",
            "alter table a alter column b type text;",
            "ALTER TABLE a ALTER COLUMN b SET DATA TYPE text;",
            "alter table a alter column b set not null;",
            "alter table a add column b text not null;",
            "alter table a add column b text not null, add column c text default '';",
            "alter table a drop constraint b;",
        ] {
            assert_eq!(lint(sql).len(), 1, "{sql} was let through");
        }
    }

    #[test]
    fn adding_is_fine_and_a_contract_step_may_drop() {
        for sql in [
            "create table a (b text not null);",
            "alter table a add column b text;",
            "alter table a add column b text not null default '';",
            "-- drop table a;\ncreate index c on a (b);",
            "-- contract: nothing reads it since 0.3\ndrop table a;",
        ] {
            assert_eq!(lint(sql), vec![], "{sql} was refused");
        }
    }
}
