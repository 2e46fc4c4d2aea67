-- What schema/spans.sql says of files and merges, for tables of earlier versions.
alter table spans modify setting min_bytes_for_wide_part = 134217728, merge_selector_base = 10
