"""New members whose first order stands, from the table's stream into the records of those who brought them."""

from __future__ import annotations

from typing import Any

from memberflow.facts import Activity
from memberflow.runtime import logger, metrics, rules
from memberflow.store import ledger
from memberflow.store.intake import answer
from memberflow.store.ledger import Arrival
from memberflow.store.models import referral_of

RULES = rules()


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Stream batch in (the event source's filter lets only new referrals through); what to deliver again out."""
    arrivals = {record["dynamodb"]["SequenceNumber"]: _arrival(record["dynamodb"]) for record in event["Records"]}
    ledger.take(RULES, list(arrivals.values()))
    return answer(number for number, arrival in arrivals.items() if arrival.outcome == "failed")


def _arrival(change: dict[str, Any]) -> Arrival:
    """Told twice it counts once: the fact is named by the friend."""
    friend, referrer = referral_of(change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"])
    at = int(change["NewImage"]["at"]["N"])
    return Arrival(Activity(at=at, id=f"referral#{friend}", member_id=referrer, activity="referral"), at)
