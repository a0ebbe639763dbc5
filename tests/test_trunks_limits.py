"""Hard limits beside trunks, and limits that meet: TRK-2."""

import pickle
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tenantcore.errors import InvalidType, InvalidValue
from tenantcore.trunks import (
    MAX_LIMIT,
    MAX_USE,
    NO_LIMIT,
    UNSET,
    CallGuard,
    CallLimits,
    CallUse,
    Direction,
    HardLimit,
    LimitSetting,
    NumberCap,
    TrunkUse,
    Unset,
    merged_limit,
    read_limit,
)
from tests.strangers import HostileText, Touchy, anything, long_text

INBOUND, OUTBOUND = Direction.INBOUND, Direction.OUTBOUND
DIRECTIONS = st.sampled_from(Direction)
COUNTERS = ("calls", "carrier_calls", "number_calls")
ACME, OTHER = "+14155550100", "+14155550199"
LIMITS = st.none() | st.integers(0, 4) | st.just(MAX_LIMIT)
CALLS = st.integers(0, 5) | st.sampled_from([MAX_LIMIT - 1, MAX_LIMIT, MAX_USE])
NUMBERS = st.sampled_from([None, ACME, OTHER, "+442071838750"])


def call_uses() -> st.SearchStrategy[CallUse]:
    return st.builds(CallUse, calls=CALLS, carrier_calls=CALLS, number_calls=CALLS)


@st.composite
def call_limits(draw: st.DrawFn) -> CallLimits:
    numbers = draw(st.lists(st.sampled_from([ACME, OTHER]), unique=True))
    return CallLimits(
        calls=draw(LIMITS),
        carrier_calls=draw(LIMITS),
        number_calls=draw(LIMITS),
        numbers=tuple(NumberCap(number=number, calls=draw(LIMITS)) for number in numbers),
    )


def limits_with(**parts: Any) -> CallLimits:
    return CallLimits(**parts)


def fault_of(call: Callable[[], object]) -> str:
    with pytest.raises(InvalidValue) as caught:
        call()
    return str(caught.value.problem.code)


class TestHardLimits:
    """Hard limits on calls apply beside trunks: 0 = none, None = no limit, the asked call counted (TRK-2)."""

    @pytest.mark.parametrize("counter", COUNTERS)
    def test_the_asked_call_counts(self, counter: str) -> None:
        limits = limits_with(**{counter: 3})
        assert limits.reached(CallUse(**{counter: 2}), INBOUND) is None
        assert limits.reached(CallUse(**{counter: 3}), INBOUND) is HardLimit(counter)
        assert limits.reached(CallUse(**{counter: 4}), INBOUND) is HardLimit(counter)

    @pytest.mark.parametrize("counter", COUNTERS)
    def test_zero_is_no_call_at_all_and_none_is_no_limit(self, counter: str) -> None:
        assert limits_with(**{counter: 0}).reached(CallUse(), INBOUND) is HardLimit(counter)
        most = CallUse(calls=MAX_USE, carrier_calls=MAX_USE, number_calls=MAX_USE)
        assert limits_with(**{counter: None}).reached(most, INBOUND) is None

    def test_there_is_no_limit_by_default(self) -> None:
        assert CallLimits() == CallLimits(calls=None, carrier_calls=None, number_calls=None, numbers=())

    @pytest.mark.parametrize("counter", COUNTERS)
    def test_each_counter_has_its_own_limit(self, counter: str) -> None:
        others = {name: 9 for name in COUNTERS if name != counter}
        assert limits_with(**{counter: 3}).reached(CallUse(**others), INBOUND) is None

    def test_the_first_limit_that_is_reached_is_named(self) -> None:
        use = CallUse(calls=1, carrier_calls=1, number_calls=1)
        assert CallLimits(calls=1, carrier_calls=1, number_calls=1).reached(use, INBOUND) is HardLimit.CALLS
        assert CallLimits(calls=2, carrier_calls=1, number_calls=1).reached(use, INBOUND) is HardLimit.CARRIER_CALLS
        assert CallLimits(calls=2, carrier_calls=2, number_calls=1).reached(use, INBOUND) is HardLimit.NUMBER_CALLS

    def test_a_call_through_no_carrier_is_not_held_to_that_limit(self) -> None:
        limits, use = CallLimits(carrier_calls=1), CallUse(carrier_calls=1)
        assert limits.reached(use, OUTBOUND) is HardLimit.CARRIER_CALLS
        assert limits.reached(use, OUTBOUND, through_carrier=False) is None

    def test_names_and_values(self) -> None:
        assert [(item.name, str(item)) for item in HardLimit] == [
            ("CALLS", "calls"), ("CARRIER_CALLS", "carrier_calls"), ("NUMBER_CALLS", "number_calls"),
        ]  # fmt: skip

    @given(call_limits(), call_uses(), DIRECTIONS, NUMBERS, st.sampled_from(COUNTERS))
    def test_a_higher_limit_never_turns_yes_into_no(
        self, limits: CallLimits, use: CallUse, direction: Direction, number: str | None, counter: str
    ) -> None:
        has = getattr(limits, counter)
        parts: dict[str, Any] = {counter: None if has in {None, MAX_LIMIT} else has + 1}
        higher = evolve(limits, **parts)
        for carried in (False, True):
            if limits.reached(use, direction, number=number, through_carrier=carried) is None:
                assert higher.reached(use, direction, number=number, through_carrier=carried) is None


