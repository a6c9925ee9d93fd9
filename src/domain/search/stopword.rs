//! Words that say nothing about what is looked for. They are dropped from queries only, and only beside others.

/// Folded, English and French, in order.
const STOP_WORDS: [&str; 96] = [
    "a", "about", "ai", "an", "and", "are", "as", "at", "au", "aux", "avec", "be", "by", "can", "ce", "ces", "cette",
    "comment", "dans", "de", "des", "do", "does", "du", "elle", "en", "est", "et", "faire", "for", "from", "has",
    "have", "how", "i", "il", "ils", "in", "into", "is", "it", "its", "je", "la", "le", "les", "leur", "leurs", "ma",
    "mes", "mon", "my", "ne", "near", "nos", "notre", "nous", "of", "on", "or", "ou", "our", "par", "pas", "pour",
    "qu", "quand", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "sa", "se", "ses", "son", "sont", "sur",
    "that", "the", "their", "there", "they", "this", "to", "un", "une", "vos", "votre", "what", "when", "where", "who",
    "with",
];

/// Whether a folded word is one.
pub(super) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && !is_stop_word("naloxone"));
    }
}
