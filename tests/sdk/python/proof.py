"""What the two Python proofs share: where the server is, and a check that says what it saw."""

import os

BASE_URL = os.environ["OBROL_URL"] + "/v1"
KEY = os.environ["OBROL_KEY"]
NARROW_KEY = os.environ["OBROL_NARROW_KEY"]
PIXEL = "data:image/png;base64,iVBORw0KGgo="
TOOL = {
    "type": "function",
    "function": {
        "name": "get_stock",
        "description": "How many are there",
        "parameters": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]},
    },
}


def same(what, seen, wanted):
    if seen != wanted:
        raise SystemExit(f"{what}: saw {seen!r}, wanted {wanted!r}")
    print(f"ok {what}")


def holds(what, truth, seen=None):
    if not truth:
        raise SystemExit(f"{what}: {seen!r}")
    print(f"ok {what}")
