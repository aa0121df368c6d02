//! Lists that live as long as an index grow by an eighth and not to twice their size: at a hundred thousand entities
//! the difference is as much memory as their terms take.

/// What a list of this length reserves when it is full.
fn step(length: usize, more: usize) -> usize {
    more.max(length / 8)
}

/// Adds an item.
pub fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(step(list.len(), 4));
    }
    list.push(item);
}

/// Adds a text.
pub fn push_str(text: &mut String, more: &str) {
    if text.len() + more.len() > text.capacity() {
        text.reserve_exact(step(text.len(), more.len()));
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_for_growing_is_at_most_an_eighth() {
        let (mut list, mut text) = (Vec::new(), String::new());
        for at in 0..100_000_u32 {
            push(&mut list, at);
            push_str(&mut text, "value\0");
            assert!(list.capacity() <= list.len() + list.len() / 8 + 4);
            assert!(text.capacity() <= text.len() + text.len() / 8 + 6);
        }
        assert!(list.iter().copied().eq(0..100_000));
        assert_eq!(text.len(), 600_000);
    }
}
