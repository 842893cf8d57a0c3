"""At the till: what a shop asks of a member's points while he stands there, and the answers. Spoken over HTTP."""
