//! An organisation's pages under two versions of a front end: what the browser saw, what breaks with the new version, and
//! whether that is reason enough to refuse it.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::str::FromStr;
use utoipa::ToSchema;

/// Complaints that are listed of one page.
const MOST: usize = 20;

/// Whether pages are rendered before a switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wish {
    /// Never.
    Off,
    /// Where there is a browser; else the upgrade goes on, and the report says so.
    #[default]
    WhenPossible,
    /// An upgrade that cannot be rendered is deferred.
    Required,
}

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "when-possible" => Ok(Self::WhenPossible),
            "required" => Ok(Self::Required),
            _ => Err(format!("{text} is not one of off, when-possible and required")),
        }
    }
}

/// What is wrong with a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trouble {
    /// A front end cannot be loaded or used, as the portal itself says.
    Module,
    /// Something was thrown, or rejected, and nobody caught it.
    Error,
    /// The place of something that broke is shown.
    Boundary,
    /// Nothing is shown.
    Blank,
    /// The portal has no such page.
    Missing,
    /// The page crashed, or does not answer.
    Crash,
    /// An error in the console. Many are harmless.
    Console,
}

impl Trouble {
    /// Whether it alone is reason enough to refuse a version.
    const fn breaks(self) -> bool {
        !matches!(self, Self::Missing | Self::Console)
    }

    /// Whether a busy machine could be the cause.
    const fn is_doubtful(self) -> bool {
        matches!(self, Self::Blank | Self::Crash)
    }
}

/// One complaint of the browser.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Complaint {
    /// What kind.
    pub trouble: Trouble,
    /// Its words; untrusted.
    pub text: String,
}

/// One page, opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sight {
    /// Below the organisation's origin.
    pub path: String,
    /// `start`, `page`, `entity-content` or `entity-card`.
    pub kind: String,
    /// In the order in which they came.
    pub complaints: Vec<Complaint>,
    /// How it looked: JPEG in base64; untrusted.
    pub shot: Option<String>,
    /// Why there is no picture although one was wanted; untrusted.
    pub no_shot: Option<String>,
}

/// What the render tool prints.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rendered {
    /// Product and version.
    pub browser: String,
    /// Under the version that the organisation has.
    pub former: Vec<Sight>,
    /// Under the version that it would get.
    pub next: Vec<Sight>,
}

/// Pages rendered in a browser before an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rendering {
    /// Why pages were not rendered; absent: they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub not_rendered: Option<String>,
    /// The browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub browser: Option<String>,
    /// Which back end answered the new version's pages: `new`, `present` or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub back_end: Option<String>,
    /// The pages, those that break first.
    pub pages: Vec<RenderedPage>,
}

/// One page under both versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenderedPage {
    /// Below the organisation's origin.
    pub path: String,
    /// `start` (the portal's first page), `page`, `entity-content` (a tab) or `entity-card`.
    pub kind: String,
    /// What breaks with the new version alone.
    pub broken: Vec<String>,
    /// What else is new: errors in the console, a page that is gone.
    pub noted: Vec<String>,
    /// How it looked under the former version: a picture's file, for the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub former_picture: Option<String>,
    /// How it looked under the new version: a picture's file, for the operator alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_picture: Option<String>,
    /// Why pictures are missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpictured: Vec<String>,
}

impl Rendering {
    /// Nothing was rendered, for this reason.
    #[must_use]
    pub fn without(reason: impl Into<String>) -> Self {
        Self { not_rendered: Some(reason.into()), ..Self::default() }
    }

    /// Whether one of its pages has a picture of this name.
    #[must_use]
    pub fn names_picture(&self, file: &str) -> bool {
        let named = self.pages.iter().flat_map(|page| [&page.former_picture, &page.next_picture]);
        named.flatten().any(|name| name == file)
    }

    /// The same without its pictures, and without a word about them.
    #[must_use]
    pub fn without_pictures(mut self) -> Self {
        for page in &mut self.pages {
            (page.former_picture, page.next_picture) = (None, None);
            page.unpictured.clear();
        }
        self
    }

    /// Says on its pages why their pictures are not there.
    pub fn lose_pictures(&mut self, reason: &str) {
        for page in self.pages.iter_mut().filter(|page| page.former_picture.is_some() || page.next_picture.is_some()) {
            (page.former_picture, page.next_picture) = (None, None);
            page.unpictured.push(reason.to_owned());
        }
    }

    /// Why the version is refused, if it is.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let broken: Vec<&RenderedPage> = self.pages.iter().filter(|page| !page.broken.is_empty()).collect();
        let first = broken.first()?;
        let what = first.broken.first().map(String::as_str).unwrap_or_default().trim_end_matches('.');
        Some(format!("{} of {} pages break with it, such as {}: {what}.", broken.len(), self.pages.len(), first.path))
    }
}

/// Compares what the browser saw. The second value: whether all that breaks could as well come from a busy machine.
#[must_use]
pub fn compare(rendered: &Rendered) -> (Vec<RenderedPage>, bool) {
    let mut doubtful = true;
    let before_anywhere = complaints(rendered.former.iter().filter(|sight| sight.kind == "start"));
    let mut pages: Vec<RenderedPage> = rendered
        .next
        .iter()
        .map(|sight| {
            let mut before = complaints(rendered.former.iter().filter(|former| former.path == sight.path));
            before.extend(before_anywhere.iter().cloned());
            let new = |complaint: &&Complaint| !before.contains(&key(complaint));
            let mut page = RenderedPage { path: sight.path.clone(), kind: sight.kind.clone(), ..Default::default() };
            for complaint in sight.complaints.iter().filter(new) {
                let list = if complaint.trouble.breaks() { &mut page.broken } else { &mut page.noted };
                if list.len() < MOST {
                    list.push(one_line(&complaint.text));
                }
                doubtful &= !complaint.trouble.breaks() || complaint.trouble.is_doubtful();
            }
            page
        })
        .collect();
    pages.sort_by_key(|page| page.broken.is_empty());
    (pages, doubtful)
}

