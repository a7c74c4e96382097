import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../domain/service/service.ts';
import { findNatsServer } from './find-nats-server.ts';
import { startNatsServer } from './nats-server.ts';
import { provisionService } from './provision-service.ts';
import { awaitReady, forkService, stopProcess } from './service-process.ts';

/** Starts a nats-server with its data in a temporary folder, and the service, on free ports. */
export async function startForTest(service: Service, env: Readonly<Record<string, string>>) {
  /** Called in this order. */
  const closers: (() => unknown)[] = [];

  async function close() {
    for (const closer of closers.splice(0)) await closer();
  }

  try {
    const program = await findNatsServer();
    const dataDir = await mkdtemp(join(tmpdir(), `${service.contract.name}-test-`));
    closers.unshift(() => rm(dataDir, { recursive: true, force: true }));
    const broker = await startNatsServer({ program, dataDir, port: 0 });
    closers.unshift(() => broker.stop());
    const variables = {
      LOG_LEVEL: 'warn',
      ...process.env,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      PROBE_PORT: '0',
      ...env,
      NATS_URL: broker.url,
    };
    await provisionService(service, variables, 'create');
    const child = forkService(service.module, variables, ['ignore', 'inherit', 'inherit', 'ipc']);
    closers.unshift(() => stopProcess(child));
    const { httpPort, probePort } = await awaitReady(service.contract.name, child);
    return {
      url: `http://127.0.0.1:${httpPort}`,
      probeUrl: `http://127.0.0.1:${probePort}`,
      natsUrl: broker.url,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
