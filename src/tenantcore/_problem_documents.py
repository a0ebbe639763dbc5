"""Lets a problem be written as a document: its code by name, its path and its parameters, never its sentence."""

from functools import cache
from typing import Any, Final

from tenantcore._call_reasons import CallGrant, CallRefusal, CallStep
from tenantcore._document_codecs import Codec, many
from tenantcore._document_faults import DocumentFault, unfit, unreadable
from tenantcore._document_records import Record, keys_of, record
from tenantcore._validators import is_text
from tenantcore.balance import DeclineReason
from tenantcore.errors import Code, InvalidValue, Param, Problem, invalid, shown_code

__all__ = ["PROBLEM"]

# What accounts and calls meet, at hand: the other tables take the whole library, and a host may need no more.
_AT_HAND: Final[dict[str, Code]] = {
    code.name: code for table in (DeclineReason, CallGrant, CallRefusal, CallStep) for code in table
}


@cache
def _codes() -> dict[str, Code]:
    from tenantcore._code_tables import CODE_TABLES  # noqa: PLC0415 - loaded by those who need it

    return {code.name: code for table in CODE_TABLES for code in table}


def _named(name: str) -> Code | None:
    return _AT_HAND.get(name) or _codes().get(name)


def _dump_code(value: Any) -> str:
    # A host's own table can't be found again by whoever loads the document.
    name = value.name if issubclass(type(value), Code) else ""
    if _named(name) is not value:
        raise invalid(unfit("a code of the library", value))
    return str(name)


def _load_code(document: object) -> Code:
    if type(document) is not str:
        raise invalid(unreadable("text", document))
    code = _named(document)
    if code is None:
        raise invalid(Problem(DocumentFault.DOCUMENT_CODE_UNKNOWN, params={"code": shown_code(document)}))
    return code


def _dump_param(value: Any) -> Param:
    if type(value) is str or type(value) is int:
        return value
    if is_text(value):
        return str.__str__(value)
    raise invalid(unfit("text or a whole number", value))


def _load_param(document: object) -> Param:
    if type(document) is str or type(document) is int:
        return document
    raise invalid(unreadable("text or a whole number", document))


_PARAM: Final = Codec(_dump_param, _load_param)


def _dump_params(value: Any) -> dict[str, Param]:
    return _by_name(_dump_param, {_dump_name(name): param for name, param in value.items()})


def _dump_name(value: object) -> str:
    if not is_text(value):
        raise invalid(unfit("text as the name of a parameter", value))
    return str.__str__(value)


def _load_params(document: object) -> dict[str, Param]:
    return _by_name(_load_param, keys_of(document, "an object with the parameters of a problem"))


def _by_name(function: Any, params: dict[str, Any]) -> dict[str, Param]:
    found: dict[str, Param] = {}
    for name, param in params.items():
        try:
            found[name] = function(param)
        except InvalidValue as error:
            raise invalid(error.problem.under(name)) from None
    return found


PROBLEM: Final[Record] = record(
    "problem",
    Problem,
    code=Codec(_dump_code, _load_code),
    path=many(_PARAM),
    params=Codec(_dump_params, _load_params),
)
