"""Follows the events of all laptops and resumes after a restart or crash.

The broker stores the position in a durable consumer.
"""

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

Prints the position, subject and payload of every stored laptop event, and then of new ones, until Ctrl-C. The next run
resumes after the last printed event. After a crash, that event may be printed again.

NATS_URL    URL of the broker; default nats://localhost:4222
CONSUMER    name of the durable consumer that stores the position; default example-python
"""

CONSUMER = ConsumerConfig(
    deliver_policy=DeliverPolicy.ALL,
    ack_policy=AckPolicy.EXPLICIT,
    ack_wait=10,  # seconds after which an unacknowledged message is redelivered
    max_ack_pending=1,  # one at a time, so that a redelivery does not change the order
)


async def ignore_error(_error):
    """Ignores connection errors, because the client reconnects by itself."""


async def follow(url, durable, stop):
    # The client reconnects without limit. Only a failure of the first connection is an error.
    connecting = nats.connect(url, max_reconnect_attempts=-1, error_cb=ignore_error)
    connection = await asyncio.wait_for(connecting, 5)
    jetstream = connection.jetstream()
    subscription = await jetstream.pull_subscribe("laptops.events.*", durable=durable, config=CONSUMER)
    while not stop.is_set():
        try:
            [message] = await subscription.fetch(1, timeout=1)
        except nats.errors.TimeoutError:
            continue  # no new message
        except (OSError, nats.errors.Error, nats.js.errors.Error):
            await asyncio.sleep(0.25)  # the broker is unreachable
            continue
        position = message.metadata.sequence.stream
        try:
            event = json.loads(message.data)
            print(position, message.subject, json.dumps(event), flush=True)
        except ValueError:
            # Untrusted input: a message that is not JSON is skipped instead of being redelivered forever.
            print(position, message.subject, "is not an event", file=sys.stderr, flush=True)
        # Acknowledged after printing, so that an event that was not printed is redelivered.
        await message.ack()
    # Flushes the last acknowledgement. Errors are ignored, because the broker may be unreachable.
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
