"""The note searched by a few words, in either of its languages.

SQLite's full-text index does it, in memory. It tells words apart by the spaces between them, which
Chinese does not write, so that Chinese is given to it in pairs of neighbouring characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mpspec.claims import LANGUAGES, Chapter, Claim
from mpspec.questions import Question, Questions

TITLE_WEIGHT, TEXT_WEIGHT = 4.0, 1.0
"""How much more a word says that stands in the question or the claim itself."""

QUESTION_WEIGHT = 1.5
"""How much more a question says than a claim to those who ask: it names several of these."""

_CHINESE = re.compile("[\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W\u3400-\u9fff]+(?:['\u2019][^\W\u3400-\u9fff]+)*|[\u3400-\u9fff]+")

# Words that make a question of whatever is asked. They say nothing of what it is about, and as the
# note itself has few of them they would count for much.
_ASKING = re.compile(
    "a|am|an|and|any|are|as|at|be|been|but|by|can|cannot|can't|could|did|do|does|doesn't"
    "|don't|for|from|get|gets|getting|got|had|has|have|how|i|i'm|if|in|is|isn't|it|its|it's"
    "|me|mean|means|my|not|of|on|or|our|should|so|that|the|their|them|then|there|they|this|to"
    "|was|we|were|what|what's|when|where|which|who|whom|whose|why|will|with|won't|work"
    "|working|would|you|your"
)
_CHINESE_ASKING = re.compile(
    "为什么|为何|怎么办|怎么样|怎么|怎样|如何|什么|哪里|哪个|是否|能不能|是不是|可不可以|可以|应该"
    "|我们|我的|我|你|这个|那个|一个|总是|一直|时候|的时候|[的了吗呢吧啊是会能要很都就也还又]"
)


_BEST_FIRST = """
    SELECT name FROM note WHERE note MATCH ?
    ORDER BY bm25(note, 0, ?, ?) * iif(name LIKE '?%', ?, 1), rowid
"""  # the better a row matches, the further below zero is its bm25


class SearchError(Exception):
    """What is searched with is not in this Python; the message says what."""


@dataclass(frozen=True)
class Hit:
    """What was found: a question with its claims, or a claim that belongs to none above it."""

    question: Question | None
    claims: Sequence[Claim]


def language_of(words: str) -> str:
    """Return in which of `LANGUAGES` somebody asks."""
    return LANGUAGES[1] if _CHINESE.search(words) else LANGUAGES[0]


def search(words: str, chapters: Sequence[Chapter], page: Questions | None) -> Iterator[Hit]:
    """Return what the note says to `words`, best first; a claim once only. Raises `SearchError`."""
    wanted = _query(words)
    if not wanted:
        return
    claims = {claim.id: claim for chapter in chapters for claim in chapter.claims}
    asked = {f"?{question.id}": question for question in (page.all if page else ())}
    rows = [(name, *_texts_of(question, claims)) for name, question in asked.items()]
    rows += [(claim.id, claim.title, claim.explanation) for claim in claims.values()]
    told: set[str] = set()
    for name in _found(rows, wanted):
        question = asked.get(name)
        named = [each for each in question.claims if each in claims] if question else [name]
        if question or name not in told:
            yield Hit(question, [claims[each] for each in named])
        told.update(named)


def _texts_of(question: Question, claims: dict[str, Claim]) -> tuple[str, str]:
    """Return what a question is found by: itself, and its answer with the claims that show it."""
    shown = [claims[each].title for each in question.claims if each in claims]
    return question.title, "\n".join([question.answer, *shown])


def _found(rows: Iterable[tuple[str, str, str]], wanted: str) -> list[str]:
    """Return the names of the rows that match, best first."""
    try:
        import sqlite3  # noqa: PLC0415 - a Python can be built without it
    except ImportError:
        raise SearchError("mpspec ask needs sqlite3, which this Python is built without") from None
    index = sqlite3.connect(":memory:")
    try:
        index.execute(
            "CREATE VIRTUAL TABLE note USING "
            "fts5(name UNINDEXED, title, text, tokenize = 'porter unicode61')"
        )
        cut = [(name, _in_pairs(title), _in_pairs(text)) for name, title, text in rows]
        index.executemany("INSERT INTO note VALUES (?, ?, ?)", cut)
        found = index.execute(_BEST_FIRST, (wanted, TITLE_WEIGHT, TEXT_WEIGHT, QUESTION_WEIGHT))
        return [name for (name,) in found]
    except sqlite3.OperationalError as error:
        raise SearchError(f"mpspec ask needs sqlite3 with FTS5: {error}") from None
    finally:
        index.close()


def _in_pairs(text: str) -> str:
    """Return `text` with its Chinese cut into pairs that overlap, and the last character alone."""
    return _CHINESE.sub(lambda run: f" {' '.join(_pairs(run[0]))} {run[0][-1]} ", text)


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _query(words: str) -> str:
    """Return what to match: any of the words, each between quotes, as it may be anything."""
    return " OR ".join(dict.fromkeys(_terms(words)))


def _terms(words: str) -> Iterator[str]:
    for word in _WORD.findall(words.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")):
        if not _CHINESE.match(word):
            if not _ASKING.fullmatch(word):
                yield f'"{word}"'
            continue
        for run in filter(None, _CHINESE_ASKING.split(word)):
            # One character alone begins a pair, or ends a run.
            yield from (f'"{pair}"' for pair in _pairs(run)) if run[1:] else [f'"{run}"*']
