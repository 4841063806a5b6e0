"""What a caller of a paper venue meets where the answer is lost: proof of nothing."""

from allornone.venues.paper.faults import Behaviour


class LostAnswerError(Exception):
    """The outcome is unknown: the request may have acted, may act later, or may never have arrived."""

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(f"{_TEXT[behaviour]}; look the reference up before anything else")
        self.behaviour = behaviour


_TEXT = {
    Behaviour.LOSE_ANSWER: "connection reset before the answer",
    Behaviour.LOSE_REQUEST: "no answer within the timeout",
    Behaviour.LATE: "no answer within the timeout",
    Behaviour.ERROR_5XX_EXECUTED: "HTTP 502 from the venue",
    Behaviour.ERROR_5XX_NOT_EXECUTED: "HTTP 502 from the venue",
    Behaviour.MALFORMED: "the venue's answer could not be read",
    Behaviour.DUPLICATE_ACK: "the venue calls the reference a duplicate",
}
