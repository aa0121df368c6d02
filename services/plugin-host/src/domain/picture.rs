//! Pictures that the browser took of pages. They are judged by their bytes: what took them ran a stranger's code.

use super::bundle::sha256;
use super::rendering::{Rendered, RenderedPage, Sight};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// Most bytes of one picture.
pub const LARGEST: usize = 512 << 10;
/// Most pictures of one report.
pub const MOST: usize = 32;
/// Widest and highest picture, in pixels.
const WIDEST: (u16, u16) = (1280, 2048);
/// Hexadecimal digits of its hash in a picture's name.
const DIGITS: usize = 32;

/// Pictures by name.
pub type Pictures = BTreeMap<String, Vec<u8>>;

/// Names each page's pictures in it, or says why there is none; returns what has to be kept under these names.
#[must_use]
pub fn collect(rendered: &Rendered, pages: &mut [RenderedPage]) -> Pictures {
    let mut pictures = Pictures::new();
    for page in pages {
        let of = |sights: &[Sight]| sights.iter().find(|sight| sight.path == page.path).map(judge_of);
        let (former, next) = (of(&rendered.former), of(&rendered.next));
        page.former_picture = former.and_then(|judged| named(judged, "former", &mut pictures, &mut page.unpictured));
        page.next_picture = next.and_then(|judged| named(judged, "new", &mut pictures, &mut page.unpictured));
    }
    pictures
}

type Judged = Option<Result<Vec<u8>, String>>;

fn named(judged: Judged, which: &str, pictures: &mut Pictures, missing: &mut Vec<String>) -> Option<String> {
    let kept = judged?.and_then(|bytes| {
        let name = name_of(&bytes);
        if pictures.len() >= MOST && !pictures.contains_key(&name) {
            return Err(format!("A report has at most {MOST} pictures."));
        }
        pictures.insert(name.clone(), bytes);
        Ok(name)
    });
    kept.map_err(|reason| missing.push(format!("No picture under the {which} version: {reason}"))).ok()
}

/// The sight's picture, or why there is none; `None` where none was wanted.
fn judge_of(sight: &Sight) -> Judged {
    match (&sight.shot, &sight.no_shot) {
        (Some(shot), _) => Some(judge(shot)),
        (None, Some(reason)) => {
            Some(Err(reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()))
        }
        (None, None) => None,
    }
}

/// A JPEG picture of a size that is kept, from base64.
///
/// # Errors
/// Why it is not kept, in plain words.
fn judge(shot: &str) -> Result<Vec<u8>, String> {
    if shot.len() / 4 * 3 > LARGEST + 3 {
        return Err(format!("It has more than {} kB.", LARGEST >> 10));
    }
    let bytes = STANDARD.decode(shot).map_err(|_| "It is no base64.".to_owned())?;
    if bytes.len() > LARGEST {
        return Err(format!("It has more than {} kB.", LARGEST >> 10));
    }
    match size(&bytes) {
        None => Err("It is no JPEG picture.".to_owned()),
        Some((width, height)) if width > WIDEST.0 || height > WIDEST.1 => {
            Err(format!("It is larger than {} × {} pixels.", WIDEST.0, WIDEST.1))
        }
        Some(_) => Ok(bytes),
    }
}

/// Width and height of a JPEG picture, from its frame header (ITU-T T.81, B.2.2).
fn size(jpeg: &[u8]) -> Option<(u16, u16)> {
    let mut rest = jpeg.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, marker, segment @ ..] = rest else { return None };
        let length = usize::from(u16::from_be_bytes([*segment.first()?, *segment.get(1)?]));
        match marker {
            0xc0..=0xc2 => {
                let [_, _, _, h1, h2, w1, w2, ..] = segment else { return None };
                let (width, height) = (u16::from_be_bytes([*w1, *w2]), u16::from_be_bytes([*h1, *h2]));
                return (width > 0 && height > 0).then_some((width, height));
            }
            // The picture's data begins, and its size was not said.
            0xda => return None,
            _ => rest = segment.get(length.max(2)..)?,
        }
    }
}

