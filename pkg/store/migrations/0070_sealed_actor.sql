-- Who acted is a pseudonym, and the name is encrypted under the person's own key, in base64 as it is in the log.

ALTER TABLE hushlog.audit ADD COLUMN IF NOT EXISTS sealed_actor String CODEC(ZSTD(1));
