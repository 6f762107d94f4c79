"""A calendar file read as RFC 5545 says, without the library that wrote it."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

LINE = re.compile(
    r"(?P<name>[A-Z0-9-]+)"
    r'(?P<parameters>(?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*)'
    r":(?P<value>.*)"
)
PARAMETER = re.compile(r';([A-Z0-9-]+)=("[^"]*"|[^";:,]*)')
TEXT = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


@dataclass(frozen=True)
class Property:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """What people read; whatever could end it is escaped."""
        assert TEXT.fullmatch(self.value), self.value
        unescaped = re.sub(r"\\[nN]", "\n", self.value.replace(r"\\", "\0"))
        return re.sub(r"\\([;,])", r"\1", unescaped).replace("\0", "\\")


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def get(self, name: str) -> Property | None:
        found = [each for each in self.properties if each.name == name]
        assert len(found) <= 1, f"{name} stands there {len(found)} times"
        return found[0] if found else None

    def __getitem__(self, name: str) -> Property:
        found = self.get(name)
        assert found is not None, f"{self.name} has no {name}"
        return found

    def all(self, name: str) -> list["Component"]:
        return [part for part in self.parts if part.name == name]

    def instant(self, event: "Component", name: str) -> datetime:
        """When the event begins or ends, by the rules that this calendar itself brings along."""
        moment = event[name]
        if moment.value.endswith("Z"):
            return datetime.fromisoformat(moment.value)
        wall = datetime.fromisoformat(moment.value)
        (zone,) = [z for z in self.all("VTIMEZONE") if z["TZID"].value == moment.parameters["TZID"]]
        return wall.replace(tzinfo=timezone(offset_at(zone, wall))).astimezone(UTC)


def offset_at(zone: Component, wall: datetime) -> timedelta:
    """Of the rule that began last; each is dated by the clock that it ends."""
    onsets = {datetime.fromisoformat(rule["DTSTART"].value): rule for rule in zone.parts}
    begun = [onset for onset in onsets if onset <= wall]
    assert begun, "the zone's rules begin after the event"
    match = OFFSET.fullmatch(onsets[max(begun)]["TZOFFSETTO"].value)
    assert match
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return -offset if match[1] == "-" else offset


def read(file: bytes) -> Component:
    """The one VCALENDAR; everything in it is in its place."""
    outside = Component("")
    open_parts = [outside]
    for each in properties(file):
        if each.name == "BEGIN":
            part = Component(each.value)
            open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif each.name == "END":
            assert open_parts.pop().name == each.value
        else:
            open_parts[-1].properties.append(each)
    assert open_parts == [outside]
    assert not outside.properties
    (calendar,) = outside.all("VCALENDAR")
    return calendar


def properties(file: bytes) -> Iterator[Property]:
    assert file.endswith(b"\r\n")
    lines = file.removesuffix(b"\r\n").split(b"\r\n")
    for line in lines:
        assert 0 < len(line) <= 75, line
        assert not {b"\r", b"\n"} & {bytes([byte]) for byte in line}, line
        line.decode()  # no letter is cut in two
    for line in b"\r\n".join(lines).replace(b"\r\n ", b"").split(b"\r\n"):
        text = line.decode()
        assert all(unicodedata.category(char) != "Cc" for char in text), text
        match = LINE.fullmatch(text)
        assert match, text
        parameters = {
            name: value.strip('"') for name, value in PARAMETER.findall(match["parameters"])
        }
        yield Property(match["name"], parameters, match["value"])