class TestNumberCaps:
    """A cap on the inbound calls to one number keeps it from eating all trunks (TRK-2)."""

    LIMITS = CallLimits(
        number_calls=3, numbers=(NumberCap(number=ACME, calls=1), NumberCap(number="+442071838750", calls=None))
    )

    def test_a_number_has_its_own_cap_or_that_of_any(self) -> None:
        assert [self.LIMITS.cap_of(number) for number in (ACME, "+442071838750", OTHER, None)] == [1, None, 3, 3]

    def test_an_inbound_call_is_held_to_the_cap_of_its_number(self) -> None:
        use = CallUse(number_calls=1)
        assert self.LIMITS.reached(use, INBOUND, number=ACME) is HardLimit.NUMBER_CALLS
        assert self.LIMITS.reached(use, INBOUND, number=OTHER) is None
        assert self.LIMITS.reached(CallUse(number_calls=MAX_USE), INBOUND, number="+442071838750") is None

    def test_an_outbound_call_is_not(self) -> None:
        assert self.LIMITS.reached(CallUse(number_calls=9), OUTBOUND, number=ACME) is None

    def test_text_of_a_hosts_own_kind_is_text(self) -> None:
        assert NumberCap(number=HostileText(ACME), calls=1) == NumberCap(number=ACME, calls=1)
        assert type(NumberCap(number=HostileText(ACME), calls=1).number) is str
        assert self.LIMITS.cap_of(HostileText(ACME)) == 1
        assert self.LIMITS.cap_of(HostileText(OTHER)) == 3

    def test_the_called_number_may_lack_its_plus_sign(self) -> None:
        # A cap that is silently never met would be none.
        for number in (ACME, ACME[1:], HostileText(ACME[1:])):
            assert self.LIMITS.cap_of(number) == 1
            assert self.LIMITS.reached(CallUse(number_calls=1), INBOUND, number=number) is HardLimit.NUMBER_CALLS
            assert self.LIMITS.guard(INBOUND, number=number).number_calls_below == 1
        assert self.LIMITS.cap_of("442071838750") is None

    @pytest.mark.parametrize("number", ["911", "7001", "4155550100", "0", "+" + "9" * 40, "9" * 10**6])
    def test_any_other_digits_have_the_cap_of_any(self, number: str) -> None:
        assert self.LIMITS.cap_of(number) == 3

    @pytest.mark.parametrize(
        "number",
        [
            "", "+", f"+{ACME}", f"{ACME} ", f" {ACME}", f"{ACME}\n", f"tel:{ACME}", "+1 415 555 0100",
            "+1-415-555-0100", "1.4155550100", "٤٤", "+²", "name", "\0", "\ud800", "a" * 10**6,
        ],
        ids=lambda value: ascii(value)[:20],
    )  # fmt: skip
    def test_a_called_number_of_anything_but_digits(self, number: str) -> None:
        for limits in (self.LIMITS, CallLimits()):
            assert fault_of(lambda: limits.cap_of(number)) == "CALLED_NUMBER_MALFORMED"  # noqa: B023 - called at once
            for direction in Direction:
                for ask in (limits.guard, lambda *a, **k: limits.reached(CallUse(), *a, **k)):  # noqa: B023 - as above
                    assert fault_of(lambda: ask(direction, number=number)) == "CALLED_NUMBER_MALFORMED"  # noqa: B023

    @pytest.mark.parametrize("number", ["+12", "+123456789012345", "+90"])
    def test_edges_of_a_number(self, number: str) -> None:
        assert NumberCap(number=number, calls=0).number == number

    @pytest.mark.parametrize(
        "number",
        [
            "", "+", "+1", "14155550100", "+04155550100", "+1234567890123456", "+1 4155550100", "+1415555010a",
            "+14155550100\n", " +14155550100", "++14155550100", "+١٢٣٤٥", "sip:+14155550100", long_text("9"),
        ],
    )  # fmt: skip
    def test_what_is_no_number(self, number: str) -> None:
        assert fault_of(lambda: NumberCap(number=number, calls=1)) == "NUMBER_CAP_MALFORMED"

    def test_two_caps_for_one_number(self) -> None:
        twice = (NumberCap(number=ACME, calls=1), NumberCap(number=OTHER, calls=1), NumberCap(number=ACME, calls=1))
        with pytest.raises(InvalidValue, match=r"the cap at position 2 .* is for a number that has one already"):
            CallLimits(numbers=twice)

    def test_other_types(self) -> None:
        for value in (None, 14155550100, b"+14155550100", [ACME], Touchy()):
            given: Any = value
            with pytest.raises(InvalidType, match="number must be text"):
                NumberCap(number=given, calls=1)
            if given is not None:
                with pytest.raises(InvalidType, match="number must be text or None"):
                    CallLimits().cap_of(given)
        numbers: Any
        for numbers in ([NumberCap(number=ACME, calls=1)], (ACME,), None, {ACME: 1}):
            with pytest.raises(InvalidType, match="numbers must"):
                CallLimits(numbers=numbers)

    def test_messages_do_not_show_the_number(self) -> None:
        with pytest.raises(InvalidValue) as caught:
            NumberCap(number="+1415555010x", calls=1)
        assert "415" not in str(caught.value)
        with pytest.raises(InvalidValue) as caught:
            CallLimits(numbers=(NumberCap(number=ACME, calls=1),) * 2)
        assert "415" not in str(caught.value)


