"""Lets you read one e-mail address as people type it, in the form that is stored, and compare it with others.

The syntax is RFC 5321, 5322 and 6531 as the email-validator library reads them; nothing is looked up in DNS. It
departs from them in that quoted local parts, address literals and hosts without a dot are refused: no billing notice
goes there. Names that callers use are imported from `tenantcore.contacts`.

Rule: ORG-11 in docs/reference/contacts.md.
"""

import enum
import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Self

from attrs import field, frozen

from tenantcore import _realm_syntax
from tenantcore._characters import SPACES, is_mark, problem_at, text_of
from tenantcore._validators import exactly, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid

__all__ = ["EmailAddress", "EmailFault", "EmailPolicy", "find_email_problems", "find_username_warnings"]

# RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 (a path of 256 has two angle brackets).
_LONGEST_LOCAL: Final = 64
_LONGEST: Final = 254
# Atoms of RFC 5322, section 3.2.3, and the dot between them.
_ATOM_CHARACTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~."
)
_BETWEEN_ADDRESSES: Final = re.compile(rf"[,;\s{SPACES}]")
# What KAZOO accepts as a user's name, and other platforms much the same.
_USERNAME: Final = re.compile(r"[A-Za-z0-9_+@.-]{1,256}")
# Mailboxes that are set up to be written from, never read; compared without what follows a plus sign.
_UNREAD: Final = frozenset({
    "devnull", "do-not-reply", "do_not_reply", "donotreply", "mailer-daemon", "no-reply", "no_reply", "nobody",
    "noreply",
})  # fmt: skip


@enum.unique
class EmailFault(Code):
    """Faults and warnings of an e-mail address."""

    EMAIL_REQUIRED = (
        Kind.MISSING,
        "ORG-11",
        "the e-mail address is missing",
        "give one address, such as billing@example.com",
    )
    EMAIL_MULTIPLE = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address must be one, but several are given",
        "leave one address; set up a distribution list to reach several people",
    )
    EMAIL_DISPLAY_NAME = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address must stand alone, without a name and angle brackets",
        "leave only what stands between the angle brackets",
    )
    EMAIL_AT_MISSING = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address has no at sign",
        "give a mailbox and a domain, such as billing@example.com",
    )
    EMAIL_EMPTY_LOCAL = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address has nothing before the at sign",
        "put the name of the mailbox there",
    )
    EMAIL_EMPTY_DOMAIN = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address has nothing after the at sign",
        "put the domain there",
    )
    EMAIL_LOCAL_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-11",
        "the part before the at sign must have at most {longest} characters, not {length}",
        "give another address of the mailbox; mail systems refuse this one",
    )
    EMAIL_TOO_LONG = (
        Kind.OUT_OF_RANGE,
        "ORG-11",
        "the e-mail address must have at most {longest} bytes in the form that is sent",
        "give another address of the mailbox; mail systems refuse this one",
    )
    EMAIL_LOCAL_CHARACTER = (
        Kind.MALFORMED,
        "ORG-11",
        "the part before the at sign has {character} ({code_point} {name}) at position {position} (from 0)",
        "leave it out, or correct it; quoted parts are not supported",
    )
    EMAIL_LOCAL_DOT = (
        Kind.MALFORMED,
        "ORG-11",
        "the part before the at sign begins or ends with a dot, or has two in a row",
        "correct the dots",
    )
    EMAIL_LOCAL_INVALID = (
        Kind.MALFORMED,
        "ORG-11",
        "the part before the at sign can't be used, because normalizing makes a forbidden character of one of its own",
        "type it anew in plain letters",
    )
    EMAIL_DOMAIN_INVALID = (
        Kind.MALFORMED,
        "ORG-11",
        "the part after the at sign is no domain that mail can be sent to",
        "give a domain such as example.com: labels of letters, digits and hyphens, and no dot at the end",
    )
    EMAIL_SPECIAL_USE_DOMAIN = (
        Kind.MALFORMED,
        "ORG-11",
        "the domain ends in {top_level}, which is set apart ({reference}) and reaches nobody",
        "give an address on the internet; a platform can allow such domains by its e-mail policy",
    )
    EMAIL_NOT_STORED_FORM = (
        Kind.MALFORMED,
        "ORG-11",
        "the e-mail address is not in the form that is stored, its domain in small letters and A-labels",
        "read it with EmailAddress.parse, which makes that form",
    )
    EMAIL_NEEDS_SMTPUTF8 = (
        Kind.WARNING,
        "ORG-11",
        "the part before the at sign is not ASCII, so only mail systems with SMTPUTF8 (RFC 6531) can send there",
        "make sure that the platform's mail system can, or ask for another address",
    )
    EMAIL_ROLE_UNREAD = (
        Kind.WARNING,
        "ORG-10",
        "the mailbox is of a kind that nobody reads",
        "ask for a mailbox that is read; bills and warnings go there",
    )
    EMAIL_NOT_USABLE_AS_USERNAME = (
        Kind.WARNING,
        "ORG-11",
        "the e-mail address can't serve as a user name, which takes ASCII letters, digits and + @ . - _ only",
        "choose another address, or a user name of its own",
    )


