"""cfn-lint has nothing to say of template.yaml; sam and checkov, which need environments of their own, run in make."""

from __future__ import annotations

from cfnlint.api import lint_file

from cli.local.stack import TEMPLATE


def test_cfn_lint_finds_nothing() -> None:
    assert [str(match) for match in lint_file(TEMPLATE)] == []
