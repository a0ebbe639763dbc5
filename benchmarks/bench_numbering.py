"""What a switch asks of each call's number: what is dialled in E.164, and its class.

The peer is the library that everybody takes for this, and whose data ours are for countries: its `parse` and its
`number_type`. They are asked for the same numbers, dialled in the same country: a dozen in North America and six in
some others, as people and switches dial them, and the examples of each type in every country that the peer knows, as
they are dialled at home and in E.164. In Brazil prefixes name a carrier. In Argentina they are the hardest: its mobile
telephones, called from a fixed line, are all that still needs a country's own reading.

Run by itself (`python benchmarks/bench_numbering.py`), this file says how many times as fast each country is, the
slowest first.

The floor is the least that an answer costs that is built anew: one object with two fields, two dates.

The last subject is what a plan costs once: it is compiled when it is first asked. The peer loads its data then.
"""

import time
from collections.abc import Callable
from datetime import date

import phonenumbers
from attrs import frozen

from tenantcore import _dial_plans
from tenantcore.numbering import NORTH_AMERICA, DialPlan

Work = Callable[[], object]

# No short codes: the peer has another module for them.
DIALLED = {
    "US": (
        "4158867900", "14158867900", "+14158867900", "2125550123", "8005551234", "18765551234", "9005551234",
        "011442071838750", "+442071838750", "011493012345678", "+18765551234", "7875551234",
    ),
    "SG": ("61234567", "81234567", "6561234567", "+6561234567", "18001234567", "001442071838750"),
    "GB": ("02071838750", "07400123456", "442071838750", "+442071838750", "08001234567", "0014158867900"),
    "DE": ("03012345678", "015123456789", "+493012345678", "08001234567", "0014158867900", "01801234567"),
    "BR": ("01123456789", "11961234567", "+551123456789", "08001234567", "0014158867900", "0151123456789"),
    "AR": ("01123456789", "1123456789", "+541123456789", "08001234567", "0014158867900", "0111523456789"),
}  # fmt: skip
NAMES = {"SG": "Singapore", "GB": "Britain", "DE": "Germany", "BR": "Brazil", "AR": "Argentina"}


@frozen
class Pair:
    """The least that any answer costs: one object with two fields."""

    start: object
    end: object


def floor() -> object:
    """Build an answer that is known beforehand: two dates and one object."""
    return Pair(date(2026, 1, 15), date(2026, 2, 15))


def ours(plan: DialPlan, dialled: tuple[str, ...]) -> Work:
    """Normalize what is dialled, then classify the number, in two calls."""

    def work() -> None:
        for digits in dialled:
            plan.classify(plan.normalize(digits))

    return work


def theirs(region: str, dialled: tuple[str, ...]) -> Work:
    """Parse what is dialled, then ask for the type of the number."""

    def work() -> None:
        for digits in dialled:
            phonenumbers.number_type(phonenumbers.parse(digits, region))

    return work


def classes(plan: DialPlan, numbers: tuple[str, ...]) -> Work:
    """Classify numbers that are normalized already."""

    def work() -> None:
        for number in numbers:
            plan.classify(number)

    return work


def examples(region: str) -> tuple[str, ...]:
    """Return the peer's example numbers of a country, one of each type: as they are dialled at home, and in E.164."""
    types = phonenumbers.PhoneNumberType.values()
    found = [number for type_ in types if (number := phonenumbers.example_number_for_type(region, type_)) is not None]
    forms = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.E164)
    printed = [phonenumbers.format_number(number, form) for form in forms for number in found]
    return tuple("".join(sign for sign in number if sign.isdigit() or sign == "+") for number in printed)


def everywhere(work: Callable[[str], Work]) -> Work:
    """Do some work for every country."""
    all_of_them = [work(region) for region in sorted(phonenumbers.SUPPORTED_REGIONS)]

    def done() -> None:
        for one in all_of_them:
            one()

    return done


def _subjects() -> dict[str, dict[str, Work]]:
    found = {
        "a dozen dialled in North America: number and class": {
            "tenantcore": ours(NORTH_AMERICA, DIALLED["US"]),
            "phonenumbers": theirs("US", DIALLED["US"]),
        }
    }
    for region, name in NAMES.items():
        found[f"six dialled in {name}: number and class"] = {
            "tenantcore": ours(DialPlan.for_country(region), DIALLED[region]),
            "phonenumbers": theirs(region, DIALLED[region]),
        }
    found["every type of number of 245 countries: number and class"] = {
        "tenantcore": everywhere(lambda region: ours(DialPlan.for_country(region), examples(region))),
        "phonenumbers": everywhere(lambda region: theirs(region, examples(region))),
    }
    numbers = ("+14158867900", "+18005551234", "+18765551234", "+442071838750")
    found["four numbers in E.164: class"] = {
        "tenantcore": classes(NORTH_AMERICA, numbers),
        "phonenumbers": theirs("US", numbers),
    }
    found["one number dialled: number and class"] = {
        "tenantcore": ours(NORTH_AMERICA, DIALLED["US"][:1]),
        "phonenumbers": theirs("US", DIALLED["US"][:1]),
        "floor": floor,
    }
    return found


def first_use(region: str) -> Callable[[], float]:
    """Return what measures the first question to a plan, in seconds; libphonenumber's data are loaded already."""

    def timed() -> float:
        _dial_plans._compiled.cache_clear()  # noqa: SLF001 - so that it is the first again
        plan = DialPlan.for_country(region)
        began = time.perf_counter()
        plan.classify("+14158867900")
        return time.perf_counter() - began

    return timed


SUBJECTS: dict[str, dict[str, Work]] = _subjects()


def ratio(region: str, rounds: int = 40) -> float:
    """Return how many times as long the peer takes for the examples of a country, both at their best, in turns."""
    works = ours(DialPlan.for_country(region), examples(region)), theirs(region, examples(region))
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for library, work in enumerate(works):
            began = time.perf_counter()
            work()
            best[library] = min(best[library], time.perf_counter() - began)
    return best[1] / best[0]


TIMED: dict[str, dict[str, Callable[[], float]]] = {
    f"compile the plan of {name}": {"tenantcore": first_use(region)} for region, name in NAMES.items()
}

if __name__ == "__main__":
    for times, region in sorted((ratio(region), region) for region in phonenumbers.SUPPORTED_REGIONS):
        print(f"{region} {times:.1f}")
