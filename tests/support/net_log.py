"""Chromium's own log of the network: what it asked for, looked up and connected to.

It sees what page-level request logs miss: requests of workers, preconnections, WebSockets and the
browser's own.
"""

import ipaddress
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

REQUESTS = ("URL_REQUEST_START_JOB",)
LOOK_UPS = ("HOST_RESOLVER_MANAGER_REQUEST", "HOST_RESOLVER_MANAGER_JOB", "HOST_RESOLVER_DNS_TASK")
CONNECTIONS = ("TCP_CONNECT", "TCP_CONNECT_ATTEMPT", "UDP_CONNECT", "SOCKET_POOL_CONNECT_JOB")
LOCAL_SCHEMES = (
    "data",
    "blob",
    "about",
    "chrome",
    "devtools",
    "chrome-extension",
    "chrome-untrusted",
)


def flags(file: Path) -> tuple[str, ...]:
    """Start Chromium with these: it logs to the file and can resolve nothing but loopback."""
    return (
        f"--log-net-log={file}",
        # The browser's own services, which no page has asked for.
        "--disable-features=AutofillServerCommunication,NetworkTimeServiceQuerying,OptimizationHints,"
        "MediaRouter,Translate,PreconnectToSearch",
        "--component-updater=url-source=http://127.0.0.1:9/",
        "--gaia-url=http://127.0.0.1:9",
        "--disable-extensions",
        "--disable-component-extensions-with-background-pages",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-client-side-phishing-detection",
        "--no-pings",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    )


def events(file: Path) -> list[tuple[str, dict[str, Any]]]:
    """Name and parameters of every event; the browser must have been closed.

    A datagram socket that was connected and sent nothing is left out: it reaches nobody, and the
    browser opens one to see whether there is a route for IPv6.
    """
    log = json.loads(file.read_text(encoding="utf-8"))
    names = {number: name for name, number in log["constants"]["logEventTypes"].items()}
    named = [
        (names[event["type"]], event["source"]["id"], event.get("params", {}))
        for event in log["events"]
    ]
    sent = {source for name, source, _ in named if name == "UDP_BYTES_SENT"}
    return [
        (name, parameters)
        for name, source, parameters in named
        if name != "UDP_CONNECT" or source in sent
    ]


def targets(file: Path) -> list[tuple[str, str]]:
    """Event and host of all that was asked for, looked up or connected to."""
    found = []
    for name, parameters in events(file):
        if name in REQUESTS:
            address = urlsplit(parameters.get("url", ""))
            if address.scheme and address.scheme not in LOCAL_SCHEMES:
                found.append((name, address.hostname or ""))
        elif name in LOOK_UPS and parameters.get("host"):
            found.append((name, _host(str(parameters["host"]))))
        elif name in CONNECTIONS:
            given = parameters.get("address") or parameters.get("address_list") or []
            places = [given] if isinstance(given, str) else given
            found.extend((name, _host(place)) for place in places)
    return found


def outside(file: Path) -> list[tuple[str, str]]:
    """Those that are not on this machine."""
    return [(name, host) for name, host in targets(file) if not _is_loopback(host)]


def _host(place: str) -> str:
    """Host of `http://host:80`, `host:80`, `[::1]:80` or a bare name."""
    found = re.fullmatch(r"(?:\w+://)?(\[[^\]]+\]|[^:/]+|[0-9a-fA-F:]+)(?::\d+)?/?", place)
    return (found[1] if found else place).strip("[]")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
