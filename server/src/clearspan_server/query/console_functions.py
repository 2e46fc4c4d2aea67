"""The functions that the SQL console knows: pure ones of the engine, none that reads anything but its arguments."""

from itertools import product

# Of these the engine also knows the ones that end in a combinator, such as `countIf` and `sumDistinctIf`.
_AGGREGATES = """
    any anyHeavy anyLast argMax argMin avg avgWeighted corr count covarPop covarSamp deltaSum entropy first_value
    groupArray groupArraySample groupBitAnd groupBitOr groupBitXor groupUniqArray kurtPop kurtSamp last_value max
    median min quantile quantileBFloat16 quantileExact quantileExactHigh quantileExactLow
    quantileExactWeighted quantileTDigest quantileTiming quantiles quantilesExact quantilesTDigest quantilesTiming
    simpleLinearRegression skewPop skewSamp stddevPop stddevSamp sum sumCount sumKahan topK topKWeighted uniq
    uniqCombined uniqExact uniqHLL12 varPop varSamp
"""
_COMBINATORS = (
    "",
    "If",
    "Distinct",
    "DistinctIf",
    "Array",
    "ArrayIf",
    "OrNull",
    "OrNullIf",
    "OrDefault",
    "ForEach",
    "Map",
)
_WINDOWS = "cume_dist dense_rank lag lagInFrame lead leadInFrame nth_value ntile percent_rank rank row_number"
_CONDITIONS = (
    "assumeNotNull coalesce greatest if ifNull isNotNull isNull least multiIf nullIf toNullable xor"
)
_NUMBERS = """
    abs cbrt ceil ceiling divide exp exp10 exp2 floor gcd ifNotFinite intDiv intDivOrZero isFinite isInfinite isNaN lcm
    ln log log10 log1p log2 minus modulo multiply negate pi plus pow power round roundBankers roundDown sign sqrt
    trunc truncate bitAnd bitCount bitOr bitShiftLeft bitShiftRight bitTest bitXor widthBucket
    equals greater greaterOrEquals less lessOrEquals notEquals
"""
_TYPES = """
    accurateCastOrNull reinterpretAsUInt64 toBool toDate toDateOrNull toDateTime toDateTime64 toDateTimeOrNull
    toDecimal128 toDecimal32 toDecimal64 toFloat32 toFloat64 toFloat64OrNull toFloat64OrZero toInt16 toInt32 toInt64
    toInt64OrNull toInt64OrZero toInt8 toString toTypeName toUInt16 toUInt32 toUInt64 toUInt64OrNull toUInt64OrZero
    toUInt8 toUUID toUUIDOrNull
"""
_TIMES = """
    addDays addHours addMinutes addMonths addQuarters addSeconds addWeeks addYears age dateDiff dateName dateTrunc
    date_diff DATE_TRUNC formatDateTime fromUnixTimestamp fromUnixTimestamp64Micro fromUnixTimestamp64Milli
    fromUnixTimestamp64Nano monthName now now64 parseDateTimeBestEffort parseDateTimeBestEffortOrNull
    parseDateTime64BestEffort parseDateTime64BestEffortOrNull subtractDays subtractHours subtractMinutes
    subtractMonths subtractQuarters subtractSeconds subtractWeeks subtractYears timeSlot timeSlots
    toDayOfMonth toDayOfWeek toDayOfYear toHour toISOWeek toISOYear toIntervalDay toIntervalHour toIntervalMinute
    toIntervalMonth toIntervalSecond toIntervalWeek toLastDayOfMonth toMinute toMonday toMonth toQuarter
    toRelativeDayNum toRelativeHourNum toSecond toStartOfDay toStartOfFifteenMinutes toStartOfFiveMinutes
    toStartOfHour toStartOfInterval toStartOfMinute toStartOfMonth toStartOfQuarter toStartOfSecond
    toStartOfTenMinutes toStartOfWeek toStartOfYear toTimeZone toUnixTimestamp toUnixTimestamp64Micro
    toUnixTimestamp64Milli toUnixTimestamp64Nano toWeek toYYYYMM toYYYYMMDD toYear today yesterday
    DAY HOUR MINUTE MONTH QUARTER SECOND week YEAR
"""
_TEXTS = """
    alphaTokens arrayStringConcat base64Decode base64Encode CHAR_LENGTH concat concatWithSeparator countMatches
    countSubstrings damerauLevenshteinDistance editDistance empty endsWith extract extractAll extractGroups
    formatReadableQuantity formatReadableSize formatReadableTimeDelta hasAllTokens hasAnyTokens hasSubsequence hasToken
    hex ilike jaroWinklerSimilarity left leftPad leftUTF8 length lengthUTF8 like locate lower lowerUTF8 ltrim match
    multiSearchAny multiSearchAnyCaseInsensitive notEmpty notILike notLike ngrams position positionCaseInsensitive
    positionUTF8 regexpExtract replace replaceAll replaceOne replaceRegexpAll replaceRegexpOne reverse reverseUTF8
    right rightPad rightUTF8 rtrim splitByChar splitByNonAlpha splitByRegexp splitByString splitByWhitespace startsWith
    substring substringIndex substringUTF8 substr tokens trim trimBoth trimLeft trimRight unhex upper upperUTF8
    JSONExtract JSONExtractArrayRaw JSONExtractBool JSONExtractFloat JSONExtractInt JSONExtractKeys
    JSONExtractKeysAndValues JSONExtractRaw JSONExtractString JSONExtractUInt JSONHas JSONLength JSONType JSON_VALUE
    isValidJSON isValidUTF8 simpleJSONExtractString simpleJSONExtractInt simpleJSONExtractFloat toJSONString toValidUTF8
    cityHash64 CRC32 halfMD5 MD5 murmurHash3_64 sipHash64 xxHash64 domain path protocol
"""
_LISTS = """
    array arrayAll arrayAvg arrayConcat arrayCompact arrayCount arrayCumSum arrayDifference arrayDistinct arrayElement
    arrayEnumerate arrayEnumerateUniq arrayExists arrayFill arrayFilter arrayFirst arrayFirstIndex arrayFlatten
    arrayIntersect arrayJoin arrayLast arrayLastIndex arrayMap arrayMax arrayMin arrayPartialSort arrayPopBack
    arrayPopFront arrayProduct arrayPushBack arrayPushFront arrayReverse arrayReverseSort arrayRotateLeft
    arrayRotateRight arraySlice arraySort arraySplit arraySum arrayUniq arrayZip has hasAll hasAny hasSubstr indexOf
    range tuple tupleElement map mapAdd mapApply mapContains mapContainsKey mapExists mapFilter mapFromArrays mapKeys
    mapSubtract mapValues
"""
_PLAIN = f"{_WINDOWS} {_CONDITIONS} {_NUMBERS} {_TYPES} {_TIMES} {_TEXTS} {_LISTS}".split()
AGGREGATES = _AGGREGATES.split()

NAMES = tuple(sorted({*_PLAIN, *AGGREGATES}))
# As the engine writes them, by how anybody may: the name that is written anew is always the engine's own.
FUNCTIONS = {name.lower(): name for name in _PLAIN} | {
    f"{name}{combinator}".lower(): f"{name}{combinator}"
    for name, combinator in product(AGGREGATES, _COMBINATORS)
}
