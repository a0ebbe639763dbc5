"""Lets you tell what is wrong with a value, where, by which rule, and what to do about it.

A `Problem` is data: a code, the path to the spot and parameters. Its sentence is written once, in the code table of
the module that owns the rule, so that it can be translated; nothing here formats a message where a rule fails.

Building one value raises `InvalidValue` with the first problem. Checking a whole document
(`tenantcore.validation`) collects every problem. A question whose answer may be no returns a decision instead.
"""

import enum
import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import evolve, field, frozen
from immutabledict import immutabledict

__all__ = [
    "Code",
    "FieldCode",
    "InvalidType",
    "InvalidValue",
    "Kind",
    "Param",
    "Problem",
    "TenantcoreError",
    "invalid",
    "shown",
    "shown_code",
    "type_name",
]

# Letters, at most five digits, and the marks that names of zones and products have; no spaces and no @.
_CODE_LIKE: Final = re.compile(r"(?!(?:[^0-9]*[0-9]){6})[A-Za-z0-9_/+.-]+")
_SHORTEST_NAME: Final = 3
_LONGEST_SHOWN: Final = 40
_WIDEST_INTEGER_BITS: Final = 128


class Kind(enum.Enum):
    """What sort of fault a code stands for, so that a host can react to sorts it has never met by name."""

    MISSING = "missing"
    WRONG_TYPE = "wrong type"
    MALFORMED = "malformed"
    OUT_OF_RANGE = "out of range"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"
    TAKEN = "taken"
    FROZEN = "frozen"
    WARNING = "warning"


class Code(enum.Enum):
    """Base of every module's table of faults: kind, rule id, English sentence, remedy.

    Sentence and remedy are `str.format` templates over the problem's parameters. The member's name is the stable
    code: it is unique in the whole library, is what `str()` gives, and is how members are pickled.
    """

    kind: Kind
    rule: str
    sentence: str
    remedy: str

    def __init__(self, kind: Kind, rule: str, sentence: str, remedy: str) -> None:
        self.kind = kind
        self.rule = rule
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __reduce_ex__(self, proto: object) -> tuple[Any, ...]:
        # By name, not by value: a pickle outlives a reworded sentence.
        return getattr, (self.__class__, self.name)


@enum.unique
class FieldCode(Code):
    """Faults that any field of any value can have."""

    FIELD_WRONG_TYPE = (
        Kind.WRONG_TYPE,
        "X-2",
        "{field} must be {expected}, not {actual}",
        "hand in {expected}",
    )
    FIELD_WRONG_ITEM = (
        Kind.WRONG_TYPE,
        "X-2",
        "{field} must hold only {expected}, but item {position} (counted from 0) is of type {actual}",
        "replace item {position}",
    )
    FIELD_BELOW_MINIMUM = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "{field} must be at least {minimum}, not {value}",
        "raise it to {minimum} or more",
    )
    FIELD_ABOVE_MAXIMUM = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "{field} must be at most {maximum}, not {value}",
        "lower it to {maximum} or less",
    )
    FIELD_EMPTY = (
        Kind.MISSING,
        "X-2",
        "{field} must not be empty",
        "give at least one character or item",
    )
    DATE_TYPE = (
        Kind.WRONG_TYPE,
        "X-2",
        "{field} must be a datetime.date, not {actual}",
        "hand in the calendar day in the tenant's time zone; a datetime or Timestamp is an instant",
    )
    INSTANT_TYPE = (
        Kind.WRONG_TYPE,
        "X-2",
        "{field} must be a datetime.datetime, not {actual}",
        "hand in an aware datetime; a pandas Timestamp has to_pydatetime()",
    )
    INSTANT_NAIVE = (
        Kind.MALFORMED,
        "X-2",
        "{field} has no UTC offset, so it names no instant",
        "hand in an aware datetime, best in UTC",
    )
    INSTANT_OUT_OF_CALENDAR = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "{field} lies outside the years 1 to 9999 in UTC",
        "hand in an instant within these years",
    )


Param: TypeAlias = str | int
"""What a problem's parameters are: text and whole numbers, so that they fit any store."""


def _kept(params: Mapping[str, Param]) -> Mapping[str, Param]:
    # Type checkers take a field's type from its converter, and immutabledict itself takes anything.
    return immutabledict(params)


