/**
 * Lists of entities as they were. Folding the past needs time and memory of its own, so a child process does it: the
 * view that serves the present does not notice. The child, its queue and its patience are bounded.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { Problem } from '../core/problem.ts';
import type { Entity } from '../core/view.ts';
import type { PastList } from '../http/as-of.ts';
import type { Log } from './log.ts';

/** How many requests may wait for the child; one more is told to come back. */
const maxWaiting = 8;
/** Milliseconds after which a list that is not ready is given up, and the child with it. */
const timeoutMs = 30_000;
/** Milliseconds without a request after which the child ends and gives its memory back. */
const idleMs = 30_000;
/** The first argument of a process that lists the past; the second one is the stream. */
export const pastListsArgument = 'past-lists';

export type PastListRequest = {
  readonly number: number;
  readonly position: number;
  readonly options: Parameters<PastList<unknown>>[1];
};

export type PastListAnswer<State> = { readonly number: number } & (
  | { readonly entities: Entity<State>[] }
  | { readonly failure: string }
);

type Waiting<State> = {
  readonly child: ChildProcess;
  resolve(entities: Entity<State>[]): void;
  reject(problem: Problem): void;
};

export type PastLists<State> = { readonly list: PastList<State>; close(): void };

/** The images give Node a share of the memory for its heap, which would have the last word over a limit in MiB (Node 24). */
export function withoutHeapShare(nodeOptions = ''): string {
  return nodeOptions.replaceAll(/--max-old-space-size-percentage=\S+\s*/g, '').trim();
}

/**
 * @param stream whose past is listed; the child gets the rest from the service's own entry and the environment.
 * @param maxHeapMiB the child's own limit; beyond it the child ends, not the service.
 */
export function createPastLists<State>(stream: string, maxHeapMiB: number, log: Log): PastLists<State> {
  const waiting = new Map<number, Waiting<State>>();
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastNumber = 0;

  function startChild(): ChildProcess {
    // The service's own entry: `runService` sees the argument, and lists the past instead of serving the present.
    const started = fork(process.argv[1] ?? '', [pastListsArgument, stream], {
      execArgv: [...process.execArgv, `--max-old-space-size=${maxHeapMiB}`],
      env: { ...process.env, NODE_OPTIONS: withoutHeapShare(process.env['NODE_OPTIONS']) },
    });
    started.on('message', (answer: PastListAnswer<State>) => {
      const request = waiting.get(answer.number);
      if ('entities' in answer) request?.resolve(answer.entities);
      else request?.reject(new Problem('unavailable', `The past could not be read: ${answer.failure}`));
    });
    // Without this, a request that reaches a child that is just ending would end the service.
    started.on('error', (error) => {
      log.warn({ reason: String(error) }, 'the process that lists the past cannot be asked');
      abandon();
    });
    started.on('exit', (code, signal) => {
      log.info({ code, signal }, 'the process that lists the past ended');
      abandon();
    });
    function abandon() {
      started.kill('SIGKILL');
      if (child === started) child = undefined;
      for (const request of waiting.values()) {
        if (request.child !== started) continue;
        request.reject(
          new Problem('unavailable', 'The past could not be read in the time and memory it may use.'),
        );
      }
    }
    return started;
  }

  function close() {
    clearTimeout(idle);
    child?.kill('SIGKILL');
  }

  return {
    close,

    async list(position, options) {
      if (waiting.size >= maxWaiting) {
        throw new Problem('unavailable', 'Too many requests for the past are waiting.');
      }
      clearTimeout(idle);
      child ??= startChild();
      const current = child;
      const number = (lastNumber += 1);
      const timer = setTimeout(() => current.kill('SIGKILL'), timeoutMs);
      try {
        return await new Promise<Entity<State>[]>((resolve, reject) => {
          waiting.set(number, { child: current, resolve, reject });
          current.send({ number, position, options } satisfies PastListRequest);
        });
      } finally {
        clearTimeout(timer);
        waiting.delete(number);
        if (waiting.size === 0) idle = setTimeout(close, idleMs).unref();
      }
    },
  };
}
