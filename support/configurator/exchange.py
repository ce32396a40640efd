"""One HTTP exchange, as it is attached to a report."""

from dataclasses import dataclass

import requests

from support.masking import mask


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; bodies are masked when shown."""

    method: str
    url: str
    request_body: str
    status: int
    response_body: str
    seconds: float

    @classmethod
    def of(cls, response: requests.Response) -> "Exchange":
        """Record a finished request."""
        request = response.request
        body = request.body or ""
        return cls(
            method=request.method or "",
            url=request.url or "",
            request_body=body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body),
            status=response.status_code,
            response_body=response.text,
            seconds=response.elapsed.total_seconds(),
        )

    def __str__(self) -> str:
        milliseconds = self.seconds * 1000
        lines = [f"{self.method} {self.url}", self.request_body, f"-> {self.status} in {milliseconds:.0f} ms"]
        return mask("\n".join([*filter(None, lines), self.response_body]))
