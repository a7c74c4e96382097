import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import type { Entity } from '../../domain/entity.ts';
import { Problem } from '../../domain/problem.ts';
import type { ListAsOf } from '../../http/protocol/as-of.ts';
import type { Logger } from '../observability/logger.ts';
import type { PointInTimeRequest, PointInTimeResponse } from './messages.ts';

/** Maximum number of requests that wait for the child process; further ones are rejected. */
const maxWaiting = 8;

const defaultChildEntry = new URL(`./child${extname(import.meta.url)}`, import.meta.url);

type WaitingRequest = {
  readonly child: ChildProcess;
  resolve(entities: Entity<unknown>[]): void;
  reject(problem: Problem): void;
};

export type PointInTimeLists = { readonly list: ListAsOf; close(): void };

export type PointInTimeOptions = {
  /** The URL of the module that exports the service. */
  readonly module: string;
  readonly stream: string;
  /** Heap limit of the child process, in MiB. Exceeding it terminates the child, not the service. */
  readonly maxHeapMiB: number;
  readonly logger: Logger;
  /** Timeout of a list, in ms; default 30 000. The child process is killed when it expires. */
  readonly timeoutMs?: number;
  /** Idle time after which the child process is killed to free its memory, in ms; default 30 000. */
  readonly idleMs?: number;
  /** Module that the child process runs. Default: `child.ts` in development, `child.js` in a build. */
  readonly childEntry?: URL;
};

/**
 * Removes `--max-old-space-size-percentage`, which the container images set, from `NODE_OPTIONS`. In Node.js 24 it takes
 * precedence over a limit in MiB.
 */
export function withoutHeapShare(nodeOptions = ''): string {
  return nodeOptions.replaceAll(/--max-old-space-size-percentage=\S+\s*/g, '').trim();
}

/**
 * Lists entities as they were at a position. The replay takes time and memory, so it runs in a child process and does not
 * affect the view of the service. The child's memory, queue and time are bounded.
 */
export function createPointInTimeLists(options: PointInTimeOptions): PointInTimeLists {
  const { module, stream, maxHeapMiB, logger } = options;
  const { timeoutMs = 30_000, idleMs = 30_000, childEntry = defaultChildEntry } = options;
  const waiting = new Map<number, WaitingRequest>();
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastNumber = 0;

  function startChild(): ChildProcess {
    const started = fork(childEntry, [module, stream], {
      execArgv: [...process.execArgv, `--max-old-space-size=${maxHeapMiB}`],
      env: { ...process.env, NODE_OPTIONS: withoutHeapShare(process.env['NODE_OPTIONS']) },
    });
    started.on('message', (response: PointInTimeResponse) => {
      const request = waiting.get(response.number);
      if ('entities' in response) request?.resolve(response.entities);
      else request?.reject(new Problem('unavailable', `The point-in-time list failed: ${response.failure}`));
    });
    // Sending to a child that is exiting emits an error, which would be uncaught without a listener.
    started.on('error', (error) => {
      logger.warn({ reason: String(error) }, 'point-in-time process failed');
      abandon();
    });
    started.on('exit', (code, signal) => {
      logger.info({ code, signal }, 'point-in-time process ended');
      abandon();
    });
    function abandon() {
      retire(started);
      for (const request of waiting.values()) {
        if (request.child !== started) continue;
        request.reject(
          new Problem('unavailable', 'The point-in-time list exceeded its time or memory limit.'),
        );
      }
    }
    return started;
  }

  /** Kills a child process. It exits later; a list that arrives in between is sent to a new one. */
  function retire(retired: ChildProcess) {
    retired.kill('SIGKILL');
    if (child === retired) child = undefined;
  }

  function close() {
    clearTimeout(idle);
    if (child !== undefined) retire(child);
  }

  return {
    close,

    async list(position, options) {
      if (waiting.size >= maxWaiting) {
        throw new Problem(
          'unavailable',
          `Too many point-in-time lists are waiting (limit ${maxWaiting}). Retry later.`,
        );
      }
      clearTimeout(idle);
      child ??= startChild();
      const current = child;
      const number = (lastNumber += 1);
      const timer = setTimeout(() => retire(current), timeoutMs);
      try {
        return await new Promise<Entity<unknown>[]>((resolve, reject) => {
          waiting.set(number, { child: current, resolve, reject });
          current.send({ number, position, options } satisfies PointInTimeRequest);
        });
      } finally {
        clearTimeout(timer);
        waiting.delete(number);
        if (waiting.size === 0) idle = setTimeout(close, idleMs).unref();
      }
    },
  };
}
