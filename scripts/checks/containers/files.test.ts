/** Checks settings that must be the same in several container files. */

import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopService } from '../../../src/laptops/laptop.ts';
import { portService } from '../../../src/ports/port.ts';
import { NATS_SERVER } from '../../setup/programs/programs.mjs';
import { ROOT } from '../../setup/root.mjs';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');

/** Names of the services with an entry point. */
const processes = readdirSync(join(ROOT, 'src')).filter((name) =>
  existsSync(join(ROOT, 'src', name, 'main.ts')),
);

/** Returns the Dockerfile lines of a target. */
function targetOf(name: string): string {
  const [, rest] = dockerfile.split(` AS ${name}\n`);
  assert.ok(rest !== undefined, `no target ${name}`);
  return rest.split('\nFROM ')[0] ?? '';
}

/** Returns the compose file lines of a service. */
function composeEntryOf(name: string): string {
  const found = new RegExp(`^  ${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(
    compose.split('\nservices:\n')[1] ?? '',
  );
  assert.ok(found?.[1] !== undefined, `no service ${name}`);
  return found[1];
}

const files = suite('Dockerfile and compose file');

files('contain a target and a compose service for each service', () => {
  for (const name of processes) {
    assert.ok(targetOf(name).includes(`ENTRYPOINT ["node", "dist/${name}/main.js"]`), name);
    const entry = composeEntryOf(name);
    assert.ok(entry.includes(`image: portside-${name}:`), entry);
    assert.ok(entry.includes(`target: ${name} }`), entry);
  }
});
files('use the default ports of each service', () => {
  for (const { contract, defaults } of [laptopService, portService]) {
    const { name } = contract;
    const { httpPort, probePort } = defaults;
    assert.ok(targetOf(name).includes(`EXPOSE ${httpPort} ${probePort}\n`), name);
    assert.ok(
      targetOf(name).includes(`"node_modules/@portside/kit/dist/cli/health-check.js", "${probePort}"]`),
      name,
    );
    assert.match(
      composeEntryOf(name),
      new RegExp(`- 127\\.0\\.0\\.1:\\$\\{[A-Z_]+:-${httpPort}\\}:${httpPort}\n`),
    );
  }
});
files('use the same base image and the pinned broker version', () => {
  const base = /^ARG BASE=(.+)$/m.exec(dockerfile)?.[1];
  assert.ok(base !== undefined && compose.includes(`BASE: \${BASE:-${base}}`), base);
  assert.ok(compose.includes(`nats:${NATS_SERVER.pinnedVersion}-alpine}`));
});
files('publish ports only on the loopback address', () => {
  const published = [...compose.matchAll(/^ {6}- (\S+:\d+)$/gm)].map(([, mapping = '']) => mapping);
  assert.is(published.length, 4);
  for (const mapping of published) assert.ok(mapping.startsWith('127.0.0.1:'), mapping);
});
files('configure the broker to sync every write to disk', () => {
  assert.match(read('docker/nats.conf'), /^ {2}sync_interval: always$/m);
});

files.run();
