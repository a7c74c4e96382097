"""Follows the laptops' log and goes on where it stopped, also after a kill: the broker keeps the place."""

import asyncio
import contextlib
import json
import os
import signal
import sys

import nats
import nats.errors
import nats.js.errors
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

HELP = """npm run example:python [-- --help]

Prints every event of the laptops' log, from the first one on, and then what comes: position, subject, event. Ctrl-C ends
it; the next run goes on after the last event that was printed. After a kill, that event may be printed again.

NATS_URL    the broker; default nats://localhost:4222
CONSUMER    the durable consumer that keeps the place; default example-python
"""

CONSUMER = ConsumerConfig(
    deliver_policy=DeliverPolicy.ALL,
    ack_policy=AckPolicy.EXPLICIT,
    ack_wait=10,  # seconds; then what nobody has confirmed is delivered again
    max_ack_pending=1,  # one at a time, so that nothing overtakes what is delivered again
)


async def say_nothing(_error):
    """Lost connections are mended by the client."""


async def follow(url, durable, stop):
    # Later losses are mended without end; a broker that is not there at first is an error.
    connecting = nats.connect(url, max_reconnect_attempts=-1, error_cb=say_nothing)
    connection = await asyncio.wait_for(connecting, 5)
    log = connection.jetstream()
    subscription = await log.pull_subscribe("laptops.events.*", durable=durable, config=CONSUMER)
    while not stop.is_set():
        try:
            [message] = await subscription.fetch(1, timeout=1)
        except nats.errors.TimeoutError:
            continue  # nothing new
        except (OSError, nats.errors.Error, nats.js.errors.Error):
            await asyncio.sleep(0.25)  # the broker is away
            continue
        position = message.metadata.sequence.stream
        try:
            event = json.loads(message.data)
            print(position, message.subject, json.dumps(event), flush=True)
        except ValueError:
            # Anybody may publish anything: what is no event is passed over, not tried for ever.
            print(position, message.subject, "is no event", file=sys.stderr, flush=True)
        # Only now: an event that is not printed is delivered again.
        await message.ack()
    # The last confirmation is to go out; where the broker is away, it cannot.
    with contextlib.suppress(OSError, nats.errors.Error):
        await connection.flush()
    with contextlib.suppress(OSError, nats.errors.Error):
        await connection.close()


async def main():
    url = os.environ.get("NATS_URL") or "nats://localhost:4222"
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await follow(url, os.environ.get("CONSUMER") or "example-python", stop)
    except (OSError, asyncio.TimeoutError, nats.errors.Error, nats.js.errors.Error) as error:
        sys.exit(f"cannot follow the laptops at {url}: {error!r}")


if "--help" in sys.argv or "-h" in sys.argv:
    print(HELP, end="")
else:
    asyncio.run(main())
