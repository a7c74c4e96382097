import { JetStreamApiError, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { messageOf } from '../../../src/kit/domain/error-message.ts';
import { brokerErrors } from '../../../src/kit/nats/connection/broker-errors.ts';
import { connectToNats, type Connection } from '../../../src/kit/nats/connection/connection.ts';
import { explainConnectFailure } from '../../../src/kit/nats/connection/explain-connect-failure.ts';
import { readAccess } from '../../../src/kit/runtime/config/config.ts';

/**
 * Connects to the broker and checks that the stream of each kind exists.
 *
 * @throws Error with a readable message if the broker is unreachable or a stream is missing.
 */
export async function connectToBroker(
  kinds: readonly { readonly stream: string }[],
): Promise<{ connection: Connection; jsm: JetStreamManager }> {
  const access = readAccess(process.env);
  const connection = await connectToNats({ ...access, name: 'import' }).catch((error: unknown) => {
    throw new Error(explainConnectFailure(error, access), { cause: error });
  });
  try {
    const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
    for (const { stream } of kinds)
      await jsm.streams.info(stream).catch((error: unknown) => explain(stream, error));
    return { connection, jsm };
  } catch (error) {
    await connection.nc.close();
    throw new Error(`cannot import through the broker at ${access.url}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function explain(stream: string, error: unknown): never {
  if (error instanceof JetStreamApiError && error.code === brokerErrors.streamNotFound)
    throw new Error(`stream ${stream} does not exist; create it with "npm start" or "npm run provision"`, {
      cause: error,
    });
  throw error;
}
