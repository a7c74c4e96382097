import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { download } from './download.mjs';
import { findNatsServer, installNatsServer } from './nats-server.mjs';
import { releaseName } from './release.mjs';
import { createCheckout, createFolder, readRejection, recordProgress, writeNatsServer } from '../testing.mjs';

const release = suite('the release source');

const NAME = releaseName(process.platform, process.arch);
const SUMS = `/v2.15.2/SHA256SUMS`;
const ARCHIVE = `/v2.15.2/${NAME}.tar.gz`;

type Respond = (response: ServerResponse, requests: number) => void;

/** Starts a fake release server and creates a checkout that fetches nats-server from it. */
async function createRelease({ version = '2.15.2', responses = {} as Record<string, Respond> }) {
  const folder = createFolder();
  mkdirSync(join(folder, NAME));
  writeNatsServer(join(folder, NAME, 'nats-server'), version);
  appendFileSync(
    join(folder, NAME, 'nats-server'),
    `# ${createHash('sha512').update('x').digest('hex')}\n`.repeat(999),
  );
  assert.is(spawnSync('tar', ['-czf', 'archive', NAME], { cwd: folder }).status, 0);
  const archive = readFileSync(join(folder, 'archive'));
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const contents: Record<string, Respond> = {
    [SUMS]: (response) => response.end(`${'0'.repeat(64)}  other.zip\n${sha256}  ${NAME}.tar.gz\n`),
    [ARCHIVE]: (response) => response.setHeader('content-length', archive.length).end(archive),
    ...responses,
  };
  const requests: string[] = [];
  const server = await listen((request, response) => {
    const url = request.url ?? '';
    requests.push(url);
    const respond = contents[url];
    if (respond === undefined) response.writeHead(404).end();
    else respond(response, requests.filter((other) => other === url).length);
  });
  const { root, env } = createCheckout({ tools: ['tar', 'gzip'] });
  const { progress, lines } = recordProgress();
  const options = {
    progress,
    root,
    env: { ...env, NATS_SERVER_SOURCES: 'release', NATS_SERVER_RELEASES_URL: server.url },
  };
  return { archive, requests, lines, options, tools: join(root, '.tools') };
}

async function listen(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return { url: `http://127.0.0.1:${address.port}` };
}

const servers: Server[] = [];
release.after.each(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

release('installs a valid release into .tools with its version, checksum and source', async () => {
  const { options, tools, lines } = await createRelease({});
  const server = await installNatsServer(options);
  assert.is(server.version, '2.15.2');
  assert.equal(readdirSync(tools).toSorted(), ['nats-server', 'nats-server.json']);
  const record = JSON.parse(readFileSync(join(tools, 'nats-server.json'), 'utf8'));
  const sha256 = createHash('sha256').update(readFileSync(server.path)).digest('hex');
  assert.equal(record, { version: '2.15.2', sha256, source: server.source });
  assert.ok(lines.includes('nats-server (release): 100 %'));
  assert.equal(await findNatsServer(options), server);
});

release('rejects a wrong checksum and leaves no files', async () => {
  const { options, tools } = await createRelease({
    responses: { [SUMS]: (response) => response.end(`${'0'.repeat(64)}  ${NAME}.tar.gz\n`) },
  });
  assert.match(await readRejection(() => installNatsServer(options)), `expected ${'0'.repeat(64)}`);
  assert.equal(readdirSync(tools), []);
});

release('rejects a checksum list that does not contain the archive', async () => {
  const { options } = await createRelease({ responses: { [SUMS]: (response) => response.end('') } });
  assert.match(await readRejection(() => installNatsServer(options)), 'SHA256SUMS does not contain');
});

release('rejects an outdated version and leaves no files', async () => {
  const { options, tools } = await createRelease({ version: '2.9.10' });
  assert.match(
    await readRejection(() => installNatsServer(options)),
    'release: nats-server 2.9.10 is older than 2.12.0',
  );
  assert.equal(readdirSync(tools), []);
});

release('gives up after three broken connections and discards the partial download', async () => {
  const { options, tools, requests } = await createRelease({
    responses: {
      [ARCHIVE]: (response) => {
        response.setHeader('content-length', 100_000);
        response.write(Buffer.alloc(50_000), () => response.destroy());
      },
    },
  });
  const reason = await readRejection(() => installNatsServer(options));
  assert.ok(reason.includes('(3 attempts)'), reason);
  assert.is(requests.filter((url) => url === ARCHIVE).length, 3);
  assert.equal(readdirSync(tools), []);
});

release('retries after HTTP 503 and after a closed connection', async () => {
  const { options, lines, requests } = await createRelease({
    responses: {
      [SUMS]: (response, count) => {
        if (count === 1) response.writeHead(503).end();
        else if (count === 2) response.destroy();
        else response.writeHead(404).end();
      },
    },
  });
  assert.match(await readRejection(() => installNatsServer(options)), 'HTTP 404 (3 attempts)');
  assert.ok(lines.includes('nats-server (release): HTTP 503, retrying'));
  assert.is(requests.length, 3);
});

release('installs an archive after one HTTP 503', async () => {
  const source = await createRelease({
    responses: {
      [ARCHIVE]: (response, count) => {
        if (count === 1) response.writeHead(503).end();
        else response.end(source.archive);
      },
    },
  });
  assert.is((await installNatsServer(source.options)).version, '2.15.2');
});

release('does not retry after HTTP 404', async () => {
  const { options, requests } = await createRelease({
    responses: { [SUMS]: (response) => response.writeHead(404).end() },
  });
  assert.match(await readRejection(() => installNatsServer(options)), /SHA256SUMS: HTTP 404\n/);
  assert.equal(requests, [SUMS]);
});

release('gives up if the server sends no data', async () => {
  const { url } = await listen((_request, response) => response.write('a'));
  const step = recordProgress().progress.begin('download');
  const options = { step, idleTimeoutMs: 50, retryDelayMs: 1 };
  const message = await readRejection(() => download(url, join(createFolder(), 'file'), options));
  assert.match(message, 'no data for 0.05 s (3 attempts)');
});

release('detects a modified binary and fetches it again', async () => {
  const { options, lines, requests } = await createRelease({});
  const server = await installNatsServer(options);
  appendFileSync(server.path, 'echo also this');
  assert.is(await findNatsServer(options), undefined);
  assert.equal(await installNatsServer(options), server);
  assert.is(requests.length, 4);
  assert.ok(lines.includes('the nats-server in .tools is outdated or damaged: fetching it again'));
  assert.equal(await findNatsServer(options), server);
});

release('removes and never uses the files of a killed setup', async () => {
  const { options, tools } = await createRelease({});
  mkdirSync(join(tools, 'work-1-release'), { recursive: true });
  writeFileSync(join(tools, 'work-1-release', 'half'), 'half');
  writeNatsServer(join(tools, 'nats-server'), '2.15.0');
  assert.is((await installNatsServer(options)).version, '2.15.2');
  assert.equal(readdirSync(tools).toSorted(), ['nats-server', 'nats-server.json']);
});

release('is downloaded once by two concurrent setups', async () => {
  const { options, requests } = await createRelease({});
  const [one, other] = await Promise.all([installNatsServer(options), installNatsServer(options)]);
  assert.equal(one, other);
  assert.equal(requests, [SUMS, ARCHIVE]);
});

release.run();
