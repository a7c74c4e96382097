"""Adjusts generated requests to rules that a schema cannot express. Changes only requests that are meant to be valid."""

import itertools
import re

import schemathesis

ENTITY_TAG = re.compile(r'^(\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*)$')
counter = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    headers, query = case.headers or {}, case.query or {}
    # Schemathesis can copy a numeric id from a response into a header, which must be a string.
    for name, value in headers.items():
        headers[name] = str(value)
    # In JSON Schema, 7.0 is an integer, but it is not a valid id in a path.
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, float) and value.is_integer():
            case.path_parameters[name] = int(value)
    # Reusing an idempotency key for a different request is rejected.
    if key := headers.get("Idempotency-Key"):
        closing = '"' if key.startswith('"') else ""
        headers["Idempotency-Key"] = f"{key.rstrip(chr(34))[:200]}-{next(counter)}{closing}"
    # In some cases, schemathesis removes the quotes of an entity tag.
    for name in ("If-Match", "If-None-Match"):
        if name in headers and not ENTITY_TAG.match(headers[name].strip()):
            headers[name] = f'"{headers[name]}"'
    # A generated tag never matches. Every other request uses "*" so that some changes succeed.
    if "If-Match" in headers and next(counter) % 2 == 0:
        headers["If-Match"] = "*"
    # Do not wait for a position that the stream has not reached.
    if "Wait-For-Position" in headers:
        headers["Prefer"] = "wait=0"
        # The schema does not contain the followed streams, and an unknown stream name is rejected.
        if "=" in headers["Wait-For-Position"]:
            headers["Wait-For-Position"] = "latest"
    # A position or time in the future is rejected.
    as_of = str(query.get("asOf", ""))
    if as_of.isdigit():
        query["asOf"] = "0"
    elif as_of[:4] > "2020":
        query["asOf"] = f"2020{as_of[4:]}"