class TestGuard:
    """The guard is equal to what `reached` says, for every use (CALL-3)."""

    def test_example(self) -> None:
        limits = CallLimits(calls=5, numbers=(NumberCap(number=ACME, calls=2),))
        guard = limits.guard(INBOUND, number=ACME)
        assert guard == CallGuard(calls_below=5, carrier_calls_below=NO_LIMIT, number_calls_below=2)

    @given(call_limits(), call_uses(), DIRECTIONS, NUMBERS, st.booleans())
    def test_equals_reached(
        self, limits: CallLimits, use: CallUse, direction: Direction, number: str | None, through_carrier: bool
    ) -> None:
        reached = limits.reached(use, direction, number=number, through_carrier=through_carrier)
        guard = limits.guard(direction, number=number, through_carrier=through_carrier)
        assert guard.holds(use) is (reached is None)

    def test_equals_reached_on_every_small_case(self) -> None:
        for calls, carrier_calls, number_calls in product((None, 0, 1), repeat=3):
            limits = CallLimits(calls=calls, carrier_calls=carrier_calls, number_calls=number_calls)
            for one, two, three, direction, carried in product((0, 1), (0, 1), (0, 1), Direction, (False, True)):
                use = CallUse(calls=one, carrier_calls=two, number_calls=three)
                holds = limits.guard(direction, through_carrier=carried).holds(use)
                assert holds is (limits.reached(use, direction, through_carrier=carried) is None)
                held = [(calls, one)]
                if carried:
                    held.append((carrier_calls, two))
                if direction is INBOUND:
                    held.append((number_calls, three))
                assert holds is all(limit is None or used + 1 <= limit for limit, used in held)

    @given(call_limits(), DIRECTIONS)
    def test_a_guard_is_like_one_that_is_built(self, limits: CallLimits, direction: Direction) -> None:
        guard = limits.guard(direction)
        built = CallGuard(
            calls_below=guard.calls_below,
            carrier_calls_below=guard.carrier_calls_below,
            number_calls_below=guard.number_calls_below,
        )
        assert {guard, built, pickle.loads(pickle.dumps(guard))} == {built}  # noqa: S301 - our own bytes

    @pytest.mark.parametrize("name", ["calls_below", "carrier_calls_below", "number_calls_below"])
    def test_its_numbers_are_checked(self, name: str) -> None:
        parts: dict[str, Any] = {"calls_below": 0, "carrier_calls_below": 0, "number_calls_below": 0}
        assert getattr(CallGuard(**parts | {name: NO_LIMIT}), name) == NO_LIMIT
        assert fault_of(lambda: CallGuard(**parts | {name: NO_LIMIT + 1})) == "FIELD_ABOVE_MAXIMUM"
        assert fault_of(lambda: CallGuard(**parts | {name: -1})) == "FIELD_BELOW_MINIMUM"
        assert fault_of(lambda: CallGuard(**parts | {name: None})) == "FIELD_WRONG_TYPE"


