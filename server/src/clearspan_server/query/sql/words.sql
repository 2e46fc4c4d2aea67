-- The tokens of each term, cut as the text indexes of store/schema/spans.sql cut what they hold.
select
    arrayMap(term -> lowerUTF8(term), {terms:Array(String)}) as lowered,
    arrayMap(
        term -> tokens(lowerUTF8(replaceAll(replaceAll(term, '\\n', ' '), '\\t', ' ')), 'unicodeWord'),
        {terms:Array(String)}
    ) as words,
    arrayMap(term -> tokens(lowerUTF8(term), 'unicodeWord'), {terms:Array(String)}) as error_words
