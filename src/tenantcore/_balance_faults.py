"""Lets the modules of the balance tell what is wrong with what they are handed: one table for all of them."""

import enum

from tenantcore.errors import Code, Kind

__all__ = ["BalanceFault"]


@enum.unique
class BalanceFault(Code):
    """What can be wrong with a policy, an opening, an operation, or with what a host hands back."""

    CREDIT_LIMIT_ON_PREPAID = (
        Kind.CONFLICT,
        "BAL-1",
        "a prepaid account has no credit limit: it uses what was paid in",
        "leave the credit limit out, make the account postpaid, or allow credit on prepaid accounts",
    )
    CREDIT_LIMIT_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "the credit limit must be 0 or more, not {limit}",
        "give the limit as a positive amount: what the tenant may owe",
    )
    CREDIT_LIMIT_MISSING = (
        Kind.WARNING,
        "BAL-1",
        "the postpaid account has no credit limit, so misuse and fraud can grow without end",
        "set a credit limit",
    )
    FUNDS_ON_POSTPAID = (
        Kind.CONFLICT,
        "BAL-1",
        "a postpaid account opens without funds: it pays after use",
        "leave the available funds out, or make the account prepaid",
    )
    FUNDS_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "the available funds must be 0 or more, not {funds}",
        "give what the tenant has paid in",
    )
    FUNDS_TOO_FINE = (
        Kind.OUT_OF_RANGE,
        "BAL-1",
        "{funds} can't be paid: {currency} has {places} decimals",
        "round the payment to {places} decimals",
    )
    BALANCE_CONTROL_REQUIRED = (
        Kind.MISSING,
        "BAL-1",
        "nothing says whether the account is prepaid or postpaid",
        "choose prepaid or postpaid",
    )
    BALANCE_CONTROL_UNKNOWN = (
        Kind.UNKNOWN,
        "BAL-1",
        "{value} is no balance control: there are prepaid and postpaid",
        "choose prepaid or postpaid",
    )
    BALANCE_CURRENCY_MISMATCH = (
        Kind.CONFLICT,
        "BAL-1",
        "an account in {currency} can't take an amount in {other}",
        "give the amount in {currency}",
    )
    TEMPORARY_LIMIT_AMOUNT = (
        Kind.CONFLICT,
        "BAL-6",
        "a temporary limit must raise the limit by an amount or by a percentage, not by both or neither",
        "give either an amount or a percentage",
    )
    TEMPORARY_LIMIT_TOO_LOW = (
        Kind.OUT_OF_RANGE,
        "BAL-6",
        "a temporary limit must raise the limit by more than 0, not by {amount}",
        "give the amount on top of the credit limit",
    )
    TEMPORARY_LIMIT_NEEDS_LIMIT = (
        Kind.CONFLICT,
        "BAL-6",
        "a temporary limit raises a credit limit, and there is none to raise",
        "set a credit limit first; for a percentage it must be above 0",
    )
    TEMP_LIMIT_NO_EXPIRY = (
        Kind.MISSING,
        "BAL-6",
        "a temporary limit must say until when it holds",
        "give the instant at which the limit falls back by itself",
    )
    THRESHOLD_NEEDS_LIMIT = (
        Kind.CONFLICT,
        "BAL-6",
        "the warning threshold {threshold} needs a credit limit above 0",
        "set a credit limit, or leave the threshold out",
    )
    THRESHOLD_RANGE = (
        Kind.OUT_OF_RANGE,
        "BAL-6",
        "a warning threshold must be at 1 to 100 % of the credit limit, not at {percent} %",
        "choose a percentage that can be reached",
    )
    THRESHOLD_TOO_LOW = (
        Kind.OUT_OF_RANGE,
        "BAL-6",
        "a warning threshold must be above 0, not {amount}",
        "choose an amount; that nothing is left is told anyway",
    )
    THRESHOLD_REPEATED = (
        Kind.CONFLICT,
        "BAL-6",
        "a warning threshold stands twice",
        "leave one of them out, or the tenant is warned twice",
    )
    THRESHOLDS_TOO_MANY = (
        Kind.OUT_OF_RANGE,
        "X-2",
        "an account has at most {maximum} warning thresholds, not {number}",
        "keep those that somebody acts on",
    )
    CLOCK_SKEW_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-4",
        "the clock skew must be 0 or more",
        "give how far the clocks of the host's processes may lie apart",
    )
    OPERATION_ID_MALFORMED = (
        Kind.MALFORMED,
        "BAL-4",
        "{field} must be 1 to {maximum} printable characters without a space at either end, not {value}",
        "give such a text, for example a UUID: the operation is repeated with the same one",
    )
    OPERATION_AMOUNT_TOO_LOW = (
        Kind.OUT_OF_RANGE,
        "BAL-3",
        "{field} must be above 0, not {amount}",
        "leave the operation out, or give what it moves",
    )
    CAPTURE_AMOUNT_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-3",
        "a capture must be of 0 or more, not of {amount}",
        "give what was used; 0 charges nothing and frees the hold",
    )
    STATUS_NOT_SET_BY_HAND = (
        Kind.CONFLICT,
        "TEN-1",
        "an account can't be made limited: that follows from its balance",
        "set it active, suspended, blocked or closed",
    )
    DEBT_WITHOUT_SUSPENSION = (
        Kind.CONFLICT,
        "BAL-9",
        "a debt goes with a suspension, not with the status {status}",
        "suspend the account, or leave the debt out",
    )
    HEAD_INCONSISTENT = (
        Kind.CONFLICT,
        "BAL-5",
        "the row of the account contradicts itself in {field}",
        "load the row as the library gave it",
    )
    HOLD_INCONSISTENT = (
        Kind.CONFLICT,
        "BAL-3",
        "the hold contradicts itself in {field}",
        "load the hold as the library gave it",
    )
    ENTRY_INCONSISTENT = (
        Kind.CONFLICT,
        "BAL-5",
        "the entry contradicts itself in {field}",
        "load the entry as the library gave it",
    )
    HOLDS_DISPROVED = (
        Kind.CONFLICT,
        "BAL-3",
        "the row of the account holds less than the hold {hold}, which was found open",
        "load the row and its holds again, best both at one moment, and decide again",
    )
    ENTRIES_OUT_OF_ORDER = (
        Kind.CONFLICT,
        "BAL-5",
        "entry {number} stands where entry {expected} belongs",
        "hand in every entry of one account, from the first, in the order of their numbers",
    )
    ENTRIES_CONTRADICT = (
        Kind.CONFLICT,
        "BAL-5",
        "entry {number} doesn't follow from those before it",
        "hand in the entries of one account only, as they were written",
    )
    SNAPSHOT_INCONSISTENT = (
        Kind.CONFLICT,
        "BAL-5",
        "the snapshot contradicts itself in {field}",
        "restore a snapshot that the library took",
    )
    LINKED_TWICE = (
        Kind.CONFLICT,
        "CALL-3",
        "an account stands twice among those that are charged together",
        "put what concerns one account into one operation",
    )
    CREDIT_BELOW_MINIMUM = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "credit added by hand must be at least {minimum}, not {amount}",
        "add {minimum} or more",
    )
    TOP_UP_AMOUNT = (
        Kind.CONFLICT,
        "BAL-7",
        "a top-up must go by an amount or up to a target, not by both or neither",
        "give either an amount or a target",
    )
    TOP_UP_TOO_LOW = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "{field} of a top-up must be above {minimum}, not {amount}",
        "raise it above {minimum}",
    )
    TOP_UP_MOST_TOO_LOW = (
        Kind.CONFLICT,
        "BAL-7",
        "no top-up is below {least}, so the most that is on its way at once must not be {most}",
        "raise the most to {least} or more, or leave it out",
    )
    TOP_UP_PENDING_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "pending payments must be 0 or more, not {pending}",
        "add up what was begun and has neither arrived nor failed",
    )
    TOP_UP_WAIT_NEGATIVE = (
        Kind.OUT_OF_RANGE,
        "BAL-7",
        "{field} of a top-up must be 0 or more",
        "give how long to wait",
    )
