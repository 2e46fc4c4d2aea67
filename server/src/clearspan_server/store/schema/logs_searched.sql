-- Full text of log records, spelt as the text of spans is (store/schema/spans_words.sql, query/text.py), and the
-- deployment environment, which the sender says or its key.
alter table logs
    add column if not exists environment LowCardinality(String) after process,
    add index if not exists body_parts lowerUTF8(concat(translate(replaceAll(replaceAll(body, '\\n', ' '), '\\t', ' '), '_.', '  '), ' ', replaceRegexpAll(arrayStringConcat(extractAll(body, '[a-z0-9]+[A-Z][A-Za-z0-9]*'), ' '), '([a-z0-9])([A-Z])', '\\1 \\2'))) type text(tokenizer = 'unicodeWord')