fn complaints<'a>(sights: impl Iterator<Item = &'a Sight>) -> HashSet<(Trouble, String)> {
    sights.flat_map(|sight| &sight.complaints).map(key).collect()
}

fn key(complaint: &Complaint) -> (Trouble, String) {
    (complaint.trouble, normal(&complaint.text))
}

/// A text without what differs between two versions or two runs though it says the same: numbers, hashes.
fn normal(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (part, left) = rest.split_at(end);
        let hash = part.bytes().all(|b| b.is_ascii_hexdigit()) && part.bytes().any(|b| b.is_ascii_digit());
        said.push_str(if hash { "#" } else { part });
        rest = left;
    }
    said
}

/// Texts from a browser are untrusted: one line, and not too long for a page.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(path: &str, kind: &str, complaints: &[(Trouble, &str)]) -> Sight {
        let complaints =
            complaints.iter().map(|(trouble, text)| Complaint { trouble: *trouble, text: (*text).to_owned() });
        let (path, kind) = (path.to_owned(), kind.to_owned());
        Sight { path, kind, complaints: complaints.collect(), ..Sight::default() }
    }

    fn judged(former: &[(Trouble, &str)], next: &[(Trouble, &str)]) -> Option<String> {
        let rendered = Rendered {
            browser: "Chrome".to_owned(),
            former: vec![sight("/", "start", &[]), sight("/notes", "page", former)],
            next: vec![sight("/", "start", &[]), sight("/notes", "page", next)],
        };
        Rendering { pages: compare(&rendered).0, ..Rendering::default() }.refusal()
    }

    #[test]
    fn only_what_breaks_with_the_new_version_alone_refuses_it() {
        use Trouble::{Blank, Boundary, Console, Crash, Error, Missing, Module};
        let refused = |what: &str| Some(format!("1 of 2 pages break with it, such as /notes: {what}."));
        for (former, next, expected) in [
            (&[][..], &[][..], None),
            (&[], &[(Error, "boom")], refused("boom")),
            (&[], &[(Module, "notes: boom.")], refused("notes: boom")),
            (&[], &[(Boundary, "Error in notes")], refused("Error in notes")),
            (&[], &[(Blank, "The page is blank.")], refused("The page is blank")),
            (&[], &[(Crash, "The page crashed.")], refused("The page crashed")),
            (&[(Error, "boom")], &[(Error, "boom")], None),
            (&[(Console, "boom")], &[(Error, "boom")], refused("boom")),
            (&[(Error, "at /remotes/0a1b2c/5.js")], &[(Error, "at /remotes/3d4e5f/71.js")], None),
            (&[(Error, "bad cafe")], &[(Error, "bad face")], refused("bad face")),
            (&[], &[(Console, "deprecated")], None),
            (&[], &[(Missing, "There is no such page.")], None),
        ] {
            assert_eq!(judged(former, next), expected, "{former:?} {next:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_portal_itself_is_put_on_no_page() {
        let noise = [(Trouble::Error, "of the shell")];
        let rendered = Rendered {
            browser: String::new(),
            former: vec![sight("/", "start", &noise)],
            next: vec![sight("/", "start", &noise), sight("/new", "page", &noise)],
        };
        assert!(compare(&rendered).0.iter().all(|page| page.broken.is_empty()));
    }

    #[test]
    fn what_breaks_comes_first_and_the_rest_is_noted() {
        let rendered = Rendered {
            browser: String::new(),
            former: vec![],
            next: vec![
                sight("/a", "page", &[(Trouble::Console, "1"), (Trouble::Missing, "gone")]),
                sight("/b", "page", &[(Trouble::Crash, "2")]),
            ],
        };
        let (pages, doubtful) = compare(&rendered);
        assert!(doubtful, "a crash alone may be the machine's");
        let told: Vec<_> = pages.iter().map(|page| (page.path.as_str(), page.broken.len(), page.noted.len())).collect();
        assert_eq!(told, [("/b", 1, 0), ("/a", 0, 2)]);
    }

    #[test]
    fn pictures_are_named_until_they_are_lost_or_nobodys_business() {
        let page = RenderedPage { next_picture: Some("a.jpg".to_owned()), ..RenderedPage::default() };
        let rendering = Rendering { pages: vec![page, RenderedPage::default()], ..Rendering::default() };
        assert!(rendering.names_picture("a.jpg") && !rendering.names_picture("b.jpg"));
        let mut lost = rendering.clone();
        lost.lose_pictures("Why.");
        let said: Vec<&[String]> = lost.pages.iter().map(|page| &page.unpictured[..]).collect();
        assert_eq!(said, [&["Why.".to_owned()][..], &[]]);
        assert!(!lost.names_picture("a.jpg"));
        for hidden in [rendering.without_pictures(), lost.without_pictures()] {
            assert_eq!(hidden.pages, [RenderedPage::default(), RenderedPage::default()]);
        }
    }

    #[test]
    fn the_operators_wish_is_one_of_three_words() {
        assert_eq!("required".parse(), Ok(Wish::Required));
        assert!("always".parse::<Wish>().is_err());
    }
}
