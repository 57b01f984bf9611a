"""Personal data in a text: e-mail addresses, telephone numbers, accounts, cards, IP addresses.

A pattern alone proposes; what has a checksum or a plan of numbers must keep to it (IBAN, Luhn, the
numbering plans in libphonenumber). What is set aside for examples does not count: the domains of
RFC 2606, addresses that are not public. Telephone numbers count in their international form only,
since `0123456789` is a number in most programs.

Not here: names of people, and everything that would need a model to be seen.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping

from codegen.compliance import shape
from codegen.compliance.sightings import Sighting
from codegen.pattern import RarePattern

_EMAIL = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9][\w.+%-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])",
    re.ASCII,
)
_FOR_EXAMPLES = re.compile(
    r"(?:^|[@.])(?:(?:example|test)\.(?:com|org|net|edu)|[\w-]+\.(?:example|test|invalid|localhost|local))$"
    r"|^.@|@.\.|@(?:example|test|foo|bar|domain|email|mail|company|host|site|server)\.\w+$",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w)\]])\+ ?\(?\d(?:[ ()./-]{0,2}\d){6}", re.ASCII)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){2,8}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w.])", re.ASCII)
_NETWORKS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|35\d{14}"
    r"|3(?:0[0-5]|[68]\d)\d{11}"
)
_ADDRESS = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{1,4}:){2,7}:?[0-9A-Fa-f]{1,4})(?![\w.:]*\d)",
    re.ASCII,
)
_VERSION = re.compile(r"(?:version|release|v)\W*$", re.IGNORECASE)
PATTERNS: Mapping[str, RarePattern] = {
    "email": RarePattern(_EMAIL, when=shape.may_hold_email),
    "phone": RarePattern(_PHONE, when=shape.may_hold_phone),
    "iban": RarePattern(_IBAN, when=shape.may_hold_iban),
    "card": RarePattern(_CARD, when=shape.may_hold_card),
    "ip": RarePattern(_ADDRESS, when=shape.may_hold_address),
}
"""What proposes, by the names of the checks."""


def emails(text: str) -> Iterator[Sighting]:
    """Yield addresses of people's mail."""
    for found in PATTERNS["email"].finditer(text):
        if not _FOR_EXAMPLES.search(found[0]):
            yield Sighting("email", "e-mail address", found[0])


def phones(text: str) -> Iterator[Sighting]:
    """Yield telephone numbers in international form."""
    if PATTERNS["phone"].search(text) is None:
        return
    import phonenumbers  # noqa: PLC0415 - when it is needed

    for found in phonenumbers.PhoneNumberMatcher(text, None):
        # right behind a name or a bracket, the plus adds
        if not re.search(r"[\w)\]]$", text[: found.start][-1:]):
            yield Sighting("phone", "telephone number", found.raw_string)


def ibans(text: str) -> Iterator[Sighting]:
    """Yield bank accounts whose checksum is right."""
    for found in PATTERNS["iban"].finditer(text):
        from stdnum import iban  # noqa: PLC0415 - when it is needed

        if iban.is_valid(found[0]):
            yield Sighting("iban", "IBAN", found[0])


def cards(text: str) -> Iterator[Sighting]:
    """Yield numbers of payment cards: a network's form, and a right checksum."""
    for found in PATTERNS["card"].finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if _NETWORKS.fullmatch(digits) and len(set(digits)) > 2:  # noqa: PLR2004 - 4444 4444 4444 4448 is a pattern
            from stdnum import luhn  # noqa: PLC0415 - when it is needed

            if luhn.is_valid(digits):
                yield Sighting("card", "card number", found[0])


def addresses(text: str) -> Iterator[Sighting]:
    """Yield public IP addresses."""
    for found in PATTERNS["ip"].finditer(text):
        try:
            address = ipaddress.ip_address(found[0])
        except ValueError:
            continue
        if address.is_global and not _VERSION.search(text[: found.start()][-12:]):
            yield Sighting("ip", "IP address", found[0])


CHECKS: Mapping[str, Callable[[str], Iterator[Sighting]]] = {
    "email": emails,
    "phone": phones,
    "iban": ibans,
    "card": cards,
    "ip": addresses,
}
"""The checks by name."""
