-- What failures are grouped by (docs/failures.md): class, type, name, and the message without what differs from one
-- failure to the next: identifiers, quoted texts, words that hold a digit. Computed when it is read, so that a better
-- rule holds for what is stored. Of a message so much as tells it apart: a stack or a body would cost a second.
alter table spans
    add column if not exists fingerprint String alias lower(hex(sipHash64(
        error_class,
        error_type,
        name,
        substring(
            replaceRegexpAll(
                substring(error_message, 1, 2000),
                '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|"[^"]*"|`[^`]*`|\\B\'[^\']*\'\\B|\\w*[0-9]\\w*([-.,:/]\\w*[0-9]\\w*)*|[0-9A-Fa-f]{16,}',
                '?'
            ),
            1, 300
        )
    )))
