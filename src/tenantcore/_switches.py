"""Lets a form switch things on and off: a dict of known words, each with true or false.

A word that isn't named is left to the reader. Nothing but a bool is taken: what `None`, `0` or "off" mean for a right
would be a guess.
"""

from collections.abc import Collection
from itertools import islice
from typing import Any, Final, cast

from tenantcore._forms import FormFault
from tenantcore._validators import is_text, wrong_type
from tenantcore.errors import Code, Problem, shown_code, type_name

__all__ = ["read_switches"]

# A hostile form may have a million keys; the person who made a mistake has a few.
_MOST_UNKNOWN_WORDS: Final = 20


def read_switches(form: object, known: Collection[str], unknown: Code) -> tuple[dict[str, bool], tuple[Problem, ...]]:
    """Return what a form switches, in the order of the words that are known, and what is wrong with the rest.

    `unknown` is the code for a word that isn't known, with the parameters `value` and `known`.
    """
    # The type is asked, not the object, and what is text is taken out of its type: a stranger's methods may raise.
    if not issubclass(type(form), dict):
        return {}, (Problem(FormFault.FORM_NOT_AN_OBJECT, params={"actual": type_name(form)}),)
    items = dict.items(cast("dict[Any, Any]", form))
    pairs = [(str.__str__(key) if is_text(key) else key, value) for key, value in items]
    words = frozenset(known)
    values = {key: value for key, value in pairs if type(key) is str and key in words}
    strangers = (key for key, _ in pairs if type(key) is not str or key not in words)
    problems = [_unknown(key, known, unknown) for key in islice(strangers, _MOST_UNKNOWN_WORDS)]
    named: dict[str, bool] = {}
    for word in known:
        value = values.get(word, ...)
        if type(value) is bool:
            named[word] = value
        elif word in values:
            problems.append(wrong_type(word, "true or false", value).under(word))
    return named, tuple(problems)


def _unknown(key: object, known: Collection[str], unknown: Code) -> Problem:
    shown = shown_code(key)
    # Only what may be shown may be a step: whoever stores the path is spared addresses and megabytes.
    path = (key,) if type(key) is str and shown == repr(key) else ()
    return Problem(unknown, path, {"value": shown, "known": ", ".join(known)})
