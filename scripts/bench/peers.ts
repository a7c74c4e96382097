/** What Portside is measured beside: installed in `peers/` when first needed, and started by the bench. */

import { chownSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPythonTools } from '../examples/python-environment.ts';
import { findOnPath, runCommand } from '../setup/command.mjs';
import { installDependencies } from '../setup/dependencies.mjs';
import { createProgress } from '../setup/progress.mjs';
import { serveNode, serveProgram, type Served, type Workshop } from './children.ts';
import { findFreePort } from '../../test/support/process/free-port.ts';

export const peersFolder = fileURLToPath(new URL('peers', import.meta.url));
export const peerFile = (name: string) => new URL(`peers/${name}`, import.meta.url);

/** A peer that answers, or why it cannot be had on this machine. */
export type Peer = Served | { readonly missing: string };

/** Turns a start that fails into the reason. */
async function orMissing(start: () => Promise<Peer>): Promise<Peer> {
  try {
    return await start();
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

export async function installNpmPeers(): Promise<void> {
  await installDependencies({ progress: createProgress(process.stderr), root: peersFolder });
}

/** Flask on gunicorn with two workers. @param laptops how many there are from the start */
export function startFlask(workshop: Workshop, laptops: number): Promise<Peer> {
  return startPython(workshop, laptops, 'gunicorn', (httpPort) => [
    '--workers',
    '2',
    '--bind',
    `127.0.0.1:${httpPort}`,
    '--log-level',
    'error',
    'flask_app:app',
  ]);
}

/** FastAPI on uvicorn, one process. */
export function startFastApi(workshop: Workshop, laptops: number): Promise<Peer> {
  return startPython(workshop, laptops, 'uvicorn', (httpPort) => {
    const quiet = ['--no-access-log', '--log-level', 'error'];
    return ['--host', '127.0.0.1', '--port', String(httpPort), ...quiet, 'fastapi_app:app'];
  });
}

function startPython(
  workshop: Workshop,
  laptops: number,
  program: string,
  args: (httpPort: number) => string[],
): Promise<Peer> {
  return orMissing(async () => {
    const tools = await installPythonTools(peersFolder, 'Python peers');
    if ('missing' in tools) return tools;
    const httpPort = await findFreePort();
    const url = `http://127.0.0.1:${httpPort}`;
    const server = await serveProgram(workshop, join(tools.programs, program), args(httpPort), {
      cwd: peersFolder,
      env: { LAPTOPS: String(laptops), PYTHONDONTWRITEBYTECODE: '1' },
      probe: () => fetch(`${url}/ports`),
    });
    return { url, ...server };
  });
}

/** An answer as bytes, with the headers that stand before them. */
export type Answer = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** A bare `node:http` server that sends these answers, by path. */
export function startNodeHttp(workshop: Workshop, answers: Readonly<Record<string, Answer>>): Promise<Peer> {
  return orMissing(async () => {
    const file = join(await workshop.makeFolder(), 'answers.json');
    writeFileSync(file, JSON.stringify(answers));
    return serveNode(workshop, peerFile('node-http.mjs'), { env: { ANSWERS: file } });
  });
}

/** What a service answers at these paths, for a server that is to send the same bytes. */
export async function copyAnswers(url: string, paths: readonly string[]): Promise<Record<string, Answer>> {
  const left = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding']);
  const answers: Record<string, Answer> = {};
  for (const path of paths) {
    const response = await fetch(`${url}${path}`, { headers: { 'Accept-Encoding': 'identity' } });
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !left.has(name)));
    answers[path] = { headers, body: await response.text() };
  }
  return answers;
}

/**
 * Emmett with Express, on a PostgreSQL cluster of its own in a temporary folder.
 *
 * @param isDurable whether a commit waits for the disk (`synchronous_commit`), as it does by default
 */
export function startEmmett(workshop: Workshop, isDurable: boolean): Promise<Peer> {
  return orMissing(async () => {
    const postgres = await startPostgres(workshop, isDurable);
    if ('missing' in postgres) return postgres;
    await installNpmPeers();
    return serveNode(workshop, peerFile('emmett-express.mjs'), {
      env: { DATABASE_URL: postgres.url, NODE_ENV: 'production' },
    });
  });
}

async function startPostgres(
  workshop: Workshop,
  isDurable: boolean,
): Promise<{ url: string } | { missing: string }> {
  const binaries = findPostgres();
  if (binaries === undefined) return { missing: 'no PostgreSQL server' };
  const user = await findUser();
  if (user === undefined)
    return { missing: 'PostgreSQL refuses root, and there is no user postgres or nobody' };
  const folder = await workshop.makeFolder();
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
  await serveProgram(workshop, join(binaries, 'postgres'), args, {
    cwd: folder,
    ...owner,
    probe: () => runCommand(join(binaries, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)]),
  });
  return { url: `postgresql://bench@127.0.0.1:${port}/postgres` };
}

/** The folder of PostgreSQL's programs: Debian keeps the server's off PATH. */
function findPostgres(): string | undefined {
  const [onPath] = findOnPath('postgres', process.env);
  if (onPath !== undefined) return dirname(realpathSync(onPath));
  const debian = '/usr/lib/postgresql';
  try {
    const [newest] = readdirSync(debian).toSorted((a, b) => Number(b) - Number(a));
    return newest === undefined ? undefined : join(debian, newest, 'bin');
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

/** Who PostgreSQL can run as, since it refuses root; `current` is who runs the bench. */
async function findUser(): Promise<User | 'current' | undefined> {
  if (process.getuid?.() !== 0) return 'current';
  for (const name of ['postgres', 'nobody']) {
    try {
      return {
        uid: Number(await runCommand('id', ['-u', name])),
        gid: Number(await runCommand('id', ['-g', name])),
      };
    } catch {
      // There is no such user here.
    }
  }
  return undefined;
}