class _Told(dict[str, Param]):
    """Parameters of which any may be missing: its name stands for it."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


@frozen
class Problem:
    """One fault or one warning: which rule, where, with what.

    `path` leads from the document's root to the spot, names for fields and numbers (from 0) for places in a list; it
    is empty when one value was built on its own. `params` never hold telephone numbers, person names or addresses.

    >>> problem = Problem(FieldCode.FIELD_BELOW_MINIMUM, params={"field": "step_seconds", "minimum": 1, "value": 0})
    >>> str(problem.under("rates", 2))
    'rates[2]: step_seconds must be at least 1, not 0; raise it to 1 or more'

    Rule: X-3 in docs/reference/errors.md.
    """

    code: Code
    path: tuple[str | int, ...] = ()
    params: Mapping[str, Param] = field(factory=immutabledict, converter=_kept)

    def under(self, *steps: str | int) -> "Problem":
        """Return the same problem as seen from further out: `steps` are put before its path."""
        return evolve(self, path=(*steps, *self.path))

    @property
    def sentence(self) -> str:
        """The fault in English: lower case, no full stop, without its place.

        A parameter that isn't there is shown by its name: a problem that was stored is told all the same.
        """
        return self.code.sentence.format_map(_Told(self.params))

    @property
    def remedy(self) -> str:
        """What whoever filled the field in can do about it, in English."""
        return self.code.remedy.format_map(_Told(self.params))

    @property
    def is_warning(self) -> bool:
        """Whether the value stands all the same."""
        return self.code.kind is Kind.WARNING

    @property
    def place(self) -> str:
        """The path as a person reads it: `administrators[1].email`; empty for a value on its own.

        A step that is no short name, say an unknown key of a form, is quoted and cut: `['e mail']`.
        """
        return "".join(map(_step, self.path)).removeprefix(".")

    def __str__(self) -> str:
        told = f"{self.sentence}; {self.remedy}"
        return f"{self.place}: {told}" if self.path else told


def _step(step: str | int) -> str:
    if isinstance(step, str) and len(step) <= _LONGEST_SHOWN and step.isidentifier():
        return f".{step}"
    return f"[{shown(step)}]"


class TenantcoreError(Exception):
    """Base of everything that the library raises on purpose."""


class InvalidValue(TenantcoreError, ValueError):
    """A value can't be built; `problem` says which rule forbids it and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


class InvalidType(InvalidValue, TypeError):
    """A value can't be built because an argument is of the wrong type: also a `TypeError`, as callers expect."""


def invalid(problem: Problem) -> InvalidValue:
    """Return the exception for `problem`, to be raised: `InvalidType` for a wrong type, else `InvalidValue`."""
    return (InvalidType if problem.code.kind is Kind.WRONG_TYPE else InvalidValue)(problem)


def shown(value: object) -> str:
    r"""Return a short text that shows any object in a message: at most 40 characters of it, printable, no surrogates.

    Text is quoted, escaped and cut, numbers are written out unless they are huge, other objects are named by their
    type only: their own `repr` may be slow, personal or broken.

    >>> print(shown("Acme\n"), shown(10**5000), shown([1, 2]))
    'Acme\n' an integer of 16610 bits list
    """
    # The type is asked first: isinstance alone believes a `__class__` that mocks and proxies make up.
    if issubclass(type(value), str) and isinstance(value, str):
        text = str.__str__(value)
        return repr(text) if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]!r}..."
    if type(value) is int and value.bit_length() > _WIDEST_INTEGER_BITS:
        return f"an integer of {value.bit_length()} bits"
    if value is None or type(value) is bool or type(value) is int or type(value) is float:
        return repr(value)
    # Loaded by those who meet one: importing decimal costs as much as importing this whole module.
    from decimal import Decimal  # noqa: PLC0415

    if type(value) is Decimal:
        written = str(value)
        return written if len(written) <= _LONGEST_SHOWN else f"{written[:_LONGEST_SHOWN]}..."
    return type_name(value)


def shown_code(value: object) -> str:
    """Return what a person typed where a code belongs, if it looks like one, else only how long it is.

    Names, e-mail addresses and telephone numbers get into the wrong field, and must not get into a log from there.

    >>> shown_code("dollar"), shown_code("ann@example.net"), shown_code("+6591234567")
    ("'dollar'", 'a text of 15 characters', 'a text of 11 characters')
    """
    if not (issubclass(type(value), str) and isinstance(value, str)):
        return shown(value)
    text = str.__str__(value)
    is_short = len(text) <= _SHORTEST_NAME
    looks_like_a_code = len(text) <= _LONGEST_SHOWN and _CODE_LIKE.fullmatch(text) is not None
    return repr(text) if is_short or looks_like_a_code else f"a text of {len(text)} characters"


def type_name(value: object) -> str:
    """Return the name of an object's type for a message: at most 40 characters of it.

    >>> type_name(None)
    'NoneType'
    """
    return type(value).__name__[:_LONGEST_SHOWN]
