"""What the SQL console is asked by analysts and by attackers, and two projects to ask of."""

from pathlib import Path
from typing import Any

from reading import Reader, span

ORDINARY = [
    one.strip()
    for one in (Path(__file__).parent / "ordinary.sql")
    .read_text(encoding="utf-8")
    .partition("\n")[2]
    .split(";\n")
    if one.strip()
]

# Ten thousand million pairs: hours.
ENDLESS = (
    "select count() from (select arrayJoin(range(100000)) as a) as x"
    " cross join (select arrayJoin(range(100000)) as b) as y where sipHash64(a, b) = 1"
)

# Twenty queries, each of the one before it and itself: a million when they are written out.
DOUBLING = ", ".join(
    f"a{at} as (select x.n from a{at - 1} x cross join a{at - 1} y)"  # noqa: S608
    if at
    else "a0 as (select 1 as n)"
    for at in range(20)
)
# What must be refused, with a word of the message.
ATTACKS = (
    ("select * from file('/etc/passwd', 'LineAsString')", "'file'"),
    ("select file('/etc/passwd')", "'file'"),
    ("select * from 'secret.csv'", "no table"),
    ('select * from "secret.csv"', "no table"),
    ("select * from `secret.csv`", "no table"),
    ("select * from secret", "no table"),
    ('select * from "/etc/passwd"', "no table"),
    ("select * from url('http://127.0.0.1:1/', CSV)", "'url'"),
    ("select * from s3('http://127.0.0.1:1/x')", "'s3'"),
    ("select * from remote('127.0.0.1', 'default', 'spans')", "'remote'"),
    ("select * from remoteSecure('127.0.0.1', default.spans)", "'remoteSecure'"),
    ("select * from executable('id', 'TSV', 'x String')", "'executable'"),
    ("select * from input('x String')", "'input'"),
    ("select * from Python(rows)", "'Python'"),
    ("select * from python('rows')", "'python'"),
    ("select * from numbers(10)", "'numbers'"),
    ("select * from merge('default', '.*')", "'merge'"),
    ("select * from cluster('x', default.spans)", "'cluster'"),
    ("select * from view(select 1)", "not allowed"),
    ("select * from values('a Int8', 1)", "not allowed"),
    ("select * from generateRandom('a Int8')", "'generateRandom'"),
    ("select * from mysql('h', 'd', 't', 'u', 'p')", "'mysql'"),
    ("select * from sqlite('x.db', 't')", "'sqlite'"),
    ("select * from system.tables", "no table"),
    ("select * from system.processes", "no table"),
    ("select * from information_schema.tables", "no table"),
    ("select * from default.spans", "no table"),
    ("select * from span_parts", "no table"),
    ("select * from deliveries", "no table"),
    ("select * from schema_migrations", "no table"),
    ("select * from rollup_hours", "no table"),
    ("select project from spans", "project"),
    ("select 'x' as project from spans", "project"),
    ("select 'x' as \"project\" from spans", "project"),
    ("with 'x' as project select * from spans", "project"),
    ("with project as (select 1) select * from project", "project"),
    ("select * from spans as project", "project"),
    ("select arrayMap(project -> (select any(name) from spans), ['x'])", "project"),
    ("select * from spans where spans.project = 'x'", "project"),
    ("select * except (project) from spans", "project"),
    ("select cast(tuple(1) as Tuple(project String))", ""),
    ("select _part from spans", "_part"),
    ("select s.version from spans as s", "version"),
    ("select 1 in spans", "right of `in`"),
    ("select 'x' in traces", "right of `in`"),
    ("select 'x' in (traces)", "right of `in`"),
    ("select 'x' in ((traces))", "right of `in`"),
    ("select 'x' in (span_parts)", "right of `in`"),
    ("select 'x' not in \"secret.csv\"", "right of `in`"),
    ("select 'x' in default.spans", "right of `in`"),
    ("select 'x' in system.one", "right of `in`"),
    ("select ('x', 1) in ((traces, 1))", "right of `in`"),
    ("select 'x' global in (select 1)", "not allowed"),
    ("select 'x' in (select * from secret)", "no table"),
    ("select `in`('x', spans)", "not allowed"),
    ("select notIn('x', spans)", "'notIn'"),
    ("select nullIn('x', spans)", "'nullIn'"),
    ("select dictGet('d', 'a', 1)", "'dictGet'"),
    ("select dictGetOrDefault('d', 'a', 1, 2)", "'dictGetOrDefault'"),
    ("select joinGet('t', 'a', 1)", "'joinGet'"),
    ("select hasColumnInTable('default', 'spans', 'x')", "'hasColumnInTable'"),
    ("select getSetting('max_threads')", "'getSetting'"),
    ("select sleep(3)", "'sleep'"),
    ("select sleepEachRow(3) from spans", "'sleepEachRow'"),
    ("select throwIf(1, 'x')", "'throwIf'"),
    ("select hostName(), version(), currentUser()", "'hostName'"),
    ("select currentDatabase()", "'currentDatabase'"),
    ("select queryID()", "'queryID'"),
    ("select evalMLMethod(m, 1) from spans", "'evalMLMethod'"),
    ("select catboostEvaluate('/etc/passwd', 1)", "'catboostEvaluate'"),
    ("select addressToLine(1)", "'addressToLine'"),
    ("select filesystemAvailable()", "'filesystemAvailable'"),
    ("select fuzzBits('x', 0.1)", "'fuzzBits'"),
    ("select initializeAggregation('sum', 1)", "'initializeAggregation'"),
    ("select arrayReduce('sum', [1])", "'arrayReduce'"),
    ("select formatRow('CSV', 1)", "'formatRow'"),
    ("select aes_encrypt_mysql('aes-128-ecb', 'a', 'b')", "'aes_encrypt_mysql'"),
    ("select arrayMap(x -> file(x), ['/etc/passwd'])", "'file'"),
    ("select arrayMap(x -> x in traces, ['a'])", "right of `in`"),
    ("select arrayFilter(x -> (select file('/etc/passwd')) = x, ['a'])", "'file'"),
    ("select `file`('/etc/passwd')", "not allowed"),
    ("select \"file\"('/etc/passwd')", "not allowed"),
    ("select FILE('/etc/passwd')", "'FILE'"),
    ("select file/**/('/etc/passwd')", "'file'"),
    ("select columns('.*') from spans", "'columns'"),
    ("select spans.columns('.*') from spans", "not allowed"),
    ("select * apply(file) from spans", "`apply`"),
    ("select * apply file from spans", ""),
    ("select * apply(x -> file(x)) from spans", ""),
    ("select * replace (file('/etc/passwd') as name) from spans", "not allowed"),
    ("select 1 into outfile 'x'", ""),
    ("select 1 into outfile 'x' format CSV", ""),
    ("select 1 format CSV", "format"),
    ("select 1 format Null", "format"),
    ("select 1 settings max_execution_time = 0", "settings"),
    ("select 1 settings readonly = 0", "settings"),
    ("select * from (select 1 settings max_memory_usage = 0)", "settings"),
    ("select 1 union all select 2 settings max_threads = 9", "settings"),
    ("select {x:String}", "parameter"),
    ("select * from {t:Identifier}", ""),
    ("select @@version", "parameter"),
    ("select * from spans final", "final"),
    ("select * from spans sample 0.1", "sample"),
    ("select name from spans prewhere kind = 'llm'", "where"),
    ("select 1; select 2", "one `select`"),
    ("select 1; drop table spans", "one `select`"),
    ("insert into spans (name) values ('x')", "only `select`"),
    ("insert into function file('x.csv') select 1", ""),
    ("drop table spans", "only `select`"),
    ("alter table spans delete where 1", "only `select`"),
    ("create table x (a Int8) engine = Memory", "only `select`"),
    ("create temporary table x as select 1", "only `select`"),
    ("truncate table spans", "only `select`"),
    ("set readonly = 0", "only `select`"),
    ("use system", "only `select`"),
    ("system shutdown", "only `select`"),
    ("kill query where 1", ""),
    ("kill query 'x'", "only `select`"),
    ("show tables", "only `select`"),
    ("describe table spans", "only `select`"),
    ("explain select 1", "only `select`"),
    ("attach table x from '/etc'", "only `select`"),
    ("grant all on *.* to x", "only `select`"),
    ("backup table spans to Disk('x', 'y')", ""),
    ("with spans as (select 1 as a) select * from spans", "already"),
    ("with x as (select 1), x as (select 2) select * from x", "already"),
    ("with x as (select * from y), y as (select 1) select * from x", "no table"),
    ("with x as (select * from x) select * from x", "no table"),
    ("with recursive x as (select 1 as n union all select n + 1 from x) select * from x", "recursive"),
    ("select * from (with x as (select 1) select * from x), x", "no table"),
    ("with (select 1) as x select * from x", "no table"),
    ("with 'secret.csv' as x select * from x", "no table"),
    ("with [1] as x select 1 in x", "right of `in`"),
    ("select /* /* */ * from secret", ""),
    ("select 1 -- \n from secret", "no table"),
    ("select $$x$$ from secret", ""),
    ("select $tag$x$tag$", ""),
    ("select ‘x’", "not a name"),
    ("select “x” from spans", "not a name"),
    ("select 'x''' from secret", "no table"),
    ('select "a\\" from secret --" from spans', "not a name"),
    ("select `a``b` from spans", "not a name"),
    ('select 1 as "x$$y"', "not a name"),
    ("select 1 from spans as `x\\``", ""),
    ("select 0x41 from spans", "hexadecimal"),
    ("select x'41'", ""),
    ("select 1::Enum8('a' = 1)", ""),
    ("select cast(1, 'Enum8(\\'a\\' = 1)')", "not a type"),
    ("select cast(1 as AggregateFunction(sum, Int8))", "type"),
    ("select '{}'::Object('json')", ""),
    ("select '{}'::Dynamic", "type"),
    ("select * from spans semi left join secret using (trace_id)", "no table"),
    ("select * from spans paste join spans as b", ""),
    ("select * from spans natural join traces", "not allowed"),
    ("select * from spans array join (select groupArray(x) from secret) as y", ""),
    ("select * from (spans)", "query"),
    ("select * from (select * from secret)", "no table"),
    ("select 1 where exists (select * from secret)", "no table"),
    ("select 1 order by (select * from secret)", "no table"),
    ("select 1 limit (select * from secret)", "no table"),
    ("select 1 group by (select * from secret)", "no table"),
    ("select 1 union all select * from secret", "no table"),
    ("select 1 except select * from secret", "no table"),
    ("select 1 intersect select * from secret", "no table"),
    ("(select 1) union all (select file('x'))", "'file'"),
    ("from secret select *", "no table"),
    ("table secret", ""),
    ("values (1)", ""),
    ("", ""),
    ("   -- nothing", "no query"),
    (";", "no query"),
    ("select", ""),
    ("select (", ""),
    ("select " + "(" * 100 + "1" + ")" * 100, "deep"),
    ("select " + "-" * 2000 + "1", ""),
    ("select " + "not " * 3000 + "1", "too long"),
    ("select '" + "x" * 30_000 + "'", ""),
    (f"with {DOUBLING} select * from a19", "too large"),  # noqa: S608
)  # fmt: skip