@frozen(kw_only=True)
class EmailPolicy:
    """What a platform accepts besides ordinary addresses.

    `special_use_allowed` lets in domains that no mail on the internet reaches (.test, .local, .internal, .onion ...),
    for a platform in a closed network. The top-level names and their standards are those of `tenantcore.realm`.
    """

    special_use_allowed: bool = field(default=False, validator=exactly(bool, called="true or false"))


_ORDINARY: Final = EmailPolicy()
_ANY: Final = EmailPolicy(special_use_allowed=True)


@frozen(kw_only=True)
class EmailAddress:
    """One e-mail address: the local part as it was given, the domain in A-labels and small letters.

    Its `repr` and `str` show it; no problem's sentence does. Whether it receives mail is not known.

    >>> address = EmailAddress.parse(" Ann.Lee@Bücher.DE ")
    >>> str(address), address.key
    ('Ann.Lee@xn--bcher-kva.de', 'ann.lee@xn--bcher-kva.de')

    Raises:
        InvalidValue: The parts make no address, or the domain is not in the form that is stored.

    Rule: ORG-11 in docs/reference/contacts.md.
    """

    local: str = field(validator=exactly(str, called="text"))
    domain: str = field(validator=exactly(str, called="text"))

    def __attrs_post_init__(self) -> None:
        local, domain, problems = _examine(f"{self.local}@{self.domain}", _ANY)
        for problem in problems:
            raise invalid(problem)
        if (local, domain) != (self.local, self.domain):
            raise invalid(Problem(EmailFault.EMAIL_NOT_STORED_FORM))

    @classmethod
    def parse(cls, text: object, policy: EmailPolicy = _ORDINARY) -> Self:
        """Read one address; spaces around it go, line ends don't.

        Raises:
            InvalidValue: With the first of `find_email_problems`.
        """
        local, domain, problems = _examine(text, policy)
        for problem in problems:
            raise invalid(problem)
        return cls(local=local, domain=domain)

    @property
    def key(self) -> str:
        """What two addresses share when they must not be told apart, as log-ins: also the local part's case is folded.

        Mail systems may tell Ann@ and ann@ apart; people and sign-up forms don't.
        """
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", self.local).casefold())
        return f"{folded}@{self.domain}"

    def warnings(self) -> tuple[Problem, ...]:
        """Tell why bills may not arrive: a mail system that can't send there, a mailbox that nobody reads."""
        found = {
            EmailFault.EMAIL_NEEDS_SMTPUTF8: not self.local.isascii(),
            EmailFault.EMAIL_ROLE_UNREAD: self.local.casefold().partition("+")[0] in _UNREAD,
        }
        return tuple(Problem(fault) for fault, applies in found.items() if applies)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def find_username_warnings(address: EmailAddress) -> Iterator[Problem]:
    """Tell whether the address can't be a user's name, as on platforms where it serves to log in.

    >>> [str(warning.code) for warning in find_username_warnings(EmailAddress.parse("o'neil@example.net"))]
    ['EMAIL_NOT_USABLE_AS_USERNAME']

    Rule: ORG-11 in docs/reference/contacts.md.
    """
    if not _USERNAME.fullmatch(str(address)):
        yield Problem(EmailFault.EMAIL_NOT_USABLE_AS_USERNAME)


def find_email_problems(text: object, policy: EmailPolicy = _ORDINARY) -> Iterator[Problem]:
    """Yield what is wrong with a typed text as one e-mail address: its form first, else both its parts.

    >>> [str(problem.code) for problem in find_email_problems("ann lee@example..net")]
    ['EMAIL_LOCAL_CHARACTER', 'EMAIL_DOMAIN_INVALID']

    Rule: ORG-11 in docs/reference/contacts.md.
    """
    yield from _examine(text, policy)[2]


