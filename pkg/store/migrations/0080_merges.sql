-- A block makes a part of some thousand rows in each of these tables. Merging a few of them at a time rewrites a row, its
-- indexes and its text again and again: of a hundred blocks of 300 interactions each row was rewritten seven times, with
-- sixteen parts or more at a time three times. For the writer with blocks of 2,000 interactions of 2 KB that is 170 instead of
-- 225 µs of ClickHouse's processor time an interaction. What it costs is that a partition keeps more parts that are small:
-- fewer than sixteen of each size.

ALTER TABLE hushlog.interactions MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.contents MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.findings MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.flags MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.ledger MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.rollup_minute MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.rollup_hour MODIFY SETTING min_parts_to_merge_at_once = 16;
ALTER TABLE hushlog.rollup_day MODIFY SETTING min_parts_to_merge_at_once = 16;
