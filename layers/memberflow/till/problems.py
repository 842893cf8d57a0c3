"""Every way in which the till says no, as RFC 9457 has it; the one place where errors become answers."""

from __future__ import annotations

from msgspec import Struct

from memberflow.errors import (
    BadInput,
    ConflictingFact,
    MemberflowError,
    MergedMember,
    Refused,
    StoreUnavailable,
    UnknownMember,
)
from memberflow.till.caller import Forbidden

CONTENT_TYPE = "application/problem+json"


class Problem(Struct):
    """``code``: the last part of ``type``, for programs; ``title`` in the language asked for, for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str


class TooLarge(MemberflowError):
    """A body that no till sends."""


class NoSuchRoute(MemberflowError):
    """A path or method that the API does not have."""


PROBLEMS: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "The request can't be used", "请求无法使用"),
    "forbidden": (403, "Not yours to ask", "无权查询或操作"),
    "unknown_member": (404, "Nobody is known by that id", "没有此会员"),
    "no_such_route": (404, "There is nothing here", "没有此接口"),
    "no_reservation": (404, "There is no such reservation", "没有此积分预留"),
    "merged_member": (409, "The record was merged into another", "该会员记录已并入另一记录"),
    "key_taken": (409, "The key was used for another request", "该键已用于另一请求"),
    "not_enough_points": (409, "Too few points are usable", "可用积分不足"),
    "below_minimum": (409, "Fewer points than can be spent at once", "低于单次最低使用积分"),
    "not_in_step": (409, "Points are spent in larger steps", "积分数不是规定的倍数"),
    "above_share": (409, "More than points may pay of the order", "超过订单可用积分抵扣的比例"),
    "unknown_good": (409, "The catalogue does not have it", "目录中没有该商品"),
    "cap_reached": (409, "As many of it as a member can have", "已达到该商品的兑换上限"),
    "unknown_partner": (409, "Points are not exchanged with that partner", "不与该合作方兑换积分"),
    "reservation_lapsed": (409, "The reservation holds no points any more", "积分预留已失效"),
    "reservation_committed": (409, "The reservation was committed", "积分预留已确认使用"),
    "reservation_cancelled": (409, "The reservation was cancelled", "积分预留已取消"),
    "too_large": (413, "The request is too large", "请求过大"),
    "store_unavailable": (503, "Try again in a moment", "请稍后再试"),
}
"""Status and titles, by code."""

_CODES: tuple[tuple[type[MemberflowError], str], ...] = (
    (ConflictingFact, "key_taken"),
    (BadInput, "bad_request"),
    (Forbidden, "forbidden"),
    (UnknownMember, "unknown_member"),
    (MergedMember, "merged_member"),
    (NoSuchRoute, "no_such_route"),
    (TooLarge, "too_large"),
    (StoreUnavailable, "store_unavailable"),
)


def problem_of(error: MemberflowError, accepted_languages: str) -> Problem:
    """``accepted_languages``: the header Accept-Language. Raises the error itself where it is nobody's to mend."""
    code = (
        error.code if isinstance(error, Refused) else next((c for kind, c in _CODES if isinstance(error, kind)), None)
    )
    if code is None:
        raise error
    status, english, chinese = PROBLEMS[code]
    title = chinese if accepted_languages.strip().lower().startswith("zh") else english
    return Problem(f"urn:problem-type:memberflow:{code}", title, status, str(error), code)
