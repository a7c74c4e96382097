/** The servers that Portside is compared with. They are installed in `peers/` on first use. */

import { chownSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../../src/kit/domain/error-message.ts';
import { installPythonTools } from '../../examples/python-environment.ts';
import { findOnPath, runCommand } from '../../setup/command.mjs';
import { installDependencies } from '../../setup/dependencies.mjs';
import { createProgress } from '../../setup/progress.mjs';
import { startNodeServer, startServer, type ServerProcess, type ResourceScope } from '../child-processes.ts';
import { headersOf, type HttpRequest } from '../load/http-load.ts';
import { findFreePort } from '../../../test/support/process/free-port.ts';

export const peersFolder = fileURLToPath(new URL('../peers', import.meta.url));
export const peerFile = (name: string) => new URL(`../peers/${name}`, import.meta.url);

/** A running peer, or the reason why it is not available on this machine. */
export type Peer = ServerProcess | { readonly missing: string };

/** Reports a failed start as a missing peer. */
async function catchMissing(start: () => Promise<Peer>): Promise<Peer> {
  try {
    return await start();
  } catch (error) {
    return { missing: messageOf(error) };
  }
}

export async function installNpmPeers(): Promise<void> {
  await installDependencies({ progress: createProgress(process.stderr), root: peersFolder });
}

/** Starts Flask on gunicorn with two workers. @param laptops number of initial laptops */
export function startFlask(scope: ResourceScope, laptops: number): Promise<Peer> {
  return startPython(scope, laptops, 'gunicorn', (httpPort) => [
    '--workers',
    '2',
    '--bind',
    `127.0.0.1:${httpPort}`,
    '--log-level',
    'error',
    'flask_app:app',
  ]);
}

/** Starts FastAPI on uvicorn with one process. */
export function startFastApi(scope: ResourceScope, laptops: number): Promise<Peer> {
  return startPython(scope, laptops, 'uvicorn', (httpPort) => {
    const quiet = ['--no-access-log', '--log-level', 'error'];
    return ['--host', '127.0.0.1', '--port', String(httpPort), ...quiet, 'fastapi_app:app'];
  });
}

function startPython(
  scope: ResourceScope,
  laptops: number,
  program: string,
  args: (httpPort: number) => string[],
): Promise<Peer> {
  return catchMissing(async () => {
    const tools = await installPythonTools(peersFolder, 'Python peers');
    if ('missing' in tools) return tools;
    const httpPort = await findFreePort();
    const url = `http://127.0.0.1:${httpPort}`;
    const server = await startServer(scope, join(tools.programs, program), args(httpPort), {
      cwd: peersFolder,
      env: { LAPTOPS: String(laptops), PYTHONDONTWRITEBYTECODE: '1' },
      probe: () => fetch(`${url}/ports`),
    });
    return { url, ...server };
  });
}

export type CapturedResponse = {
  readonly path: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Starts a bare `node:http` server that sends these responses with status 200. */
export function startNodeHttp(scope: ResourceScope, responses: readonly CapturedResponse[]): Promise<Peer> {
  return startPrepared(scope, 'node-http.mjs', responses);
}

/** Starts a bare Koa with @koa/router that sends these responses. */
export function startKoa(scope: ResourceScope, responses: readonly CapturedResponse[]): Promise<Peer> {
  return startPrepared(scope, 'koa.mjs', responses);
}

async function startPrepared(
  scope: ResourceScope,
  program: string,
  responses: readonly CapturedResponse[],
): Promise<Peer> {
  const file = join(await scope.makeFolder(), 'responses.json');
  writeFileSync(file, JSON.stringify(responses));
  return startNodeServer(scope, peerFile(program), { env: { RESPONSES: file, NODE_ENV: 'production' } });
}

/** Sends the requests and returns the responses, so that another server can send the same bytes. */
export function captureResponses(url: string, requests: readonly HttpRequest[]): Promise<CapturedResponse[]> {
  const skippedHeaders = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
  return Promise.all(
    requests.map(async (request) => {
      const { method, path, body } = request;
      const response = await fetch(`${url}${path}`, {
        // A server that responds to HEAD omits the body of GET itself.
        method: method === 'HEAD' ? 'GET' : method,
        headers: { 'Accept-Encoding': 'identity', ...headersOf(request) },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const headers = Object.fromEntries([...response.headers].filter(([name]) => !skippedHeaders.has(name)));
      return { path, status: response.status, headers, body: await response.text() };
    }),
  );
}

/**
 * Starts Emmett with Express, on its own PostgreSQL cluster in a temporary folder.
 *
 * @param isDurable whether a commit waits until it is on disk (`synchronous_commit`, PostgreSQL's default)
 */
export function startEmmett(scope: ResourceScope, isDurable: boolean): Promise<Peer> {
  return catchMissing(async () => {
    const postgres = await startPostgres(scope, isDurable);
    if ('missing' in postgres) return postgres;
    await installNpmPeers();
    return startNodeServer(scope, peerFile('emmett-express.mjs'), {
      env: { DATABASE_URL: postgres.url, NODE_ENV: 'production' },
    });
  });
}

async function startPostgres(
  scope: ResourceScope,
  isDurable: boolean,
): Promise<{ url: string } | { missing: string }> {
  const binaries = findPostgres();
  if (binaries === undefined) return { missing: 'no PostgreSQL server' };
  const user = await findUser();
  if (user === undefined)
    return { missing: 'PostgreSQL does not run as root, and there is no user postgres or nobody' };
  const folder = await scope.makeFolder();
  const owner = user === 'current' ? {} : user;
  if (user !== 'current') chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  await runCommand(
    join(binaries, 'initdb'),
    ['--pgdata', data, '--username=bench', '--auth=trust', '--encoding=UTF8'],
    {
      cwd: folder,
      ...owner,
    },
  );
  const port = await findFreePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    synchronous_commit: isDurable ? 'on' : 'off',
  };
  const args = [
    '-D',
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  await startServer(scope, join(binaries, 'postgres'), args, {
    cwd: folder,
    ...owner,
    probe: () => runCommand(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]),
  });
  return { url: `postgresql://bench@127.0.0.1:${port}/postgres` };
}

/** Returns the folder of PostgreSQL's programs. Debian does not add the server to PATH. */
function findPostgres(): string | undefined {
  const [onPath] = findOnPath('postgres', process.env);
  if (onPath !== undefined) return dirname(realpathSync(onPath));
  const debian = '/usr/lib/postgresql';
  try {
    const [latest] = readdirSync(debian).toSorted((a, b) => Number(b) - Number(a));
    return latest === undefined ? undefined : join(debian, latest, 'bin');
  } catch {
    return undefined;
  }
}

export async function postgresVersion(): Promise<string | undefined> {
  const binaries = findPostgres();
  return binaries === undefined
    ? undefined
    : (await runCommand(join(binaries, 'postgres'), ['--version'])).trim();
}

type User = { readonly uid: number; readonly gid: number };

/** Returns the user to run PostgreSQL as, since it does not run as root. `current` is the user of this process. */
async function findUser(): Promise<User | 'current' | undefined> {
  if (process.getuid?.() !== 0) return 'current';
  for (const name of ['postgres', 'nobody']) {
    try {
      return {
        uid: Number(await runCommand('id', ['-u', name])),
        gid: Number(await runCommand('id', ['-g', name])),
      };
    } catch {
      // The user does not exist.
    }
  }
  return undefined;
}
