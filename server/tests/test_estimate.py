"""Usage that nobody told: estimated from the text, marked, and gone as soon as somebody tells it."""

import json

import pytest

from clearspan_server.ingest.estimate import count_tokens, estimate, forget_estimate
from clearspan_server.ingest.merge import fold
from clearspan_server.ingest.prices import LIST_ONLY
from clearspan_server.model.span import Span
from clearspan_server.store.parts import Part
from reading import span
from running import Server, until
from sending import post, request_of
from sending import span as sent_span

# Texts and how many tokens o200k_base makes of them.
COUNTED = {
    "The recorder keeps every call that an application makes to a language model, with its messages, its tokens and"
    " what it cost. When something goes wrong in the middle of the night, the person on call opens the trace and sees"
    " which step failed, what the model had been asked, and how long each of the tools took to answer.": 67,
    "Die Bestellung wurde gestern verschickt und müsste übermorgen ankommen. Falls das Paket beschädigt ist, können"
    " Sie es innerhalb von vierzehn Tagen kostenlos zurücksenden; den Rückschein finden Sie in Ihrem Konto unter den"
    " letzten Einkäufen.": 49,
    "Votre commande a été expédiée hier et devrait arriver après-demain. Si le colis est endommagé, vous pouvez le"
    " renvoyer gratuitement dans un délai de quatorze jours; l'étiquette de retour se trouve dans votre compte.": 51,
    "您的订单已于昨天发货，预计后天送达。"
    "如果包裹有损坏，您可以在十四天之内免费退货，退货标签可以在您的账户里最近的订单下面找到。": 46,
    "ご注文の商品は昨日発送されましたので、明後日にはお届けできる予定です。"
    "荷物が破損していた場合は、十四日以内であれば無料で返品することができます。": 46,
    "आपका ऑर्डर कल भेज दिया गया था और परसों तक पहुँच जाना चाहिए। "
    "यदि पार्सल क्षतिग्रस्त है तो आप इसे चौदह दिनों के भीतर मुफ्त में वापस कर सकते हैं।": 45,
    "تم إرسال طلبك أمس ومن المتوقع أن يصل بعد غد. إذا كان الطرد تالفا يمكنك إعادته مجانا خلال أربعة عشر يوما من تاريخ"
    " الاستلام.": 35,
}


def said(role: str, *parts: dict[str, object]) -> dict[str, object]:
    return {"role": role, "parts": list(parts)}


def words(content: str) -> dict[str, object]:
    return {"type": "text", "content": content}


def answered(*given: dict[str, object], status: str = "ok", kind: str = "llm") -> Span:
    """A call with an answer of two words, and no usage."""
    made = span(1, kind=kind, status=status)
    made.input = json.dumps(list(given))
    made.output = json.dumps([said("assistant", words("Paris, France."))])
    return made


@pytest.mark.parametrize(("text", "known"), COUNTED.items(), ids=range(len(COUNTED)))
def test_the_rule_is_right_to_a_quarter_in_scripts_of_many_kinds(text: str, known: int) -> None:
    assert count_tokens(text) == pytest.approx(known, rel=0.25)


def test_an_answer_without_usage_gets_an_estimate_that_says_so() -> None:
    call = answered(said("user", words("What is the capital of France?")))

    assert estimate(call)

    assert call.usage_source == "estimated"
    assert call.input_tokens == pytest.approx(14, abs=3)
    assert call.output_tokens == pytest.approx(4, abs=1)
    assert call.total_tokens == (call.input_tokens or 0) + (call.output_tokens or 0)
    assert forget_estimate(call)
    assert (call.input_tokens, call.output_tokens, call.usage_source) == (None, None, "")


def test_the_input_stays_unknown_where_a_picture_is_part_of_it() -> None:
    picture: dict[str, object] = {"type": "blob", "modality": "image", "content": "AAAA"}
    call = answered(said("user", words("What is this?"), picture))

    assert estimate(call)

    assert (call.input_tokens, call.total_tokens) == (None, None)
    assert call.output_tokens


@pytest.mark.parametrize(
    "call",
    [
        answered(status="error"),
        answered(status="open"),
        answered(kind="agent"),
        span(1, kind="llm", status="cancelled"),
    ],
    ids=["failed", "going on", "no call", "left before an answer"],
)
def test_what_is_no_answered_call_gets_none(call: Span) -> None:
    assert not estimate(call)
    assert call.usage_source == ""


def test_usage_that_comes_later_takes_the_place_of_an_estimate() -> None:
    call = answered(said("user", words("What is the capital of France?")))
    estimate(call)
    late = span(1, kind="other", status="ok")
    late.name, late.input_tokens, late.output_tokens, late.usage_source = "", 24, 9, "provider"

    told = fold(call, [Part("update", 1, late)], LIST_ONLY)

    assert told is not None
    assert (told.input_tokens, told.output_tokens, told.total_tokens) == (24, 9, 33)
    assert told.usage_source == "provider"


def test_a_stream_that_sent_no_usage_is_priced_and_marked(server: Server) -> None:
    call = sent_span(
        "chat gpt-4o-mini",
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.request.stream": True,
            "gen_ai.input.messages": json.dumps([said("user", words("Capital of France?"))]),
            "gen_ai.output.messages": json.dumps([said("assistant", words("It is Paris."))]),
        },
    )

    post(server.url, "/v1/traces?project=estimates", request_of([call]))
    until(lambda: server.get("/api/v1/traces?project=estimates")["traces"])

    path = f"/api/v1/traces/{call.trace_id.hex()}/spans/{call.span_id.hex()}?project=estimates"
    shown = server.get(path)
    assert shown["usage"]["source"] == "estimated"
    assert shown["usage"]["output"] > 0
    assert float(shown["cost"]["total"]) > 0
