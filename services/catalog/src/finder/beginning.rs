//! How a text begins, in eight bytes: most texts that begin differently are told apart without looking at them.

/// The first eight bytes of a text, as a number. Ordered as texts are, but for what comes behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beginning(u64);

impl Beginning {
    /// Of this text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
        Self(u64::from_be_bytes(bytes))
    }
}

/// A text that others may begin with.
#[derive(Debug, Clone, Copy)]
pub struct Prefix<'t> {
    text: &'t str,
    begin: u64,
    mask: u64,
}

impl<'t> Prefix<'t> {
    /// This one.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let mask = if text.len() < 8 { !(u64::MAX >> (8 * text.len())) } else { u64::MAX };
        Self { text, begin: Beginning::of(text).0, mask }
    }

    /// Whether the text, which begins so, begins with it.
    #[must_use]
    pub fn begins(&self, text: &str, begin: Beginning) -> bool {
        begin.0 & self.mask == self.begin && text.starts_with(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_texts_themselves_say() {
        let texts =
            ["", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghij", "b", "ähnlich", "äh", "\0", "a\0"];
        for text in texts {
            for prefix in texts {
                let begins = Prefix::new(prefix).begins(text, Beginning::of(text));
                assert_eq!(begins, text.starts_with(prefix), "{text:?} {prefix:?}");
                let before = (Beginning::of(text), text) < (Beginning::of(prefix), prefix);
                assert_eq!(before, text < prefix, "{text:?} {prefix:?}");
            }
        }
    }
}
