/** Checks that every server in NATS_URL responds and has a supported version. */

import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { messageOf } from '../domain/error-message.ts';
import { connectToNats, type Connection } from '../nats/connection/connection.ts';
import { explainConnectFailure } from '../nats/connection/explain-connect-failure.ts';
import { isSupportedServer, minimumServerVersion } from '../nats/connection/server-version.ts';
import type { DoctorConfig } from './config.ts';
import { failure, ok, type Finding } from './finding.ts';

/** The connection that the other checks use. */
export type Broker = { readonly connection: Connection; readonly jsm: JetStreamManager };

/** A server that accepted a connection. */
export type Server = {
  readonly id: string;
  readonly name: string;
  /** Name of its cluster; undefined for a single server. */
  readonly cluster: string | undefined;
};

export type ServersExamined = {
  readonly findings: readonly Finding[];
  readonly servers: readonly Server[];
  /** Undefined if no further checks are possible. */
  readonly broker: Broker | undefined;
  close(): Promise<void>;
};

type Attempt =
  | { readonly url: string; readonly connection: Connection }
  | { readonly url: string; readonly reason: string };

export async function examineServers(config: DoctorConfig): Promise<ServersExamined> {
  const attempts = await Promise.all(
    config.nats.url.split(',').map((url) => attemptConnect(url.trim(), config)),
  );
  const reached = attempts.filter((attempt) => 'connection' in attempt);
  const connections = reached.map(({ connection }) => connection);
  const jetStream = await examineJetStream(connections);
  return {
    findings: [...attempts.map(assessServer), ...jetStream.findings],
    servers: connections.flatMap(({ nc: { info } }) =>
      info === undefined ? [] : [{ id: info.server_id, name: info.server_name, cluster: info.cluster }],
    ),
    broker: jetStream.broker,
    async close() {
      await Promise.all(connections.map(({ nc }) => nc.close()));
    },
  };
}

async function attemptConnect(url: string, { nats }: DoctorConfig): Promise<Attempt> {
  const access = { ...nats, url };
  try {
    return { url, connection: await connectToNats({ ...access, name: 'doctor' }) };
  } catch (error) {
    return { url, reason: explainConnectFailure(error, access) };
  }
}

function assessServer(attempt: Attempt): Finding {
  if ('reason' in attempt) {
    return failure(
      `server ${attempt.url}`,
      attempt.reason,
      'start the server (npm start runs one on this machine), or correct NATS_URL and the other variables named',
    );
  }
  return assessConnected(attempt);
}

/** @param url names the server if it has no name of its own. */
export function assessConnected({
  url,
  connection,
}: {
  readonly url: string;
  readonly connection: Connection;
}): Finding {
  const { server_id, server_name, version = 'of unknown version' } = connection.nc.info ?? {};
  // The name of a server without a configured name is its id, which is not useful in a report.
  const name = server_name === undefined || server_name === server_id ? url : server_name;
  const detail = `nats-server ${version} at ${url}`;
  return isSupportedServer(version)
    ? ok(`server ${name}`, detail)
    : failure(
        `server ${name}`,
        `${detail} is older than ${minimumServerVersion}: atomic batches are not supported`,
        `replace it with nats-server ${minimumServerVersion} or newer; the data is retained`,
      );
}

async function examineJetStream([connection]: readonly Connection[]): Promise<{
  readonly findings: readonly Finding[];
  readonly broker: Broker | undefined;
}> {
  if (connection === undefined) return { findings: [], broker: undefined };
  try {
    return { findings: [], broker: { connection, jsm: await jetstreamManager(connection.nc) } };
  } catch (error) {
    const finding = failure(
      'JetStream',
      `does not respond: ${messageOf(error)}`,
      'add a jetstream block to the server’s configuration, and enable JetStream for the account',
    );
    return { findings: [finding], broker: undefined };
  }
}
