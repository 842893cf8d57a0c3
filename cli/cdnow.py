"""Real orders to show the work on: the CDNOW purchases of 1997 and 1998, out of a published package.

23,570 customers who first bought in the first quarter of 1997, and all they bought until June 1998. The package is
fetched into a folder that is not committed, its text file is unzipped, and nothing of it is ever imported.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from random import Random

from msgspec import Struct

PACKAGE = "lifetimes==0.11.3"
MEMBER = "lifetimes/datasets/CDNOW_master.txt"
SHA256 = "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef"
FIRST, LAST = date(1997, 1, 1), date(1998, 6, 30)
"""The days that the purchases cover."""


class Purchase(Struct, frozen=True):
    """``amount`` has no currency in the source."""

    on: date
    amount: Decimal


Customers = dict[str, list[Purchase]]


class Source(Struct, frozen=True):
    """Purchases by customer, each in the order of its days, and where they are from."""

    customers: Customers
    origin: str


def load(cache: Path) -> Source:
    """The real purchases, from ``cache`` or fetched into it; made-up ones, saying so, where they can't be had."""
    file = cache / Path(MEMBER).name
    try:
        if not _is_genuine(file):
            _fetch(cache, file)
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as error:
        return Source(made_up(), f"MADE-UP orders: {PACKAGE} could not be fetched ({type(error).__name__})")
    if not _is_genuine(file):
        return Source(made_up(), f"MADE-UP orders: {file} is not the file that was published")
    return Source(parse(file.read_text("ascii")), f"CDNOW orders, from the package {PACKAGE}")


def _is_genuine(file: Path) -> bool:
    return file.exists() and sha256(file.read_bytes()).hexdigest() == SHA256


def _fetch(cache: Path, file: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(cache), PACKAGE], check=True, capture_output=True, timeout=120)
    wheel = next((path for path in cache.glob("*.whl") if path.name.lower().startswith("lifetimes-")), cache / "none")
    with zipfile.ZipFile(wheel) as package:
        file.write_bytes(package.read(MEMBER))


def parse(text: str) -> Customers:
    """The lines of the file: customer, day as 19970101, number of discs, amount; the first line is a heading."""
    customers: Customers = defaultdict(list)
    for line in text.splitlines()[1:]:
        customer, day, _, amount = line.split()
        customers[customer].append(Purchase(date.fromisoformat(day), Decimal(amount)))
    return {customer: sorted(bought, key=lambda purchase: purchase.on) for customer, bought in customers.items()}


def made_up(count: int = 5_000, seed: int = 1997) -> Customers:
    """Customers in the manner of the real ones: a first quarter to begin in, most buy once, a few go on and on."""
    random = Random(seed)  # noqa: S311
    customers: Customers = {}
    for number in range(count):
        on, bought = FIRST + timedelta(random.randrange(84)), []
        gap, scale = random.expovariate(1 / 60) + 7, random.lognormvariate(3.3, 0.6)
        while on <= LAST:
            bought.append(Purchase(on, Decimal(round(scale * random.lognormvariate(0, 0.5) * 100)) / 100))
            if random.random() < 0.3:
                break
            on += timedelta(1 + int(random.expovariate(1 / gap)))
        customers[f"{number:05}"] = bought
    return customers


def sample(customers: Customers, members: int | None) -> Customers:
    """Evenly spread over all customers, so that early and late beginners are there alike; None: everybody."""
    ids = sorted(customers)
    if members is None or members >= len(ids):
        return customers
    return {ids[place]: customers[ids[place]] for place in (n * len(ids) // members for n in range(members))}
