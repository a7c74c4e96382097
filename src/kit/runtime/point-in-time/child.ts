/**
 * Child process for point-in-time lists. It replays the stream up to a position and sends the list to the service that
 * started it. Arguments: the URL of the module that exports the service, and the name of its stream.
 */

import { jetstreamManager } from '@nats-io/jetstream';
import type { DomainEvent } from '../../domain/decider.ts';
import type { Entity } from '../../domain/entity.ts';
import type { Service } from '../../domain/service/service.ts';
import { createView, type View } from '../../eventlog/view/view.ts';
import { readConfig } from '../config/config.ts';
import { foldVersionOf } from '../fold-version.ts';
import { createLogger } from '../observability/logger.ts';
import { connectUntilUp } from '../stream/boot.ts';
import { openStreamConnection, type StreamConnection } from '../stream/stream-connection.ts';
import type { PointInTimeRequest, PointInTimeResponse } from './messages.ts';

/** Timeout of one list, in ms. The timeout of the service is shorter, and the service then kills this process. */
const timeoutMs = 60_000;

const [, , moduleUrl = '', stream = ''] = process.argv;
const service = await importService(moduleUrl);
const { contract, defaults } = service;
const config = readConfig(process.env, defaults);
const logger = createLogger(contract.name, config.logLevel);

let view: View<unknown, DomainEvent> | undefined;
let opened: Promise<StreamConnection<unknown, DomainEvent>> | undefined;

async function importService(url: string): Promise<Service> {
  const exported: Record<string, unknown> = await import(url);
  const isService = (value: unknown): value is Service =>
    typeof value === 'object' && value !== null && 'module' in value && value.module === url;
  const service = Object.values(exported).find(isService);
  if (service === undefined) throw new Error(`${url} does not export a service whose \`module\` is that URL`);
  return service;
}

async function open(): Promise<StreamConnection<unknown, DomainEvent>> {
  const connection = await connectUntilUp(`${contract.name} point-in-time`, config, logger);
  const jsm = await jetstreamManager(connection.nc, { checkAPI: false });
  const reader = contract.name;
  const foldVersion = await foldVersionOf(service);
  return openStreamConnection(contract, { connection, jsm, stream, reader, foldVersion, logger });
}

/** The view is reused, so that the pages of a list and later positions do not start a new replay. */
async function list({ position, options }: PointInTimeRequest): Promise<Entity<unknown>[]> {
  // A failed attempt is not cached, so that the next request tries again.
  opened ??= open().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  const { snapshots, follow } = await opened;
  if (view === undefined || view.position > position) {
    view = createView(contract.fold, { image: await snapshots.load(position), indexes: service.indexes });
  }
  const replay = follow(view, position);
  const isComplete = await view.reached(position, timeoutMs);
  await replay.stop();
  if (!isComplete) throw new Error(`position ${position} was not reached`);
  return view.list(options);
}

let queue = Promise.resolve();
// Ctrl+C signals the whole process group. This process exits when the service that started it does.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: PointInTimeRequest) => {
  queue = queue.then(async () => {
    const { number } = request;
    const response = await list(request).then(
      (entities): PointInTimeResponse => ({ number, entities }),
      (error: unknown): PointInTimeResponse => ({ number, failure: String(error) }),
    );
    process.send?.(response);
  });
});
