/** Checks settings that must be the same in several container files. */

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Service } from '../../../src/kit/domain/service/service.ts';
import { variablesOfProvisioner, variablesOfService } from '../../../src/kit/runtime/config/config.ts';
import { createNewPackage } from '../../../test/support/package/new-package.ts';
import { findServices } from '../../services.ts';
import { NATS_SERVER } from '../../setup/programs/programs.mjs';
import { ROOT } from '../../setup/root.mjs';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = read('docker/compose.yaml');
const services = await findServices('src');
const names = services.map(({ contract }) => contract.name);

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      ports: z.array(z.string()).default([]),
      environment: z.record(z.string(), z.string()).default({}),
    }),
  ),
});
const readCompose = (text: string) => Compose.parse(parse(text, { merge: true })).services;

/** Asserts that a compose file publishes the default port of a service, and that the processes know their variables. */
function assertComposeMatches(text: string, { contract: { name }, defaults }: Service): void {
  const { [name]: service, provision } = readCompose(text);
  assert.ok(service !== undefined && provision !== undefined, text);
  const { httpPort } = defaults;
  assert.is(service.ports.length, 1);
  assert.match(
    service.ports[0] ?? '',
    new RegExp(`^127\\.0\\.0\\.1:\\$\\{[A-Z_]*HTTP_PORT:-${httpPort}\\}:${httpPort}$`),
  );
  const unknown = (variables: object, known: readonly string[]) =>
    Object.keys(variables).filter((variable) => !known.includes(variable));
  assert.equal(unknown(service.environment, variablesOfService(defaults)), []);
  assert.equal(unknown(provision.environment, variablesOfProvisioner()), []);
}

/** Asserts that the last stage of a Dockerfile has the default ports of a service. */
function assertImageMatches(stage: string, { defaults: { httpPort, probePort } }: Service): void {
  assert.ok(stage.includes(`EXPOSE ${httpPort} ${probePort}\n`), stage);
  assert.ok(stage.includes(`"node_modules/@portside/kit/dist/cli/health-check.js", "${probePort}"]`), stage);
}

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

files('contain a target and a compose service for each service, and no others', () => {
  const targets = Array.from(dockerfile.matchAll(/^FROM base AS (\w+)$/gm), ([, target = '']) => target);
  assert.equal(targets.toSorted(), [...names, 'provision'].toSorted());
  assert.equal(Object.keys(readCompose(compose)).toSorted(), [...names, 'nats', 'provision'].toSorted());
  for (const name of names) {
    assert.ok(targetOf(name).includes(`ENTRYPOINT ["node", "dist/${name}/main.js"]`), name);
    const entry = composeEntryOf(name);
    assert.ok(entry.includes(`image: portside-${name}:`), entry);
    assert.ok(entry.includes(`target: ${name} }`), entry);
  }
});
files('use the default ports of each service, and variables that the processes know', () => {
  for (const service of services) {
    assertImageMatches(targetOf(service.contract.name), service);
    assertComposeMatches(compose, service);
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

const example = suite('the Dockerfile and the compose file of examples/chargers');

example('match the definition of the service', async () => {
  const [service] = await findServices('examples');
  assert.ok(service !== undefined);
  assertImageMatches(read('examples/chargers/Dockerfile').split('\nFROM ').at(-1) ?? '', service);
  assertComposeMatches(read('examples/chargers/compose.yaml'), service);
});
example.run();

const created = suite('the Dockerfile and the compose file of a new service');

created('match its definition', async () => {
  const { folder, service } = await createNewPackage('lamps');
  const readNew = (file: string) => readFileSync(join(folder, file), 'utf8');
  assertImageMatches(readNew('Dockerfile').split('\nFROM ').at(-1) ?? '', service);
  assertComposeMatches(readNew('compose.yaml'), service);
  assert.ok(readNew('compose.yaml').includes(`nats:${NATS_SERVER.pinnedVersion}-alpine}`));
});
created.run();

const scripts = suite('package.json');

scripts('names the definition of every service in the scripts doctor and roles', () => {
  const manifest = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')));
  const modules = services.map(({ module }) => relative(ROOT, fileURLToPath(module))).join(' ');
  for (const command of ['doctor', 'roles']) {
    assert.ok(manifest.scripts[command]?.endsWith(`portside.ts ${command} ${modules}`), command);
  }
});
scripts.run();
