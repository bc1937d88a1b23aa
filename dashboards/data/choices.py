"""Links that limit a page to one value and, chosen again, lift the limit."""

from typing import Literal

from dashboards.data.tables import Link
from dashboards.view import View

Choice = Literal["department", "category"]


def is_chosen(view: View, choice: Choice, code: str | None) -> bool:
    """Whether the page is limited to this value; never to none."""
    return bool(code) and code == getattr(view, choice)


def toward(view: View, choice: Choice, code: str) -> str:
    """Address of the page limited to a value; without the limit where it has it already."""
    limit = "" if is_chosen(view, choice, code) else code
    return view.href(department=limit) if choice == "department" else view.href(category=limit)


def choice_link(view: View, choice: Choice, code: str, name: str) -> Link:
    """A value's name that leads there."""
    return Link(name, toward(view, choice, code), is_chosen(view, choice, code))