/// The name under which a picture is kept: pictures of one name are one picture.
fn name_of(bytes: &[u8]) -> String {
    let digest: String = sha256(bytes).chars().take(DIGITS).collect();
    format!("{digest}.jpg")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// A picture's beginning: an application segment, then the frame header.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 17, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 0xff, 0xd9]);
        bytes
    }

    fn sight(path: &str, shot: Option<&[u8]>, no_shot: Option<&str>) -> Sight {
        Sight {
            path: path.to_owned(),
            kind: "page".to_owned(),
            complaints: vec![],
            shot: shot.map(|bytes| STANDARD.encode(bytes)),
            no_shot: no_shot.map(str::to_owned),
        }
    }

    #[test]
    fn only_a_picture_of_a_size_that_is_kept_is_one() {
        let mut long = jpeg(1280, 860);
        long.resize(LARGEST + 1, 0);
        for (bytes, expected) in [
            (jpeg(1280, 860), Ok(())),
            (jpeg(1281, 860), Err("It is larger than 1280 × 2048 pixels.")),
            (jpeg(0, 860), Err("It is no JPEG picture.")),
            (vec![0xff, 0xd8, 0xff, 0xda, 0, 2], Err("It is no JPEG picture.")),
            (vec![0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff], Err("It is no JPEG picture.")),
            (vec![0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff], Err("It is no JPEG picture.")),
            (b"<svg onload=alert(1)>".to_vec(), Err("It is no JPEG picture.")),
            (vec![], Err("It is no JPEG picture.")),
            (long.clone(), Err("It has more than 512 kB.")),
        ] {
            let judged = judge(&STANDARD.encode(&bytes)).map(|_| ());
            assert_eq!(judged.as_ref().map_err(String::as_str), expected.as_ref().map_err(|text| *text));
        }
        long.truncate(LARGEST);
        assert!(judge(&STANDARD.encode(&long)).is_ok());
        assert!(judge("no base64").is_err());
        assert!(judge(&"x".repeat(4 << 20)).is_err());
    }

    #[test]
    fn pages_name_their_pictures_or_say_why_there_is_none() {
        let (one, two) = (jpeg(1280, 860), jpeg(1280, 861));
        let rendered = Rendered {
            browser: String::new(),
            former: vec![sight("/", Some(&one), None), sight("/b", None, Some("It took\ntoo long."))],
            next: vec![
                sight("/", Some(&two), None),
                sight("/b", Some(b"x"), None),
                sight("/c", Some(&one), None),
                sight("/d", None, None),
            ],
        };
        let page = |path: &str| RenderedPage { path: path.to_owned(), ..RenderedPage::default() };
        let mut pages = ["/", "/b", "/c", "/d"].map(page);
        let pictures = collect(&rendered, &mut pages);
        let [first, second, third, fourth] = pages;
        assert_eq!(pictures.len(), 2, "what looks the same is kept once");
        assert_eq!(pictures[first.former_picture.as_deref().unwrap()], one);
        assert_eq!(pictures[first.next_picture.as_deref().unwrap()], two);
        let said = [
            "No picture under the former version: It took too long.",
            "No picture under the new version: It is no JPEG picture.",
        ];
        assert_eq!(
            (second.former_picture, second.next_picture, &second.unpictured[..]),
            (None, None, &said.map(str::to_owned)[..])
        );
        assert_eq!((third.former_picture, third.next_picture), (None, first.former_picture));
        assert_eq!(fourth, page("/d"));
    }

    #[test]
    fn a_report_has_so_many_pictures_at_most() {
        let paths: Vec<String> = (0..MOST + 2).map(|n| format!("/{n}")).collect();
        let of = |n: usize| jpeg(1280, u16::try_from(n + 1).unwrap());
        let next = paths.iter().enumerate().map(|(n, path)| sight(path, Some(&of(n)), None)).collect();
        let rendered = Rendered { browser: String::new(), former: vec![], next };
        let mut pages: Vec<RenderedPage> =
            paths.iter().map(|path| RenderedPage { path: path.clone(), ..RenderedPage::default() }).collect();
        assert_eq!(collect(&rendered, &mut pages).len(), MOST);
        assert!(pages.last().unwrap().unpictured[0].ends_with("A report has at most 32 pictures."));
    }
}
