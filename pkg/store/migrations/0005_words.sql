-- Words of sanitized texts, in any case: hasAllTokens(text, 'word') and hasAnyTokens read the index. Parts that are
-- there get it when they are merged; until then they are searched word by word, with the same result.
--
-- Measured on 500,000 texts of forty random words: 13 ms against 540 ms without; tokenbf_v1, of a twelfth of its size,
-- left out almost nothing.

ALTER TABLE hushlog.contents ADD INDEX IF NOT EXISTS words text TYPE text(tokenizer = splitByNonAlpha, preprocessor = lower(text));
