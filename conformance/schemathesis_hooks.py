"""What makes a request sensible beyond what a schema can say; only requests that are meant to be right are touched."""

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
    # An id out of an answer, put into a header, is still a number there.
    for name, value in headers.items():
        headers[name] = str(value)
    # To JSON Schema 7.0 is an integer, but nobody writes it so in a path.
    for name, value in (case.path_parameters or {}).items():
        if isinstance(value, float) and value.is_integer():
            case.path_parameters[name] = int(value)
    # A key stands for one request: used for another one it is refused.
    if key := headers.get("Idempotency-Key"):
        closing = '"' if key.startswith('"') else ""
        headers["Idempotency-Key"] = f"{key.rstrip(chr(34))[:200]}-{next(counter)}{closing}"
    # In one kind of case schemathesis takes the quotes off an entity tag.
    for name in ("If-Match", "If-None-Match"):
        if name in headers and not ENTITY_TAG.match(headers[name].strip()):
            headers[name] = f'"{headers[name]}"'
    # A tag out of the blue never matches; let the change happen every other time.
    if "If-Match" in headers and next(counter) % 2 == 0:
        headers["If-Match"] = "*"
    # A position that the log has not reached yet is not worth waiting for.
    if "Wait-For-Position" in headers:
        headers["Prefer"] = "wait=0"
        # Which streams a service follows is not in the schema: a name out of the blue is refused.
        if "=" in headers["Wait-For-Position"]:
            headers["Wait-For-Position"] = "latest"
    # There is no state yet of a position or a time that is still to come.
    moment = str(query.get("asOf", ""))
    if moment.isdigit():
        query["asOf"] = "0"
    elif moment[:4] > "2020":
        query["asOf"] = f"2020{moment[4:]}"
