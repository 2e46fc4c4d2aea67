-- The tokens of each term, cut as the text indexes of store/schema/spans_words.sql cut what they hold.
select
    arrayMap(term -> lowerUTF8(term), {terms:Array(String)}) as lowered,
    arrayMap(
        term -> tokens(
            lowerUTF8(translate(replaceAll(replaceAll(term, '\\n', ' '), '\\t', ' '), '_.', '  ')), 'unicodeWord'
        ),
        {terms:Array(String)}
    ) as words
