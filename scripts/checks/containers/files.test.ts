/** What stands in more than one file about the containers, and has to be the same in all. */

import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { laptopService } from '../../../src/laptops/service.ts';
import { portService } from '../../../src/ports/service.ts';
import { NATS_SERVER } from '../../setup/programs/programs.mjs';
import { ROOT } from '../../setup/root.mjs';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');

/** The names of the processes that are made to be run. */
const processes = readdirSync(join(ROOT, 'src')).filter((name) =>
  existsSync(join(ROOT, 'src', name, 'main.ts')),
);

/** The lines of the Dockerfile that are a target's own. */
function targetOf(name: string): string {
  const [, rest] = dockerfile.split(` AS ${name}\n`);
  assert.ok(rest !== undefined, `no target ${name}`);
  return rest.split('\nFROM ')[0] ?? '';
}

/** The lines of the compose file that are a service's own. */
function composeEntryOf(name: string): string {
  const found = new RegExp(`^  ${name}:\\n((?: {4}.*\\n|\\n)+)`, 'm').exec(
    compose.split('\nservices:\n')[1] ?? '',
  );
  assert.ok(found?.[1] !== undefined, `no service ${name}`);
  return found[1];
}

const files = suite('Dockerfile and compose file');

files('have a target and a service for each process', () => {
  for (const name of processes) {
    assert.ok(targetOf(name).includes(`ENTRYPOINT ["node", "dist/${name}/main.js"]`), name);
    const entry = composeEntryOf(name);
    assert.ok(entry.includes(`image: portside-${name}:`), entry);
    assert.ok(entry.includes(`target: ${name} }`), entry);
  }
});
files("name each service's own ports", () => {
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
files('build on the same base, and the broker is the pinned one', () => {
  const base = /^ARG BASE=(.+)$/m.exec(dockerfile)?.[1];
  assert.ok(base !== undefined && compose.includes(`BASE: \${BASE:-${base}}`), base);
  assert.ok(compose.includes(`nats:${NATS_SERVER.pinnedVersion}-alpine}`));
});
files('publish on the loopback address alone', () => {
  const published = [...compose.matchAll(/^ {6}- (\S+:\d+)$/gm)].map(([, mapping = '']) => mapping);
  assert.is(published.length, 4);
  for (const mapping of published) assert.ok(mapping.startsWith('127.0.0.1:'), mapping);
});
files('give the broker a configuration that keeps what it acknowledges', () => {
  assert.match(read('docker/nats.conf'), /^ {2}sync_interval: always$/m);
});

files.run();
