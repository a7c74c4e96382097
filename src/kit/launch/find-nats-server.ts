import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { isSupportedServer, minimumServerVersion } from '../nats/connection/server-version.ts';

const installation = `Install nats-server ${minimumServerVersion} or newer, and run this again:
  macOS           brew install nats-server
  Debian, Ubuntu  sudo apt-get install nats-server    (if "apt-cache policy nats-server" shows ${minimumServerVersion} or newer)
  Go              go install github.com/nats-io/nats-server/v2@latest    ("go env GOPATH"/bin must be on PATH)
  Other           https://github.com/nats-io/nats-server/releases, and NATS_SERVER=/path/to/nats-server`;

/**
 * Returns the path of the nats-server to run: the one that the variable NATS_SERVER names, otherwise the first one on PATH.
 *
 * @throws Error with installation instructions if there is none, or if it is too old.
 */
export async function findNatsServer(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const named = env['NATS_SERVER'];
  const program = named || findOnPath('nats-server', env['PATH'] ?? '');
  if (program === undefined) {
    throw new Error(`nats-server was not found on PATH, and NATS_SERVER is not set.\n${installation}`);
  }
  const version = await readVersion(program).catch((error: unknown) => {
    const source = named ? 'NATS_SERVER names' : 'PATH contains';
    throw new Error(`${source} ${program}, which cannot be used: ${String(error)}\n${installation}`, {
      cause: error,
    });
  });
  if (isSupportedServer(version)) return program;
  throw new Error(`${program} has version ${version}, which is too old.\n${installation}`);
}

function findOnPath(name: string, path: string): string | undefined {
  const candidates = path.split(delimiter).map((folder) => join(folder, name));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function readVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
  const version = /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`--version printed "${stdout.trim()}"`);
  return version;
}
