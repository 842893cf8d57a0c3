"""What is wrong with a programme: values with a code and a place, all collected, never raised one by one.

A check names the path of the cause; where that path stands in the file is looked up once, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

KeyPath = tuple[str | int, ...]
Position = tuple[int, int]
"""(line, column), both from 1."""


class Place(NamedTuple):
    """Where a path stands: its key and its value. An item of a list has no key of its own: both are the item."""

    key: Position
    value: Position


class Code(NamedTuple):
    """What a code stands for, and which side of its path it points at."""

    severity: Literal["error", "warning"]
    side: Literal["key", "value"]
    meaning: str


CODES = {
    # The text of the file.
    "P001": Code("error", "value", "the file is not YAML in UTF-8"),
    "P002": Code("error", "value", "the file is empty or holds more than one document"),
    "P003": Code("error", "value", "an anchor, an alias, a tag or a directive, which programmes do without"),
    "P004": Code("error", "key", "a key that is already there"),
    "P005": Code("error", "key", "a key that is not plain text"),
    # Its shape.
    "P011": Code("error", "key", "a key is missing; the place is where it belongs"),
    "P012": Code("error", "value", "a value that its key does not take"),
    "P013": Code("error", "value", "text, a list or a mapping where another of the three belongs"),
    "P014": Code("error", "key", "a key that nothing reads"),
    "P015": Code("error", "key", "a name that is not well formed"),
    "P016": Code("error", "value", "an item listed twice"),
    # Money, zone and hours.
    "P021": Code("warning", "value", "a currency that ISO 4217 does not list"),
    "P022": Code("error", "value", "a time zone that does not exist"),
    "P023": Code("error", "value", "an amount of zero"),
    "P024": Code("error", "value", "an amount finer than the currency's smallest unit"),
    "P025": Code("error", "value", "quiet hours that end as they begin"),
    # Tiers.
    "P031": Code("error", "value", "a tier's name that an earlier tier has"),
    "P032": Code("error", "key", "a rule for the first tier, which every member has"),
    "P033": Code("error", "key", "a tier that nothing lets a member enter"),
    "P034": Code("error", "value", "a rule without a condition"),
    "P035": Code("error", "value", "a tier that asks less than one below it, or the same"),
    "P036": Code("error", "value", "keeping a tier asks more than entering it"),
    "P037": Code("error", "key", "a label, or what is to be done, without one of the programme's languages"),
    "P038": Code("warning", "key", "a label in a language that the programme does not offer"),
    "P071": Code("error", "key", "a key is missing that another one needs; the place is where it belongs"),
    "P072": Code("error", "key", "a key that another one leaves nothing to do"),
    "P073": Code("error", "value", "reviews at which nobody rises, or by which one drops again and again on one day"),
    "P074": Code("error", "key", "a key without what it goes with"),
    "P075": Code("error", "key", "a score that the programme does not have"),
    "P076": Code("error", "value", "a part of a number where whole ones are counted"),
    "P077": Code("error", "value", "a measure that nothing ever raises"),
    # Journeys.
    "P041": Code("error", "key", "a journey without a key that its trigger needs"),
    "P042": Code("error", "key", "a key that a journey's trigger does not take"),
    "P043": Code("error", "value", "a tier that there is not, or that no member rises to or loses"),
    "P044": Code("error", "value", "a sending time inside the quiet hours"),
    "P045": Code("error", "value", "a birthday among the days of the calendar"),
    "P046": Code("error", "value", "a journey about points that run out, where none do"),
    "P047": Code("error", "key", "a journey that gives and has the name of a rule of grants"),
    "P048": Code("error", "key", "a holdout of a journey that gives"),
    # Points.
    "P061": Code("error", "key", "a bonus that adds nothing, or in two ways"),
    "P062": Code("error", "key", "a bonus without a condition"),
    "P063": Code("error", "value", "a tier that the programme does not have"),
    "P064": Code("error", "value", "a day that does not exist"),
    "P065": Code("error", "key", "an expiry that says nothing of when"),
    "P066": Code("error", "value", "points that expire before they are usable"),
    "P067": Code("error", "value", "a minimum that is no multiple of the step"),
    "P068": Code("error", "key", "an activity that earns nothing"),
    "P069": Code("error", "key", "two rules that pay for one thing"),
    # Revisions.
    "P091": Code("error", "value", "a revision in force from a day that does not exist"),
    "P092": Code("error", "value", "a revision that changes what stays"),
    # Sending.
    "P121": Code("error", "value", "a channel that is neither built in nor one of event_channels"),
    "P122": Code("error", "value", "an event channel that is built in"),
    "P123": Code("error", "key", "a holdout of a service message"),
    "P124": Code("warning", "value", "a cap that no message comes under"),
    "P125": Code("warning", "key", "a priority where no cap keeps anything back"),
    # Tasks and surveys.
    "P131": Code("error", "key", "a journey without what it takes to make a message, or a task"),
    "P132": Code("error", "key", "a key of messages in a journey that makes a task"),
    "P133": Code("error", "value", "a task that is due when it may be of no use any more"),
    "P134": Code("error", "value", "a survey that the programme does not have"),
    "P135": Code("error", "value", "an answer that there is not to a survey"),
    # What messages bring back.
    "P151": Code("warning", "key", "a holdout that nothing is counted for"),
    # Message templates; from P053 on the place is in the template.
    "P051": Code("error", "value", "a message without any template"),
    "P052": Code("error", "value", "a message without a template in one of the programme's languages"),
    "P053": Code("error", "value", "a template that is not laid out as its kind is, in UTF-8"),
    "P054": Code("error", "value", "a template that can't be rendered"),
    "P055": Code("error", "value", "a variable that a template of this journey does not get"),
    "P056": Code("warning", "value", "a file beside the templates that no journey uses"),
    "P057": Code("error", "value", "a layout without the place of the message, or of its unsubscribe link"),
    # Benefits, grants and badges.
    "P081": Code("error", "key", "a benefit without a key that its kind needs"),
    "P082": Code("error", "key", "a key that a benefit's kind does not take"),
    "P083": Code("error", "value", "a benefit that the catalogue does not have"),
    "P084": Code("error", "key", "a grant without a key that its trigger needs"),
    "P085": Code("error", "key", "a key that a grant's trigger does not take"),
    "P086": Code("error", "value", "a tier that nobody can try, has or rises to"),
    "P087": Code("error", "value", "a badge, a segment or a live tag that there is not"),
    "P088": Code("error", "value", "more badges than there are"),
    "P089": Code("warning", "key", "a benefit that no tier has and nothing gives"),
    "P090": Code("error", "value", "benefits of which each stands in for the other"),
    # Segments and tags.
    "P101": Code("error", "value", "bands that do not rise, or are not four"),
    "P102": Code("error", "value", "a range that runs backwards"),
    "P103": Code("error", "value", "a segment's name that an earlier one has"),
    "P104": Code("error", "key", "a tag that asks nothing, or half of something"),
    "P105": Code("error", "key", "a live tag that asks of activities"),
    # What journeys wait for.
    "P141": Code("error", "value", "a journey that waits for what there is not"),
    "P142": Code("error", "value", "a trial whose end would be told as it begins"),
    "P143": Code("error", "key", "a measure that no tier's entry asks for"),
    # What is allowed and seldom meant.
    "P161": Code("error", "value", "a figure that nobody can ever have"),
    "P162": Code("warning", "value", "a segment whose members the ones before it take in"),
    "P163": Code("warning", "key", "a win-back that goes on to who has come back"),
    "P164": Code("warning", "value", "marketing by SMS that does not say how to stop it"),
    "P165": Code("error", "value", "a message that may leave when what it tells of is over"),
    "P166": Code("warning", "key", "marketing that no cap holds"),
    "P167": Code("warning", "value", "marketing that is called a service"),
    "P168": Code("warning", "key", "a cost that nobody has said"),
    "P169": Code("warning", "key", "two journeys that speak to one member on one day"),
    "P170": Code("warning", "key", "two rules that give one thing for one reason"),
    # Targets.
    "P171": Code("error", "key", "a target of a journey that there is not"),
    "P172": Code("error", "key", "a target of something that is not counted"),
}


class Problem(Struct, frozen=True):
    """One mistake. ``path``: its cause in the programme; ``file``, ``line`` and ``column``: where to look."""

    code: str
    path: KeyPath
    message: str
    help: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    @property
    def severity(self) -> Literal["error", "warning"]:
        return CODES[self.code].severity

    def placed(self, file: str, places: Mapping[KeyPath, Place]) -> Problem:
        """This problem at its path's place in ``file``, unless it knows its place already."""
        if self.line:
            return self if self.file else msgspec.structs.replace(self, file=file)
        place = places[self.path]
        line, column = place.key if CODES[self.code].side == "key" else place.value
        return msgspec.structs.replace(self, file=file, line=line, column=column)

    def __str__(self) -> str:
        """A line that editors can jump from."""
        hint = f" ({self.help})" if self.help else ""
        return f"{self.file}:{self.line}:{self.column} {self.code} {self.message}{hint}"


def named(path: KeyPath) -> str:
    """What a message calls the thing at a path: its own name, for the place says the rest."""
    if not path:
        return "the programme"
    last = path[-1]
    return last if isinstance(last, str) else f"item {last + 1} of {named(path[:-1])}"


def suggest(name: str, known: Iterable[str], otherwise: str) -> str:
    """Help with an unknown name: the known one nearest to it, if any is near."""
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


def position(text: str, index: int) -> Position:
    """The line and column of a character."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
