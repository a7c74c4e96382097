/** The importer's way to the broker: connected, with the streams there. */

import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { brokerErrors } from '../../src/nats/broker-errors.ts';
import { connectToNats, type Connection } from '../../src/nats/connection.ts';

/** @throws Error in words for a person: what NATS_URL says does not answer, or a stream is missing. */
export async function connectToBroker(
  kinds: readonly { readonly stream: string }[],
): Promise<{ connection: Connection; jsm: JetStreamManager }> {
  // An empty variable counts as unset.
  const url = process.env['NATS_URL'] || 'nats://localhost:4222';
  const credsFile = process.env['NATS_CREDS'] || undefined;
  const connection = await connectToNats({ url, name: 'import', credsFile }).catch((error: unknown) => {
    throw new Error(`no broker at ${url} (${describe(error)}): does it run, and is NATS_URL right?`, {
      cause: error,
    });
  });
  try {
    const jsm = await jetstreamManager(connection.nc);
    for (const { stream } of kinds)
      await jsm.streams.info(stream).catch((error: unknown) => explain(stream, error));
    return { connection, jsm };
  } catch (error) {
    await connection.nc.close();
    throw new Error(`the broker at ${url} will not do: ${describe(error)}`, { cause: error });
  }
}

function explain(stream: string, error: unknown): never {
  if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound)
    throw new Error(`there is no stream ${stream}: "npm start" or "npm run provision" makes it`, {
      cause: error,
    });
  throw error;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
