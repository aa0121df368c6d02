//! Pictures that people upload: what they are by their bytes, whatever they say they are.

/// Largest picture, in bytes.
pub const LARGEST: usize = 512 * 1024;

/// A kind of picture that browsers show and that cannot hold a program: no SVG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Image {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
    /// Windows icon.
    Icon,
}

impl Image {
    /// By the first bytes.
    #[must_use]
    pub fn sniff(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [0, 0, 1, 0, ..] => Some(Self::Icon),
            _ => None,
        }
    }

    /// The end of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Icon => "ico",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Icon => "image/x-icon",
        }
    }
}

/// The kind that a file of ours has by its name; `None` for a name that is none of ours.
#[must_use]
pub fn of_file(name: &str) -> Option<Image> {
    let (stem, extension) = name.split_once('.')?;
    let (slot, digest) = stem.split_once('-')?;
    let ours = matches!(slot, "logo" | "favicon")
        && digest.len() == 32
        && digest.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    let kinds = [Image::Png, Image::Jpeg, Image::WebP, Image::Icon];
    kinds.into_iter().find(|kind| ours && kind.extension() == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        assert_eq!(Image::sniff(b"\x89PNG\r\n\x1a\n..."), Some(Image::Png));
        assert_eq!(Image::sniff(b"\xff\xd8\xff\xe0"), Some(Image::Jpeg));
        assert_eq!(Image::sniff(b"RIFF1234WEBPVP8 "), Some(Image::WebP));
        for bad in
            [&b""[..], b"<svg xmlns='http://www.w3.org/2000/svg'>", b"<html>", b"GIF89a", b"RIFF1234WAVE", b"%PDF"]
        {
            assert_eq!(Image::sniff(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn only_names_that_we_gave_are_ours() {
        assert_eq!(of_file("logo-0123456789abcdef0123456789abcdef.png"), Some(Image::Png));
        let digest = "0123456789abcdef0123456789abcdef";
        for bad in [
            "logo.png".to_owned(),
            format!("logo-{digest}.svg"),
            format!("other-{digest}.png"),
            format!("logo-{digest}.png.html"),
            format!("../logo-{digest}.png"),
            format!("logo-{}.png", digest.to_uppercase()),
        ] {
            assert_eq!(of_file(&bad), None, "{bad}");
        }
    }
}
