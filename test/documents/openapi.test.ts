/** The OpenAPI document matches the routes of the services exactly, and every problem code has a page. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { problemCodes } from '../../src/kit/domain/problem.ts';
import { documentOperations } from '../../src/kit/http/docs/document-operations.ts';
import { problemKinds } from '../../src/kit/api/responses/problem-document.ts';
import { createRouter } from '../../src/kit/http/server/router.ts';
import { readConsoleFiles } from '../../src/kit/runtime/console/console-files.ts';
import { laptopService } from '../../src/laptops/laptop.ts';
import { portService } from '../../src/ports/port.ts';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { operationsOf } from '../support/contract/operations.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const clients = await connectForTest(broker);
const [laptops, ports] = await Promise.all([
  startServiceProcess('laptops', { natsUrl: broker.url }),
  startServiceProcess('ports', { natsUrl: broker.url }),
]);

/** The parts of a document that this test reads. */
const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  tags: z.array(z.string()).min(1),
  deprecated: z.boolean().optional(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  responses: z.record(
    z.string().regex(/^[1-5][0-9][0-9]$/),
    z.looseObject({
      description: z.string(),
      headers: z.record(z.string(), z.unknown()),
      content: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
const Document = z.object({
  openapi: z.literal('3.1.1'),
  info: z.looseObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.object({ url: z.string() })),
  tags: z.array(z.object({ name: z.string(), description: z.string() })),
  security: z.array(z.unknown()),
  paths: z.record(z.string().startsWith('/'), z.record(z.string(), Operation)),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
});

async function readDocument(url: string) {
  const response = await fetch(`${url}/openapi.json`);
  assert.is(response.status, 200);
  assert.is(response.headers.get('Content-Type'), 'application/json; charset=utf-8');
  return Document.parse(await response.json());
}

const services = [
  {
    name: 'laptops',
    // Clients that are generated from the document depend on these names.
    operationIds:
      'followLaptopEvents getStatus getStatusHistory examine readLaptopLog readLaptopMessage getEventTimeline listLaptopRejections getLaptopHistory listLaptops addLaptop getLaptop changeLaptop ' +
      'patchLaptop removeLaptop listPortsOfLaptop fitPort unfitPort',
    url: laptops.url,
    document: await readDocument(laptops.url),
    operations: await operationsOf(laptopService, clients),
  },
  {
    name: 'ports',
    operationIds:
      'followPortEvents getStatus getStatusHistory examine readPortLog readPortMessage getEventTimeline listPortRejections getPortHistory listPorts addPort getPort changePort patchPort removePort ' +
      'listLaptopsOfPort',
    url: ports.url,
    document: await readDocument(ports.url),
    operations: await operationsOf(portService, clients),
  },
];

/** Returns every `$ref` in a value, at any depth. */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === '$ref' && typeof part === 'string' ? [part] : referencesIn(part),
  );
}

/** Replaces the parameters of a path with sample values. */
const fill = (path: string) =>
  path
    .replace('{id}', '1')
    .replace('{code}', 'not-found')
    .replace('{version}', '1')
    .replace('{file}', 'main.js');

for (const { name, operationIds, url, document, operations } of services) {
  const documented = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

  const openApiDocument = suite(`the OpenAPI document of ${name}`);

  openApiDocument('gives each operation a unique id, a described tag and its path parameters', () => {
    const ids = documented.map(({ operation }) => operation.operationId);
    assert.is(new Set(ids).size, ids.length);
    const tags = document.tags.map((tag) => tag.name);
    for (const { path, operation } of documented) {
      for (const tag of operation.tags) assert.ok(tags.includes(tag), tag);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const declared = operation.parameters.filter((parameter) => parameter.in === 'path');
      assert.equal(
        declared.map((parameter) => parameter.name),
        inPath,
      );
    }
  });
  openApiDocument('keeps the operation ids', () => {
    const ids = documented.flatMap(({ operation: { operationId, tags, deprecated } }) =>
      tags.includes(name) && deprecated !== true ? [operationId] : [],
    );
    assert.is(ids.join(' '), operationIds);
  });
  openApiDocument('gives each response a Request-Id header, and each error the problem media type', () => {
    for (const { path, operation } of documented) {
      assert.ok(Object.keys(operation.responses).some((status) => status.startsWith('2')));
      for (const [status, { headers, content }] of Object.entries(operation.responses)) {
        assert.ok('Request-Id' in headers);
        if (Number(status) >= 400) {
          assert.equal(Object.keys(content), ['application/problem+json'], `${path} ${status}`);
        }
      }
    }
  });
  openApiDocument('contains no dangling reference', () => {
    const references = referencesIn(document);
    assert.ok(references.length > 0);
    for (const reference of references) {
      const [, kind = '', component = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(reference) ?? [];
      assert.ok(document.components[kind]?.[component] !== undefined, reference);
    }
  });
  openApiDocument('marks exactly the alias paths as deprecated', () => {
    for (const { path, operation } of documented) {
      assert.is(operation.deprecated ?? false, /^\/port(?:\/|$)/.test(path), path);
    }
  });
  openApiDocument.run();

  const routes = suite(`the routes of ${name}`);

  routes('are exactly those of the document', () => {
    const info = { title: '', version: '', description: '' };
    const all = [...operations, ...documentOperations(operations, info, readConsoleFiles())];
    const declared = all.flatMap(({ method, paths }) => paths.map((path) => `${method} ${path}`));
    assert.equal(declared.toSorted(), documented.map(({ method, path }) => `${method} ${path}`).toSorted());
    const { find } = createRouter(all);
    for (const path of Object.keys(document.paths)) assert.ok(find(fill(path)), path);
  });
  routes('return a documented status, or 405 with Allow for an undocumented method', async () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
        const response = await fetch(url + fill(path), { method: method.toUpperCase() });
        await response.body?.cancel();
        const responses = item[method]?.responses;
        if (responses === undefined) {
          assert.is(response.status, 405, `${method} ${path}`);
          const allowed = (response.headers.get('Allow') ?? '').toLowerCase().split(', ').toSorted();
          const implied = 'get' in item ? ['head', 'options'] : ['options'];
          assert.equal(allowed, [...Object.keys(item), ...implied].toSorted(), path);
        } else assert.ok(String(response.status) in responses, `${method} ${path}: ${response.status}`);
      }
    }
  });
  routes.run();

  const problemPages = suite(`the problem pages of ${name}`);

  for (const code of problemCodes) {
    problemPages(`describe \`${code}\``, async () => {
      const response = await fetch(`${url}/problems/${code}`);
      assert.is(response.status, 200);
      assert.is(response.headers.get('Content-Type'), 'text/html; charset=utf-8');
      assert.match(response.headers.get('Content-Security-Policy') ?? '', "default-src 'self';");
      const html = await response.text();
      assert.match(html, `<h1>${problemKinds[code].title}</h1>`);
      assert.match(html, String(problemKinds[code].status));
    });
  }
  problemPages('are linked from the `type` of a problem document', async () => {
    const problem = z.object({ type: z.string() }).parse(await (await fetch(`${url}/nothing`)).json());
    const page = await fetch(new URL(problem.type, url));
    assert.is(page.status, 200);
    assert.match(await page.text(), problemKinds['not-found'].title);
  });
  problemPages('are linked from the index', async () => {
    const html = await (await fetch(`${url}/problems`)).text();
    for (const code of problemCodes) assert.match(html, `href="/problems/${code}"`);
  });
  problemPages('do not exist for an unknown code', async () => {
    const response = await fetch(`${url}/problems/${encodeURIComponent('<script>')}`);
    assert.is(response.status, 404);
    assert.is(response.headers.get('Content-Type'), 'application/problem+json');
  });
  problemPages.run();
}

const shutdown = suite('a service');
shutdown('exits with 0 on SIGTERM', async () => {
  assert.is(await laptops.stop(), 0);
  assert.is(await ports.stop(), 0);
});
shutdown.after(async () => {
  await clients.connection.nc.close();
  await broker.close();
});
shutdown.run();
