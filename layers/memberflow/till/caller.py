"""Who asks: the claims of the token that API Gateway has checked, and whom they let him see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from memberflow.errors import MemberflowError

MEMBER_SCOPE, OPERATOR_SCOPE = "memberflow/member", "memberflow/operator"


class Forbidden(MemberflowError):
    """The caller may not ask this of this member."""


class Caller(Struct, frozen=True):
    """``subject``: whom the token was made out to. ``member_id``: who he is as a member, if he is one."""

    subject: str
    member_id: str | None
    operates: bool

    def check(self, member_id: str, operators_only: bool) -> None:
        """A member sees himself, an operator everybody. Raises Forbidden."""
        if not self.operates and (operators_only or member_id != self.member_id):
            raise Forbidden("the token is neither that member's nor an operator's, as this asks for")


def caller_of(event: Mapping[str, Any], member_claim: str) -> Caller:
    """From an event of an HTTP API with a JWT authorizer; a token without scopes is nobody's.

    An operator needs a name, which is written down beside what he does.
    """
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    scopes = str(claims.get("scope") or claims.get("scp") or "").strip("[]").split()  # lists come as "[a b]"
    member_id = claims.get(member_claim) if MEMBER_SCOPE in scopes else None
    return Caller(str(claims.get("sub", "")), member_id, "sub" in claims and OPERATOR_SCOPE in scopes)
