"""Reading a shipped programme: JSON that the build compiled from a checked YAML file (a YAML parser costs 50 ms)."""

from __future__ import annotations

from pathlib import Path

import msgspec

from memberflow.programme.schema import Shipped

_DECODER = msgspec.json.Decoder(Shipped)


def load(path: str | Path) -> Shipped:
    """The programme in a shipped file."""
    return _DECODER.decode(Path(path).read_bytes())
