/** The documentation pages load files only from the service itself. Their Content-Security-Policy forbids other sources. */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../scripts/setup/command.mjs';
import { connectForTest, startTestBroker } from '../support/broker/broker.ts';
import { startServiceProcess } from '../support/process/service-process.ts';

const broker = await startTestBroker();
const { connection } = await connectForTest(broker);
const [laptops, ports] = await Promise.all([
  startServiceProcess('laptops', { natsUrl: broker.url }),
  startServiceProcess('ports', { natsUrl: broker.url }),
]);
const pages = ['/', '/docs', '/problems', '/problems/not-found'];

const documentationPages = suite('the documentation pages');

/** Returns the URLs that a page loads or links to. */
function targetsIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target);
}

documentationPages('load and link to only URLs that exist on the same origin', async () => {
  for (const page of pages) {
    const targets = targetsIn(await (await fetch(laptops.url + page)).text());
    assert.ok(targets.length > 0, page);
    for (const target of targets) {
      const address = new URL(target, laptops.url + page);
      assert.is(address.origin, laptops.url, target);
      const response = await fetch(address);
      assert.is(response.status, 200, target);
      assert.ok((await response.arrayBuffer()).byteLength > 0, target);
    }
  }
});
documentationPages('load cacheable files with the right media type, and with UTF-8 for text', async () => {
  for (const [file, mediaType] of [
    ['swagger-ui.css', 'text/css; charset=utf-8'],
    ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
    ['initializer.js', 'text/javascript; charset=utf-8'],
    ['favicon.png', 'image/png'],
  ]) {
    const { headers, body } = await fetch(`${laptops.url}/docs/${file}`);
    await body?.cancel();
    assert.is(headers.get('Content-Type'), mediaType);
    assert.match(headers.get('Cache-Control') ?? '', /max-age=[1-9]/);
  }
});
documentationPages('do not expose other files of the Swagger UI package', async () => {
  for (const file of ['package.json', 'swagger-ui.js', 'oauth2-redirect.html', '..%2fpackage.json']) {
    assert.is((await fetch(`${laptops.url}/docs/${file}`)).status, 404, file);
  }
});
documentationPages('return 304 for a current ETag', async () => {
  for (const path of ['/openapi.json', '/docs', '/docs/swagger-ui.css', '/problems', '/problems/invalid']) {
    const first = await fetch(laptops.url + path);
    await first.arrayBuffer();
    const tag = first.headers.get('ETag') ?? '';
    assert.match(tag, /^(?:W\/)?"[^"]+"$/);
    const second = await fetch(laptops.url + path, { headers: { 'If-None-Match': tag } });
    assert.is(second.status, 304, path);
    assert.is((await second.arrayBuffer()).byteLength, 0, path);
    const other = await fetch(laptops.url + path, { headers: { 'If-None-Match': '"other"' } });
    assert.is(other.status, 200, path);
    await other.arrayBuffer();
  }
});
documentationPages.run();

const contentPolicy = suite('the Content-Security-Policy of the pages');

contentPolicy('allows neither inline content nor other origins', async () => {
  for (const page of pages) {
    const policy = (await fetch(laptops.url + page)).headers.get('Content-Security-Policy') ?? '';
    const directives = policy.split('; ');
    assert.ok(directives.includes("default-src 'self'"), policy);
    assert.ok(directives.includes("img-src 'self' data:"), policy);
    assert.not.match(policy, 'unsafe');
    assert.not.match(policy, 'http');
  }
});
contentPolicy(
  'blocks nothing on the pages, which contain no inline scripts, styles or event handlers',
  async () => {
    for (const page of pages) {
      const html = await (await fetch(laptops.url + page)).text();
      assert.not.match(html, /<script(?![^>]*\ssrc=)/i);
      assert.not.match(html, /<style|\sstyle=|\son\w+=|javascript:/i);
    }
  },
);
contentPolicy.run();

const browserTests = suite('a browser');
const [browser] = findOnPath('chromium', process.env);
const inBrowser = browser === undefined ? browserTests.skip : browserTests;
if (browser === undefined) process.stdout.write('skipped: chromium is not installed\n');

/** Returns the DOM after the scripts have run, and the console messages of the browser. */
async function renderPage(url: string): Promise<{ dom: string; messages: string }> {
  const profile = await mkdtemp(join(tmpdir(), 'portside-browser-'));
  try {
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr'];
    const { stdout, stderr } = await promisify(execFile)(
      browser ?? '',
      [...options, `--user-data-dir=${profile}`, '--virtual-time-budget=20000', '--dump-dom', url],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    const messages = stderr.split('\n').filter((line) => line.includes('CONSOLE'));
    return { dom: stdout, messages: messages.join('\n') };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

inBrowser('shows the operations of both services without violating the policy', async () => {
  for (const { url, ids } of [
    { url: laptops.url, ids: ['listLaptops', 'addLaptop', 'followLaptopEvents', 'getOpenApiDocument'] },
    { url: ports.url, ids: ['listPorts', 'addPort', 'followPortEvents', 'getProblem'] },
  ]) {
    const { dom, messages } = await renderPage(`${url}/docs`);
    for (const id of ids) assert.match(dom, `-${id}"`);
    assert.is(messages, '');
  }
});
inBrowser('reports a violation of the policy', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    response.end('<p id="before"></p><script>document.body.id = "after"</script>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a TCP port has an address of this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  const { dom, messages } = await renderPage(`http://127.0.0.1:${port}/`);
  server.close();
  server.closeAllConnections();
  assert.match(dom, 'id="before"');
  assert.not.match(dom, '<body id="after"');
  assert.match(messages, 'Content Security Policy');
});
browserTests.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await connection.nc.close();
  await broker.close();
});
browserTests.run();
