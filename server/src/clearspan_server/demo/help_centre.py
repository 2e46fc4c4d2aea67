"""Finds the help centre's articles for a question: a vector search, then a closer look."""

import math
from collections import Counter
from dataclasses import dataclass

from clearspan_server.demo.world import ARTICLES, Article
from clearspan_server.simulator.words import stems


@dataclass(frozen=True, slots=True)
class Found:
    """An article and how well it fits, 0 to 1."""

    article: Article
    score: float


_WORDS = {article.id: sorted(stems(f"{article.title} {article.text}")) for article in ARTICLES}
_IN_ARTICLES = Counter(word for words in _WORDS.values() for word in words)


def search(query: str, k: int) -> list[Found]:
    """The k articles whose words lie closest to the query's: cosine of rare-word weights."""
    wanted = {word: _rarity(word) for word in sorted(stems(query))}
    length = math.hypot(*wanted.values()) or 1.0
    found = []
    for article in ARTICLES:
        weights = [_rarity(word) for word in _WORDS[article.id]]
        shared = sum(wanted[word] ** 2 for word in _WORDS[article.id] if word in wanted)
        found.append(Found(article, round(shared / (length * math.hypot(*weights)), 4)))
    return _best(found, k)


def rerank(query: str, found: list[Found], keep: int) -> list[Found]:
    """The best of the found articles: the share of the query that is in the text or the title."""
    wanted = stems(query)
    ranked = []
    for hit in found:
        title = stems(hit.article.title)
        in_text = sum(word in _WORDS[hit.article.id] for word in wanted)
        in_title = sum(word in title for word in wanted)
        share = (in_text + 2 * in_title) / (3 * max(len(wanted), 1))
        ranked.append(Found(hit.article, round(min(0.2 + 0.5 * hit.score + share, 0.99), 4)))
    return _best(ranked, keep)


def _rarity(word: str) -> float:
    return math.log(1 + len(ARTICLES) / (1 + _IN_ARTICLES[word]))


def _best(found: list[Found], count: int) -> list[Found]:
    return sorted(found, key=lambda hit: (-hit.score, hit.article.id))[:count]
