"""What can go wrong with an input or a programme, as small named exceptions."""


class MemberflowError(Exception):
    """Everything memberflow raises on purpose; its text is one line an operator can act on."""


class BadInput(MemberflowError):
    """An input that can't be used: it is parked, never retried.

    ``field`` is a path such as ``lines[0].amount`` (``""``: the whole input), ``value`` what stood
    there, ``expected`` what would be right.
    """

    def __init__(self, field: str, value: object, expected: str) -> None:
        self.field, self.value, self.expected = field, value, expected
        shown = repr(value)
        if len(shown) > 80:
            shown = shown[:77] + "..."
        super().__init__(f"{field or 'input'}: got {shown}, expected {expected}")


class ConflictingFact(BadInput):
    """A fact whose id is taken by another content: parked, the stored one stands."""


class BadProgramme(MemberflowError):
    """A programme file that can't be used; its text lists every problem, a line each."""


class StoreUnavailable(MemberflowError):
    """The table did not answer or kept refusing: the input is left to be delivered again."""


class UnknownMember(MemberflowError):
    """Nobody of whom anything was ever heard."""


class MergedMember(MemberflowError):
    """A record that was closed: what it held is in another one of the same person."""


class Refused(MemberflowError):
    """What was asked can't be done with the member as he is; nothing was written. ``code``: why, as Refusal has it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code.replace("_", " "))
