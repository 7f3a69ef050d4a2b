"""What things are: every kind of row declared once, and all that is derived from the declaration."""

from sanwang.schema.kind import KINDS, PERSONAL, TRACE, Field, Kind
from sanwang.schema.problem import Problem, Severity
from sanwang.schema.vocabulary import VOCABULARIES, code_of, word_for, words_of

__all__ = [
    "KINDS",
    "PERSONAL",
    "TRACE",
    "VOCABULARIES",
    "Field",
    "Kind",
    "Problem",
    "Severity",
    "code_of",
    "word_for",
    "words_of",
]