class TestOtherTypes:
    """Whatever is handed in, what comes is an answer or a fault of ours (X-2)."""

    @pytest.mark.parametrize("counter", COUNTERS)
    def test_limits_and_counts(self, counter: str) -> None:
        assert getattr(limits_with(**{counter: MAX_LIMIT}), counter) == MAX_LIMIT
        assert fault_of(lambda: limits_with(**{counter: MAX_LIMIT + 1})) == "LIMIT_TOO_HIGH"
        assert fault_of(lambda: limits_with(**{counter: -1})) == "LIMIT_NEGATIVE"
        assert fault_of(lambda: CallUse(**{counter: -1})) == "FIELD_BELOW_MINIMUM"
        assert fault_of(lambda: CallUse(**{counter: MAX_USE + 1})) == "FIELD_ABOVE_MAXIMUM"
        wrong: list[Any] = [True, 1.0, "1", Touchy()]
        for value in wrong:
            assert fault_of(lambda: limits_with(**{counter: value})) == "LIMIT_TYPE"  # noqa: B023 - called at once
            assert fault_of(lambda: CallUse(**{counter: value})) == "FIELD_WRONG_TYPE"  # noqa: B023 - as above
            assert fault_of(lambda: NumberCap(number=ACME, calls=value)) == "LIMIT_TYPE"  # noqa: B023 - as above

    def test_questions(self) -> None:
        wrong: list[Any] = ["x", 0, 1, [], Touchy(), TrunkUse()]
        for value in wrong:
            with pytest.raises(InvalidType, match="use must be a CallUse"):
                CallLimits().reached(value, INBOUND)
            with pytest.raises(InvalidType, match="use must be a CallUse"):
                CallLimits().guard(INBOUND).holds(value)
            with pytest.raises(InvalidType, match="direction must be a Direction"):
                CallLimits().reached(CallUse(), value)
            with pytest.raises(InvalidType, match="direction must be a Direction"):
                CallLimits().guard(value)
            with pytest.raises(InvalidType, match="through_carrier must be a bool"):
                CallLimits().reached(CallUse(), INBOUND, through_carrier=value)
            with pytest.raises(InvalidType, match="through_carrier must be a bool"):
                CallLimits().guard(INBOUND, through_carrier=value)

    @given(anything())
    def test_any_object(self, value: Any) -> None:
        for call in (
            lambda: CallLimits(calls=value),
            lambda: CallLimits(numbers=value),
            lambda: NumberCap(number=value, calls=value),
            lambda: CallLimits().reached(CallUse(), INBOUND, number=value),
            lambda: merged_limit(value, cap=value, default=value),
            lambda: merged_limit(UNSET, default=value),
            lambda: read_limit(value),
        ):
            try:
                call()
            except InvalidValue as error:
                assert len(str(error)) < 300  # noqa: PT017 - that it may raise is the point

    @given(call_limits(), call_uses())
    def test_values(self, limits: CallLimits, use: CallUse) -> None:
        again = pickle.loads(pickle.dumps(limits))  # noqa: S301 - our own bytes
        assert {limits, again} == {limits}
        assert [again.cap_of(number) for number in (ACME, OTHER)] == [limits.cap_of(ACME), limits.cap_of(OTHER)]
        assert {use, pickle.loads(pickle.dumps(use))} == {use}  # noqa: S301 - our own bytes

    def test_a_changed_copy_has_its_own_caps(self) -> None:
        limits = CallLimits(numbers=(NumberCap(number=ACME, calls=1),))
        changed = evolve(limits, numbers=(NumberCap(number=ACME, calls=2),))
        assert (limits.cap_of(ACME), changed.cap_of(ACME)) == (1, 2)
        assert "_caps" not in repr(limits)


