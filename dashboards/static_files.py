"""Static files under an address that carries their content's fingerprint, compressed once."""

import gzip
import hashlib
import mimetypes
import zlib
from asyncio import to_thread
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

ASSETS = Path(__file__).parent / "assets"
IMMUTABLE = "public, max-age=31536000, immutable"
STYLES = "gridgov.css"
"""One file for the browser, made of all in `assets/styles`, in the order of their names."""
TEXT_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")


@dataclass(frozen=True)
class Assets:
    """The assets folder as it was when the server started.

    The fingerprint is a folder in the address, so that files which import each other by relative
    path stay within one edition.
    """

    folder: Path
    fingerprint: str

    @classmethod
    def of(cls, folder: Path) -> "Assets":
        """Fingerprint a folder by the names and contents of its files."""
        digest = hashlib.sha256()
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(folder)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return cls(folder=folder, fingerprint=digest.hexdigest()[:16])

    def url(self, path: str) -> str:
        """Address of a file, to be cached for ever."""
        return f"/assets/{self.fingerprint}/{path}"

    def file(self, path: str) -> Path | None:
        """The file of an address; null where there is none in the folder."""
        file = (self.folder / path).resolve()
        is_inside = file.is_relative_to(self.folder.resolve())
        return file if is_inside and (file.is_file() or path == STYLES) else None

    def read(self, file: Path) -> bytes:
        """A file's content."""
        if file.name == STYLES:
            return b"\n".join(
                part.read_bytes() for part in sorted(self.folder.glob("styles/*.css"))
            )
        return file.read_bytes()


def register_assets(app: FastAPI, assets: Assets) -> None:
    """Serve the folder at `/assets/<fingerprint>/…`; another fingerprint is not cached."""
    kept: dict[tuple[Path, str], bytes] = {}

    @app.get("/assets/{fingerprint}/{path:path}", include_in_schema=False)
    async def asset(fingerprint: str, path: str, request: Request) -> Response:
        file = assets.file(path)
        if file is None:
            return PlainTextResponse("not found", status_code=404)
        encoding = _encoding(file, request.headers.get("accept-encoding", ""))
        key = (file, encoding)
        if key not in kept:
            kept[key] = await to_thread(_encoded, assets, file, encoding)
        headers = {
            "Cache-Control": IMMUTABLE if fingerprint == assets.fingerprint else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if encoding:
            headers["Content-Encoding"] = encoding
        return Response(kept[key], media_type=_media_type(file), headers=headers)


def kept_in_gzip(
    body: bytes, request: Request, *, media_type: str | None, caching: str
) -> Response:
    """An answer that is kept in gzip; unpacked for who does not take it so."""
    headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(body), media_type=media_type, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=headers)


async def compressed(parts: AsyncIterable[str]) -> AsyncIterator[bytes]:
    """Parts of an answer as gzip, each sent on at once."""
    packer = zlib.compressobj(level=4, wbits=zlib.MAX_WBITS | 16)
    async for part in parts:
        yield packer.compress(part.encode()) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()


def _media_type(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"


def _encoding(file: Path, accepted: str) -> str:
    if "br" in accepted and file.with_name(f"{file.name}.br").exists():
        return "br"
    is_text = _media_type(file).startswith(TEXT_TYPES)
    return "gzip" if is_text and "gzip" in accepted else ""


def _encoded(assets: Assets, file: Path, encoding: str) -> bytes:
    if encoding == "br":
        return file.with_name(f"{file.name}.br").read_bytes()
    if encoding == "gzip":
        ready = file.with_name(f"{file.name}.gz")
        return ready.read_bytes() if ready.exists() else gzip.compress(assets.read(file), mtime=0)
    return assets.read(file)
