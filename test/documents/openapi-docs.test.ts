/** The page that shows the API: all of it comes from the service itself, under a policy that lets nothing foreign in. */

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

const serving = suite('the page and all that it loads come from the service');

/** What a page loads or leads to. */
function targetsIn(html: string): string[] {
  return [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target);
}

serving('every link and every file is there, on the same origin', async () => {
  for (const page of pages) {
    const targets = targetsIn(await (await fetch(laptops.url + page)).text());
    assert.ok(targets.length > 0, page);
    for (const target of targets) {
      assert.match(target, /^\/[^/]/);
      const answer = await fetch(laptops.url + target);
      assert.is(answer.status, 200, target);
      assert.ok((await answer.arrayBuffer()).byteLength > 0, target);
    }
  }
});
serving('each file has its media type, text says that it is UTF-8, and caches may keep it', async () => {
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
serving('nothing else of the package is served', async () => {
  for (const file of ['package.json', 'swagger-ui.js', 'oauth2-redirect.html', '..%2fpackage.json']) {
    assert.is((await fetch(`${laptops.url}/docs/${file}`)).status, 404, file);
  }
});
serving('who has it already gets 304', async () => {
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
serving.run();

const guarding = suite('the policy lets nothing foreign and nothing inline in');

guarding('it says so', async () => {
  for (const page of pages) {
    const policy = (await fetch(laptops.url + page)).headers.get('Content-Security-Policy') ?? '';
    const directives = policy.split('; ');
    assert.ok(directives.includes("default-src 'self'"), policy);
    assert.ok(directives.includes("img-src 'self' data:"), policy);
    assert.not.match(policy, 'unsafe');
    assert.not.match(policy, 'http');
  }
});
guarding('no page needs more: no script, style or handler stands in the HTML', async () => {
  for (const page of pages) {
    const html = await (await fetch(laptops.url + page)).text();
    assert.not.match(html, /<script(?![^>]*\ssrc=)/i);
    assert.not.match(html, /<style|\sstyle=|\son\w+=|javascript:/i);
  }
});
guarding.run();

const browsing = suite('a browser shows every operation');
const [browser] = findOnPath('chromium', process.env);
const browse = browser === undefined ? browsing.skip : browsing;
if (browser === undefined) process.stdout.write('skipped: there is no chromium to show the page in\n');

/** The page after its scripts have run, and what the browser complained about. */
async function show(url: string): Promise<{ dom: string; complaints: string }> {
  const profile = await mkdtemp(join(tmpdir(), 'portside-browser-'));
  try {
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr'];
    const { stdout, stderr } = await promisify(execFile)(
      browser ?? '',
      [...options, `--user-data-dir=${profile}`, '--virtual-time-budget=20000', '--dump-dom', url],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
    );
    const complaints = stderr.split('\n').filter((line) => line.includes('CONSOLE'));
    return { dom: stdout, complaints: complaints.join('\n') };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

browse('of both services, without a violation of the policy', async () => {
  for (const { url, ids } of [
    { url: laptops.url, ids: ['listLaptops', 'addLaptop', 'followLaptopEvents', 'getOpenApiDocument'] },
    { url: ports.url, ids: ['listPorts', 'addPort', 'followPortEvents', 'getProblem'] },
  ]) {
    const { dom, complaints } = await show(`${url}/docs`);
    for (const id of ids) assert.match(dom, `-${id}"`);
    assert.is(complaints, '');
  }
});
browse('and would complain about one', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    response.end('<p id="before"></p><script>document.body.id = "after"</script>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a TCP port has an address of this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  const { dom, complaints } = await show(`http://127.0.0.1:${port}/`);
  server.close();
  server.closeAllConnections();
  assert.match(dom, 'id="before"');
  assert.not.match(dom, '<body id="after"');
  assert.match(complaints, 'Content Security Policy');
});
browsing.after(async () => {
  await Promise.all([laptops.stop(), ports.stop()]);
  await connection.nc.close();
  await broker.close();
});
browsing.run();
