-- Full text by words and by the parts of identifiers. query/text.py spells the same expressions, else the index is not
-- used. JSON escapes a line break as \n, which would glue an n to the next word: it becomes a space first. `_` and `.`
-- glue words, too: search_orders and a.b are found by their parts, and whole by the text itself. What is written in
-- camel case stays whole, and its parts come behind: getUserProfile is found by profile and by getuserprofile.
alter table spans
    drop index if exists input_words,
    drop index if exists output_words,
    drop index if exists error_words,
    add index if not exists input_parts  lowerUTF8(concat(translate(replaceAll(replaceAll(input, '\\n', ' '), '\\t', ' '), '_.', '  '), ' ', replaceRegexpAll(arrayStringConcat(extractAll(input, '[a-z0-9]+[A-Z][A-Za-z0-9]*'), ' '), '([a-z0-9])([A-Z])', '\\1 \\2'))) type text(tokenizer = 'unicodeWord'),
    add index if not exists output_parts lowerUTF8(concat(translate(replaceAll(replaceAll(output, '\\n', ' '), '\\t', ' '), '_.', '  '), ' ', replaceRegexpAll(arrayStringConcat(extractAll(output, '[a-z0-9]+[A-Z][A-Za-z0-9]*'), ' '), '([a-z0-9])([A-Z])', '\\1 \\2'))) type text(tokenizer = 'unicodeWord'),
    add index if not exists error_parts  lowerUTF8(concat(translate(replaceAll(replaceAll(error_message, '\\n', ' '), '\\t', ' '), '_.', '  '), ' ', replaceRegexpAll(arrayStringConcat(extractAll(error_message, '[a-z0-9]+[A-Z][A-Za-z0-9]*'), ' '), '([a-z0-9])([A-Z])', '\\1 \\2'))) type text(tokenizer = 'unicodeWord')
