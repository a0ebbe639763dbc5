"""Lets an untyped form be read field by field, collecting every problem instead of stopping at the first.

Names that callers use (`FormFault`) are imported from `tenantcore.validation`.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any, Final, TypeVar, cast

from attrs import evolve

from tenantcore.errors import Code, InvalidValue, Kind, Problem, invalid, shown_code, type_name

__all__ = ["Fields", "FormFault", "choice_of"]

_T = TypeVar("_T")

# A hostile form may have a million keys; the person who made a mistake has a few.
_MOST_UNKNOWN_FIELDS: Final = 20
_LONGEST_FIELD_NAME: Final = 40


@enum.unique
class FormFault(Code):
    """What can be wrong with a form as such."""

    FORM_NOT_AN_OBJECT = (
        Kind.WRONG_TYPE,
        "ONB-1",
        "a form or a section of one must be a dict of fields, not {actual}",
        "hand in a dict as json.loads gives it",
    )
    FORM_UNKNOWN_FIELD = (
        Kind.UNKNOWN,
        "ONB-1",
        "there is no field {field} here",
        "remove it, or name one of: {known}",
    )
    FORM_FIELD_REQUIRED = (
        Kind.MISSING,
        "ONB-1",
        "{field} is required and missing or empty",
        "fill it in",
    )
    FORM_CHOICE_UNKNOWN = (
        Kind.UNKNOWN,
        "ONB-1",
        "{value} is not on offer for {field}",
        "choose one of: {choices}",
    )


class Fields:
    """One level of a form: reads fields by name; what is wrong goes, under its path, to a list that levels share."""

    __slots__ = ("_fields", "_known", "_path", "problems")

    def __init__(
        self, form: object, known: Iterable[str], path: tuple[str, ...] = (), problems: list[Problem] | None = None
    ) -> None:
        self.problems: list[Problem] = [] if problems is None else problems
        self._path = path
        self._known = tuple(known)
        self._fields: dict[str, object] | None = None
        # The type is asked, not the object, and what is text is taken out of its type: a stranger's methods may raise.
        if not issubclass(type(form), dict):
            self.report(Problem(FormFault.FORM_NOT_AN_OBJECT, params={"actual": type_name(form)}))
            return
        items = [(_text(key), key, value) for key, value in dict.items(cast("dict[Any, Any]", form))]
        self._fields = {name: value for name, _, value in items if name is not None and name in self._known}
        unknown = ((name, key) for name, key, _ in items if name not in self._known)
        for name, key in islice(unknown, _MOST_UNKNOWN_FIELDS):
            params = {"field": shown_code(key), "known": ", ".join(self._known)}
            self.report(Problem(FormFault.FORM_UNKNOWN_FIELD, params=params), *_step(name))

    def knows(self, name: str) -> bool:
        """Whether a form may have the field."""
        return name in self._known

    def has(self, name: str) -> bool:
        """Whether the field is there and not empty: None, "" and spaces are how forms leave a field out."""
        return not _is_empty(self._value(name))

    def read(self, name: str, parse: Callable[[Any], _T]) -> _T | None:
        """Return what `parse` makes of a field; a missing one is handed to it as "", so that it names its own fault."""
        if self._fields is None:
            return None
        return self.made(name, lambda: parse(self.raw(name)))

    def optional(self, name: str, parse: Callable[[Any], _T]) -> _T | None:
        """Return what `parse` makes of a field, or None if it is missing or empty: nothing is wrong with that."""
        return self.read(name, parse) if self.has(name) else None

    def take(self, name: str, find: Callable[[object], Iterable[Problem]], parse: Callable[[object], _T]) -> _T | None:
        """Return what `parse` makes of a field in which `find` finds nothing wrong; all that it finds is noted."""
        if self._fields is None:
            return None
        value = self.raw(name)
        return None if self.note(find(value), {"": name}) else parse(value)

    def note(self, problems: Iterable[Problem], names: Mapping[str, str]) -> bool:
        """Note problems of fields that a value calls by other names: its name to the form's, "" to the value's own.

        Returns whether there were any.
        """
        found = list(problems)
        for problem in found:
            first, rest = (str(problem.path[0]), problem.path[1:]) if problem.path else ("", ())
            name = names.get(first, first)
            self.report(evolve(problem, path=rest), name)
        return bool(found)

    def made(self, name: str, make: Callable[[], _T]) -> _T | None:
        """Return what `make` makes in place of a missing field; why it can't is noted under the field."""
        try:
            return make()
        except InvalidValue as fault:
            self.report(fault.problem, name)
            return None

    @property
    def is_readable(self) -> bool:
        """Whether this level is a dict at all."""
        return self._fields is not None

    def raw(self, name: str) -> object:
        """Return a field as it was handed in; "" for a missing one, so that whoever reads it names its own fault."""
        value = self._value(name)
        return "" if value is None else value

    def section(self, name: str, known: Iterable[str]) -> "Fields":
        """Return the level below `name`; a missing section is read as an empty one, so that its fields are named."""
        value = self._value(name)
        below = Fields({} if _is_empty(value) else value, known, (*self._path, name), self.problems)
        if self._fields is None:
            below._fields = None
        return below

    def report(self, problem: Problem, *steps: str) -> None:
        """Note a problem of this level, or of the field that `steps` name."""
        self.problems.append(problem.under(*self._path, *steps))

    def _value(self, name: str) -> object:
        return None if self._fields is None else self._fields.get(name)


def _text(value: object) -> str | None:
    return str.__str__(cast("str", value)) if issubclass(type(value), str) else None


def _step(name: str | None) -> tuple[str, ...]:
    """Return the step to an unknown field; none where nobody would name one so, to spare whoever stores the path."""
    fits = name is not None and len(name) <= _LONGEST_FIELD_NAME and name.isprintable() and "@" not in name
    return (name,) if name is not None and fits else ()


def _is_empty(value: object) -> bool:
    text = _text(value)
    return value is None or (text is not None and not text.strip(" "))


def choice_of(field: str, choices: Iterable[str]) -> Callable[[object], str]:
    """Return a parser that takes one of `choices`, exactly as written."""
    offered = tuple(choices)

    def parse(value: object) -> str:
        if _is_empty(value):
            raise invalid(Problem(FormFault.FORM_FIELD_REQUIRED, params={"field": field}))
        word = _text(value)
        if word is not None and word in offered:
            return word
        params = {"field": field, "value": shown_code(value), "choices": ", ".join(offered)}
        raise invalid(Problem(FormFault.FORM_CHOICE_UNKNOWN, params=params))

    return parse