# What looks like one and is none: texts, comments and names, with what they say.
HARMLESS: tuple[tuple[str, Any], ...] = (
    ("select 'x\\' from secret --'", "x' from secret --"),
    ("select 'a\\\\'", "a\\"),
    ("select 'a''b', 1", "a'b"),
    ("select '\\x41\\n\\t\\0'", "A\n\t\0"),
    ("select '; drop table spans'", "; drop table spans"),
    ("select '$$', 2", "$$"),
    ("select '“’' as \"wie viel (ms)\"", "“’"),
    ("select 1 /* /* */ from secret -- */", 1),
    ("select 1 -- from secret", 1),
    ("select 1 as secret", 1),
    ("select count() from (select 1 as system) as file", "1"),
)


def stored_twice(other: Reader, own: Reader) -> None:
    """The same spans in two projects, but for a word in every text."""
    for one, word in ((other, "foreign"), (own, "own")):
        one.store(
            *(
                span(trace, number, parent=number - 1, **fields(word, number))
                for trace in range(1, 5)
                for number in range(1, 4)
            )
        )


def fields(word: str, number: int) -> dict[str, Any]:
    return {
        "name": f"step {word}",
        "kind": ("agent", "llm", "tool")[number - 1],
        "service": f"service {word}",
        "user_id": word,
        "tags": [word, "a"],
        "attributes": {"http.route": f'"/{word}"'},
        "input": f'[{{"role": "user", "content": "{word}"}}]',
        "counted": True,
        "input_tokens": 10,
    }