class TestMerging:
    """A limit that nobody set is neither 0 nor no limit; what the provider allows only lowers it (TRK-2)."""

    @pytest.mark.parametrize(
        ("wanted", "cap", "default", "expected"),
        [
            (UNSET, UNSET, 0, 0), (UNSET, UNSET, 7, 7), (UNSET, UNSET, None, None),
            (5, UNSET, 0, 5), (0, UNSET, 9, 0), (None, UNSET, 0, None),
            (5, 10, 0, 5), (10, 5, 0, 5), (5, 5, 0, 5), (5, None, 0, 5), (5, 0, None, 0), (0, 5, None, 0),
            (None, 10, 0, 10), (None, None, 0, None), (None, 0, 9, 0),
            (UNSET, 3, 0, 0), (UNSET, 10, None, 10), (UNSET, None, 4, 4), (UNSET, 2, 4, 2),
        ],
    )  # fmt: skip
    def test_table(self, wanted: LimitSetting, cap: LimitSetting, default: int | None, expected: int | None) -> None:
        assert merged_limit(wanted, cap=cap, default=default) == expected

    @given(st.just(UNSET) | LIMITS, st.just(UNSET) | LIMITS, LIMITS)
    def test_the_least_of_what_is_set_counting_no_limit_as_the_most(
        self, wanted: LimitSetting, cap: LimitSetting, default: int | None
    ) -> None:
        def size(limit: object) -> float:
            return float("inf") if limit is None or limit is UNSET else float(str(limit))

        merged = merged_limit(wanted, cap=cap, default=default)
        assert size(merged) == min(size(default if wanted is UNSET else wanted), size(cap))

    def test_each_is_checked_and_named(self) -> None:
        for name in ("wanted", "cap", "default"):
            for value in (-1, True, "3", Touchy(), MAX_LIMIT + 1):
                given: Any = {"wanted": 1, "cap": 1, "default": 1} | {name: value}
                with pytest.raises(InvalidValue, match=f"the limit {name} must be"):
                    merged_limit(given.pop("wanted"), **given)
        with pytest.raises(InvalidType, match="the limit default must be a whole number or None, not Unset"):
            merged_limit(1, default=UNSET)  # type: ignore[arg-type]  # what an untyped caller may do

    def test_unset_is_one_and_stays_itself(self) -> None:
        assert pickle.loads(pickle.dumps(UNSET)) is UNSET is Unset.UNSET  # noqa: S301 - our own bytes
        assert list(Unset) == [UNSET]


class TestReading:
    """Stores write -1 for no limit and nothing for one that was never set (TRK-2)."""

    @pytest.mark.parametrize(
        ("stored", "expected"), [(None, UNSET), (-1, None), (0, 0), (1, 1), (MAX_LIMIT, MAX_LIMIT)]
    )
    def test_reads(self, stored: int | None, expected: LimitSetting) -> None:
        assert read_limit(stored) is expected

    def test_refuses(self) -> None:
        for stored in (-2, -(10**5000)):
            assert fault_of(lambda: read_limit(stored)) == "LIMIT_STORED_NEGATIVE"  # noqa: B023 - called at once
        assert fault_of(lambda: read_limit(MAX_LIMIT + 1)) == "LIMIT_TOO_HIGH"
        for value in (True, -1.0, "-1", UNSET, Touchy()):
            given: Any = value
            assert fault_of(lambda: read_limit(given)) == "LIMIT_TYPE"  # noqa: B023 - called at once
