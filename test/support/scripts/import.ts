/** Runs the import as a process, creates files to import, and reads the events that it stored. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from '../../../src/kit/nats/connection/connection.ts';
import { replay } from '../../../src/kit/nats/stream/replay.ts';
import { typescriptArgs } from '../../../scripts/typescript-args.ts';

export type Ended = {
  /** Null if a signal terminated it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type ImportProcess = { readonly child: ChildProcess; readonly ended: Promise<Ended> };

/** Creates a temporary folder. `close` removes it. */
export function createTestFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'portside-import-'));
  return {
    /** Writes a file and returns its path. */
    write(name: string, content: string | Uint8Array): string {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** Starts the import without writing to its standard input. */
export function startImport(
  natsUrl: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ImportProcess {
  const script = fileURLToPath(new URL('../../../scripts/import/import.ts', import.meta.url));
  const child = spawn(process.execPath, [...typescriptArgs, script, ...args], {
    env: { ...process.env, NATS_URL: natsUrl, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ended = Promise.all([code, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** Returns all events of a stream in order, grouped by subject. */
export async function readEvents(
  connection: Connection,
  jsm: JetStreamManager,
  stream: string,
): Promise<Map<string, unknown[]>> {
  const events = new Map<string, unknown[]>();
  const { last_seq } = (await jsm.streams.info(stream)).state;
  if (last_seq === 0) return events;
  await new Promise<void>((resolve) => {
    const source = replay({
      connection,
      jsm,
      stream,
      after: 0,
      onMessage(message, { position }) {
        events.set(message.subject, [...(events.get(message.subject) ?? []), message.json()]);
        if (position === last_seq) void source.stop().then(resolve);
      },
    });
  });
  return events;
}
