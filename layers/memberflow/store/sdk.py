"""Where the SDK finds its descriptions of services."""

from __future__ import annotations

from botocore.loaders import Loader
from botocore.session import Session


def describe(session: Session, folder: str) -> None:
    """Has a session read everything from one folder: looking through the SDK's own is a quarter of a cold start."""
    loader = Loader([folder], include_default_search_paths=False)
    loader.BUILTIN_DATA_PATH = folder  # else it believes that the list of endpoints is somebody's own, and prefers it
    session.register_component("data_loader", loader)
