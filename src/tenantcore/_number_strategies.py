"""Lets you test what routes, rates or restricts calls: dial plans, numbers of each class, and how these are dialled.

Names that callers use are imported from `tenantcore.testing`.
"""

from functools import lru_cache
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantcore._country_numbering import regions
from tenantcore._dial_plans import beginnings_of
from tenantcore._validators import wrong_type
from tenantcore.errors import invalid
from tenantcore.numbering import NORTH_AMERICA, CallClass, ClassRule, CountryClass, DialPlan, NumberClass, OwnClass

__all__ = ["call_classes", "called_numbers", "dial_plans", "dialled_numbers"]

# With neighbours under the code; with emergencies only; with carriers in the prefix; with digits put in its place.
_AWKWARD_COUNTRIES: Final = ("US", "JM", "JE", "IO", "BR", "AR", "SG", "DE", "IT")
_OFFICES: Final = OwnClass(word="offices", label="Our offices")
_OWN_RULES: Final = (
    ClassRule(_OFFICES, r"7\d{3}"),
    ClassRule(_OFFICES, r"\+1415886\d{4}"),
    ClassRule(NumberClass.EMERGENCY, "5555"),
    ClassRule(CountryClass.PREMIUM_RATE, r"\+1976\d{7}"),
)
_NO_NUMBERS: Final = ("", "what", "+", "0", "+0", "+1", "911 ", "tel:911", "*67911", "+99912345678", "٩١١", "9" * 33)
# What may stand before a number, or before its last digits: of all countries, so that each has some.
_PREFIXES: Final = (
    "", "0", "1", "8", "06", "00", "001", "000", "009", "0011", "010", "011", "0014", "015", "119", "810", "99", "990",
)  # fmt: skip
# India's mobile numbers begin in ten thousand ways.
_MOST_BEGINNINGS: Final = 50_000
_KEPT: Final = 512


def dial_plans() -> SearchStrategy[DialPlan]:
    """Return plans: North America's, those of countries, awkward ones more often, and some with rules of a host's own.

    Rule: NUM-1 in docs/reference/numbering.md.
    """
    awkward = st.sampled_from(_AWKWARD_COUNTRIES).map(DialPlan.for_country)
    # Which countries there are is asked when an example is drawn: it loads libphonenumber.
    any_country = st.deferred(lambda: st.sampled_from(sorted(regions()))).map(DialPlan.for_country)
    plans = st.just(NORTH_AMERICA) | awkward | any_country
    return plans | (st.just(NORTH_AMERICA) | awkward).map(lambda plan: plan.with_classes(*_OWN_RULES))


def call_classes(plan: DialPlan | None = None) -> SearchStrategy[CallClass]:
    """Return classes that numbers of a plan can have, UNKNOWN among them; without a plan those of any.

    Rule: NUM-2 in docs/reference/numbering.md.
    """
    return _plans(plan).flatmap(lambda one: st.sampled_from(_classes(one)))


def called_numbers(plan: DialPlan | None = None, call_class: CallClass | None = None) -> SearchStrategy[str]:
    """Return numbers of a class of a plan, in E.164 or as short codes; without a class, each class as often.

    Of UNKNOWN there are also texts that are no numbers at all, which `normalize` gives None for.

    >>> from hypothesis import given
    >>> @given(called_numbers(NORTH_AMERICA, NumberClass.CARIBBEAN))
    ... def check(number: str) -> None:
    ...     assert NORTH_AMERICA.classify(number) is NumberClass.CARIBBEAN
    >>> check()

    Raises:
        InvalidType: Numbers of the plan can't have the class.

    Rule: NUM-2 in docs/reference/numbering.md.
    """
    if call_class is None:
        return _plans(plan).flatmap(
            lambda one: st.sampled_from(_classes(one)).flatmap(lambda each: _numbers(one, each))
        )
    if plan is None:
        plans = dial_plans().filter(lambda one: call_class in _classes(one))
        return plans.flatmap(lambda one: _numbers(one, call_class))
    if call_class not in _classes(plan):
        raise invalid(wrong_type("call_class", "a class of the plan", call_class))
    return _numbers(plan, call_class)


def dialled_numbers(plan: DialPlan, number: str) -> SearchStrategy[str]:
    """Return digits by which a number is dialled: whatever the plan makes the number of, the number itself among it.

    >>> from hypothesis import given
    >>> @given(dialled_numbers(NORTH_AMERICA, "+14155550100"))
    ... def check(dialled: str) -> None:
    ...     assert dialled in {"+14155550100", "14155550100", "4155550100", "01114155550100", "0014155550100"}
    >>> check()

    Raises:
        InvalidType: It is no number that the plan makes.

    Rule: NUM-1 in docs/reference/numbering.md.
    """
    if plan.normalize(number) != number:
        raise invalid(wrong_type("number", "a number in E.164 or a short code of the plan", number))
    digits = number.removeprefix("+")
    # A country code has up to three digits; the plan says which of these reach the number.
    tails = [digits[start:] for start in range(4)]
    dialled = [prefix + tail for prefix in _PREFIXES for tail in tails]
    return st.sampled_from([number, *(each for each in dict.fromkeys(dialled) if plan.normalize(each) == number)])


def _plans(plan: DialPlan | None) -> SearchStrategy[DialPlan]:
    return dial_plans() if plan is None else st.just(plan)


@lru_cache(maxsize=_KEPT)
def _classes(plan: DialPlan) -> tuple[CallClass, ...]:
    # Italy's own numbers hold the Vatican's, so its plan has none of a neighbour.
    return tuple(found for found in plan.classes if found is NumberClass.UNKNOWN or _has_numbers(plan, found))


def _has_numbers(plan: DialPlan, call_class: CallClass) -> bool:
    made = (
        beginning + digit * (length - len(beginning))
        for beginning, lengths in beginnings_of(plan, call_class)
        for length in lengths
        for digit in "0259"
    )
    return any(plan.classify(number) == call_class for number in made)


def _numbers(plan: DialPlan, call_class: CallClass) -> SearchStrategy[str]:
    found = _beginnings(plan, call_class)  # type: ignore[arg-type] # enums whose hash is the object's own are hashable, too
    made = st.sampled_from(found).flatmap(_completed) if found else st.nothing()
    if call_class is NumberClass.UNKNOWN:
        made |= st.sampled_from(_NO_NUMBERS) | st.text("0123456789+", max_size=20)
    # A number of a neighbour's rows may be the plan's own.
    return made.filter(lambda number: plan.classify(number) == call_class)


@lru_cache(maxsize=_KEPT)
def _beginnings(plan: DialPlan, call_class: CallClass) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple(found for found, _ in zip(beginnings_of(plan, call_class), range(_MOST_BEGINNINGS), strict=False))


def _completed(beginning: tuple[str, tuple[int, ...]]) -> SearchStrategy[str]:
    first, lengths = beginning
    missing = st.sampled_from(lengths).map(lambda length: length - len(first))
    return missing.flatmap(lambda count: st.text("0123456789", min_size=count, max_size=count)).map(first.__add__)
