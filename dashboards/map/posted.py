"""What is posted to the map's addresses, before anything is made of it."""

import json
from typing import Any

from fastapi import Request

from dashboards.map.sheet import MOST_BYTES
from warehouse.errors import UsageError, shortened

JSON = "application/json"
OWN_SITES = ("same-origin", "none")
"""`Sec-Fetch-Site` of our pages, and of what a person typed."""


def refusal(request: Request) -> tuple[str, int] | None:
    """Why what is posted is not read, and the status: another site's, no JSON, or too long."""
    site = request.headers.get("sec-fetch-site", OWN_SITES[0])
    if site not in OWN_SITES:
        return (f"Sec-Fetch-Site {shortened(site)}: 只接受本站 / this site only", 403)
    # A form of another site cannot send this type, whatever its browser says of itself.
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        return (f'Content-Type "{shortened(kind)}": 需要 / needs {JSON}', 415)
    size = int(request.headers.get("content-length", MOST_BYTES + 1))
    if size > MOST_BYTES:
        return (f"{size} B: 不超过 / at most {MOST_BYTES} B", 413)
    return None


def read_json(sent: bytes) -> Any:
    """What was sent, once it is sure that it can be written again.

    Raises:
        UsageError: no JSON, too many brackets in each other, or half a character (`"\\ud800"`).
    """
    try:
        given = json.loads(sent)
        json.dumps(given, ensure_ascii=False).encode()
    except RecursionError as error:
        raise UsageError("JSON: 嵌套过深 / is nested too deeply") from error
    except UnicodeError as error:
        raise UsageError("JSON: 含无效字符,需要 UTF-8 / needs valid UTF-8 characters") from error
    except ValueError as error:
        raise UsageError("不是 JSON / is no JSON") from error
    return given