def _examine(text: object, policy: EmailPolicy) -> tuple[str, str, tuple[Problem, ...]]:
    """Return local part, domain in the form that is stored, and what is wrong; the parts hold if nothing is."""
    if type(policy) is not EmailPolicy:
        raise invalid(wrong_type("policy", "an EmailPolicy", policy))
    plain = text_of(text)
    if plain is None:
        return "", "", (wrong_type("email", "text", text),)
    trimmed = plain.strip(SPACES)
    problem = _find_form_problem(trimmed)
    if problem is not None:
        return "", "", (problem,)
    local, _, given = trimmed.rpartition("@")
    domain = _stored_domain(local, given)
    if domain is None:
        return "", "", tuple(_find_part_problems(local, given))
    reference = _realm_syntax.special_use(domain)
    if reference is not None and not policy.special_use_allowed:
        params = {"top_level": domain.rpartition(".")[2], "reference": reference}
        return "", "", (Problem(EmailFault.EMAIL_SPECIAL_USE_DOMAIN, params=params),)
    return local, domain, ()


def _find_form_problem(trimmed: str) -> Problem | None:
    """Return what keeps the text from being split into two parts of bearable length."""
    local, at, domain = trimmed.rpartition("@")
    if not trimmed:
        return Problem(EmailFault.EMAIL_REQUIRED)
    if trimmed.count("@") > 1 and _BETWEEN_ADDRESSES.search(trimmed):
        return Problem(EmailFault.EMAIL_MULTIPLE)
    if "<" in trimmed or ">" in trimmed:
        return Problem(EmailFault.EMAIL_DISPLAY_NAME)
    for part, fault in (
        (at, EmailFault.EMAIL_AT_MISSING),
        (local, EmailFault.EMAIL_EMPTY_LOCAL),
        (domain, EmailFault.EMAIL_EMPTY_DOMAIN),
    ):
        if not part:
            return Problem(fault)
    if len(local) > _LONGEST_LOCAL:
        return Problem(EmailFault.EMAIL_LOCAL_TOO_LONG, params={"longest": _LONGEST_LOCAL, "length": len(local)})
    return _too_long() if len(trimmed) > _LONGEST else None


def _too_long() -> Problem:
    return Problem(EmailFault.EMAIL_TOO_LONG, params={"longest": _LONGEST})


def _stored_domain(local: str, domain: str) -> str | None:
    """Return the domain in A-labels and small letters, None if the two parts make no address."""
    # Loaded when the first address is read; importing it costs more than reading a hundred.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    # The library refuses some special-use domains and knows no way to allow them, so their last label is judged as an
    # ordinary one of the same length; whether it may stand is our policy's business.
    ending = domain.rpartition(".")[2] if _realm_syntax.special_use(domain.lower()) else ""
    begins = domain.removesuffix(ending)
    try:
        # Every option is given: what is left out would be taken from the library's globals, which a host may have set.
        found = validate_email(
            f"{local}@{begins}{'x' * len(ending)}",
            allow_smtputf8=True,
            allow_empty_local=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            strict=True,
            check_deliverability=False,
            test_environment=False,
            globally_deliverable=True,
        )
    except EmailNotValidError:
        return None
    return found.ascii_domain[: len(found.ascii_domain) - len(ending)] + ending.lower()


def _find_part_problems(local: str, domain: str) -> Iterator[Problem]:
    """Yield which part is at fault; if neither is, together they are too long once the domain is in A-labels."""
    local_fits = _stored_domain(local, "example.com") is not None
    domain_fits = _stored_domain("a", domain) is not None
    if not local_fits:
        yield _find_local_problem(local)
    if not domain_fits:
        yield Problem(EmailFault.EMAIL_DOMAIN_INVALID)
    if local_fits and domain_fits:
        yield _too_long()


def _find_local_problem(local: str) -> Problem:
    for position, character in enumerate(local):
        # RFC 6531 lets in everything beyond ASCII; what can't be seen, and a mark without a letter, is no address.
        beyond = not character.isascii() and unicodedata.category(character)[0] not in "CZ"
        if not (character in _ATOM_CHARACTERS or (beyond and not (position == 0 and is_mark(character)))):
            return problem_at(EmailFault.EMAIL_LOCAL_CHARACTER, character, position)
    dots = local.startswith(".") or local.endswith(".") or ".." in local
    return Problem(EmailFault.EMAIL_LOCAL_DOT if dots else EmailFault.EMAIL_LOCAL_INVALID)
