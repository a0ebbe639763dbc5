"""Lets a platform offer apps and switch them off for a tenant's users.

Names that callers use are imported from `tenantcore.permissions`.

Authority: the app exchange of S4.
"""

import enum
from collections.abc import Iterator
from typing import Any

from attrs import Attribute, evolve, field, frozen

from tenantcore._rights import Decision, Forbidden, Place, judge_actor
from tenantcore._switches import read_switches
from tenantcore._validators import is_text, not_empty, tuple_of, wrong_type
from tenantcore.errors import Code, Kind, Problem, invalid, shown_code

__all__ = ["AppFault", "Apps", "find_app_problems", "judge_app"]


@enum.unique
class AppFault(Code):
    """What can be wrong with apps, and why one may not be used."""

    APP_UNKNOWN = (
        Kind.UNKNOWN,
        "PERM-2",
        "{value} is no app on offer",
        "name one of: {known}",
    )
    APP_DISABLED = (
        Kind.FROZEN,
        "PERM-2",
        "the app {app} is disabled for the tenant that whoever asks belongs to",
        "ask whoever manages that tenant's parent to enable it",
    )
    APP_OFFERED_TWICE = (
        Kind.CONFLICT,
        "PERM-2",
        "the app {app} is offered twice",
        "offer each app once",
    )


def _offer(instance: object, attribute: "Attribute[Any]", value: tuple[str, ...]) -> None:
    met: set[str] = set()
    for app in value:
        not_empty(instance, attribute, app)
        if app in met:
            raise invalid(Problem(AppFault.APP_OFFERED_TWICE, params={"app": shown_code(app)}))
        met.add(app)


def _codes(_: object, attribute: "Attribute[Any]", value: object) -> None:
    if type(value) is not frozenset or not all(type(app) is str for app in value):
        raise invalid(wrong_type(attribute.name, "a frozenset of texts", value))


@frozen(kw_only=True)
class Apps:
    """The apps that a tenant's users may open: those on offer, by the platform's codes, without those disabled.

    What is offered anew is enabled. `disabled` may name apps that are no longer on offer, so that one that comes back
    is still disabled.

    >>> apps = Apps(offered=("smartpbx", "fax_manager", "voicemail_manager")).disable("fax_manager")
    >>> apps.enabled
    ('smartpbx', 'voicemail_manager')
    >>> Apps(offered=apps.enabled).enabled  # what a reseller can offer its customers
    ('smartpbx', 'voicemail_manager')

    Raises: InvalidType for collections of another kind; InvalidValue for an app that is offered twice or empty.

    Rule: PERM-2 in docs/reference/permissions.md.
    """

    offered: tuple[str, ...] = field(validator=[tuple_of(str, called="texts"), _offer])
    disabled: frozenset[str] = field(
        default=frozenset(),
        validator=_codes,
        repr=lambda disabled: f"frozenset({{{', '.join(map(repr, sorted(disabled)))}}})",
    )

    @classmethod
    def parse(cls, form: object, *, default: "Apps") -> "Apps":
        """Read a form: a dict of the codes on offer with true or false; those not named are as `default` has them.

        Raises: InvalidValue or InvalidType with the first of `find_app_problems`.
        """
        for problem in find_app_problems(form, default=default):
            raise invalid(problem)
        named = _named(form, default)[0]
        apps = default.disable(*(app for app, is_enabled in named.items() if not is_enabled))
        return apps.enable(*(app for app, is_enabled in named.items() if is_enabled))

    @property
    def enabled(self) -> tuple[str, ...]:
        """The apps that the tenant's own users have, in the order of the offer."""
        return tuple(app for app in self.offered if app not in self.disabled)

    def enable(self, *apps: str) -> "Apps":
        """Return the apps with these enabled.

        Raises: InvalidValue for one that isn't on offer; InvalidType for what is no text.
        """
        return evolve(self, disabled=self.disabled.difference(self._known(apps)))

    def disable(self, *apps: str) -> "Apps":
        """Return the apps with these disabled for the tenant's own users.

        Raises: InvalidValue for one that isn't on offer; InvalidType for what is no text.
        """
        return evolve(self, disabled=self.disabled.union(self._known(apps)))

    def as_form(self) -> dict[str, bool]:
        """Return every app on offer with true or false, as `parse` reads it."""
        return {app: app not in self.disabled for app in self.offered}

    def _known(self, apps: tuple[object, ...]) -> list[str]:
        return [_checked(app, self) for app in apps]


def _checked(app: object, apps: Apps) -> str:
    if not is_text(app):
        raise invalid(wrong_type("app", "text", app))
    code = str.__str__(app)
    if code not in apps.offered:
        raise invalid(_unknown(code, apps))
    return code


def _unknown(code: str, apps: Apps) -> Problem:
    return Problem(AppFault.APP_UNKNOWN, params={"value": shown_code(code), "known": ", ".join(apps.offered)})


def find_app_problems(form: object, *, default: Apps) -> Iterator[Problem]:
    """Yield everything that is wrong with a form of apps, each problem under its app's code.

    Raises: InvalidType for a default of another type; a form never raises.

    Rule: PERM-2 in docs/reference/permissions.md.
    """
    if type(default) is not Apps:
        raise invalid(wrong_type("default", "Apps", default))
    yield from _named(form, default)[1]


def _named(form: object, default: Apps) -> tuple[dict[str, bool], tuple[Problem, ...]]:
    return read_switches(form, default.offered, AppFault.APP_UNKNOWN)


def judge_app(app: str, place: Place, actor: str | None, *, actors_apps: Apps) -> Decision:
    """Tell whether an actor may use an app to manage a tenant.

    What counts are the actor's own apps, those of the tenant that the user who asks belongs to: what is disabled for a
    customer is hidden from its users, and its parent's administrators go on using theirs to manage it.

    >>> acme = Place("acme", ("platform", "reseller"))
    >>> resellers = Apps(offered=("smartpbx", "fax_manager"))
    >>> judge_app("fax_manager", acme, "reseller", actors_apps=resellers)
    Allowed(reason=<Ground.PARENT: 'parent'>)
    >>> str(judge_app("fax_manager", acme, "acme", actors_apps=resellers.disable("fax_manager")).reason)
    'APP_DISABLED'

    Raises: InvalidType for another type; an app that nobody offers is forbidden.

    Rule: PERM-2 in docs/reference/permissions.md.
    """
    if type(actors_apps) is not Apps:
        raise invalid(wrong_type("actors_apps", "Apps", actors_apps))
    if not is_text(app):
        raise invalid(wrong_type("app", "text", app))
    code = str.__str__(app)
    relation = judge_actor(place, actor)
    if not relation:
        return relation
    if code not in actors_apps.offered:
        return Forbidden(_unknown(code, actors_apps))
    if code in actors_apps.disabled:
        return Forbidden(Problem(AppFault.APP_DISABLED, params={"app": shown_code(code)}))
    return relation
