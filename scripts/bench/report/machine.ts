/** Measurement conditions: machine, versions and load average. */

import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { findNatsServer } from '../../setup/programs/nats-server.mjs';
import { describeClosedLoop } from '../load.ts';
import { peersFolder, postgresVersion } from '../subjects/peers.ts';

export function describeMachine(): Record<string, string> {
  const processors = cpus();
  return {
    processor: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${platform()} ${release()}`,
  };
}

/** Returns the load average over the last minute. */
export function readLoad(): number {
  return loadavg()[0] ?? NaN;
}

const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()),
});

export async function describeVersions(): Promise<Record<string, string>> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const ours = readManifest(root);
  const kit = readManifest(join(root, 'src/kit'));
  const peers = readManifest(peersFolder);
  const python = Object.fromEntries(
    readFileSync(join(peersFolder, 'requirements.txt'), 'utf8')
      .split('\n')
      .map((line) => line.split('==')),
  );
  const own = pick(kit.dependencies, ['@nats-io/jetstream', 'koa', 'zod']);
  const npm = pick(peers.dependencies, ['@event-driven-io/emmett-postgresql', 'express']);
  const pip = pick(python, ['Flask', 'gunicorn', 'fastapi', 'uvicorn']);
  return {
    Portside: ours.version,
    Node: process.version,
    'nats-server': (await findNatsServer())?.version ?? 'none',
    ...own,
    ...npm,
    ...pip,
    PostgreSQL: (await postgresVersion()) ?? 'none',
    'closed-loop load': await describeClosedLoop(),
  };
}

function readManifest(folder: string) {
  return Manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
}

/** @throws {Error} if a package is not a dependency */
function pick(versions: Readonly<Record<string, string | undefined>>, names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => {
      const version = versions[name];
      if (version === undefined) throw new Error(`${name} is not a dependency any more`);
      return [name, version];
    }),
  );
}
