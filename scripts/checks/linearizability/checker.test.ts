import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findOnPath } from '../../setup/command.mjs';
import { buildChecker, judge, type Judgement } from './checker.ts';
import type { Operation } from './history.ts';
import { UnsupportedEnvironment } from './requirements.ts';

const checker = suite('the linearizability checker');

const program = await findProgram();
const it = program === undefined ? checker.skip : checker;

/** Returns the path of the program, or undefined if it cannot be built on this machine. */
async function findProgram(): Promise<string | undefined> {
  try {
    if (findOnPath('go', process.env).length === 0) throw new UnsupportedEnvironment('Go is not on PATH');
    return await buildChecker();
  } catch (error) {
    if (!(error instanceof UnsupportedEnvironment)) throw error;
    process.stdout.write(`skipped: the linearizability checker, ${error.message}\n`);
    return undefined;
  }
}

/** Method, status and details of a request. */
type Step = Partial<Operation> & Pick<Operation, 'method' | 'status'>;

/** Requests for one laptop, each beginning after the response to the one before unless a step has its own times. */
function inOrder(...steps: readonly Step[]): Operation[] {
  return steps.map((step, index) => ({
    client: 0,
    laptop: 1,
    call: index * 10,
    return: index * 10 + 5,
    ...step,
  }));
}

async function verdictOf(history: readonly Operation[]): Promise<Judgement['verdict']> {
  const { verdict } = await judge(program ?? '', history);
  return verdict;
}

const added = { method: 'POST', title: 'A', status: 201, version: 1 } as const;
const revised = { method: 'PUT', title: 'B', status: 200, version: 2 } as const;
const removed = { method: 'DELETE', status: 204 } as const;
const absent = { method: 'GET', status: 404 } as const;
const readA = { method: 'GET', title: 'A', status: 200, version: 1 } as const;
const readB = { method: 'GET', title: 'B', status: 200, version: 2 } as const;
const unknownB = { method: 'PUT', title: 'B', status: 0 } as const;

const linearizable: Readonly<Record<string, readonly Operation[]>> = {
  'no request': [],
  'each response once': inOrder(
    { method: 'PUT', title: 'X', status: 404 },
    absent,
    removed,
    added,
    { method: 'POST', title: 'X', status: 409 },
    readA,
    { ...revised, ifMatch: 1 },
    { method: 'PUT', title: 'X', status: 412, ifMatch: 1 },
    { method: 'DELETE', status: 412, ifMatch: 1 },
    readB,
    { ...removed, ifMatch: 2 },
    absent,
    { method: 'PUT', title: 'X', status: 412, ifMatch: 2 },
    { ...added, title: 'C', version: 4 },
  ),
  'a read of the old state that overlaps the write': inOrder(
    added,
    { ...revised, call: 10, return: 30 },
    { ...readA, call: 15, return: 40 },
  ),
  'a read of the history and as of the time of the request': inOrder(
    { ...absent, source: 'history' },
    added,
    { ...readA, source: 'asOf' },
    revised,
    { ...readB, source: 'history' },
    removed,
    { ...absent, source: 'asOf' },
  ),
  'a repeated write with the response of the first one': inOrder(
    added,
    revised,
    { ...added, repeated: true },
    { ...revised, status: 0, repeated: true },
    readB,
    removed,
    { ...revised, repeated: true },
    absent,
  ),
  'an unknown write that did not happen': inOrder(added, unknownB, readA),
  'an unknown write that happened': inOrder(added, unknownB, readB),
  'an unknown write that happened later': inOrder(added, unknownB, readA, readB),
  'an unknown removal that happened later': inOrder(added, { method: 'DELETE', status: 0 }, readA, absent),
  'a repeated conflict with other writers': inOrder(absent, {
    method: 'PUT',
    title: 'X',
    status: 409,
    contended: true,
  }),
  'a read without an answer': inOrder(added, { method: 'GET', status: 0 }, readA),
  'different states of different laptops': inOrder(added, { ...absent, laptop: 2 }, readA),
};

const notLinearizable: Readonly<Record<string, readonly Operation[]>> = {
  'a stale read': inOrder(added, revised, readA),
  'a stale read of a removed laptop': inOrder(added, removed, readA),
  'a history without the last write': inOrder(added, revised, { ...readA, source: 'history' }),
  'a write that is missing as of a later time': inOrder(added, revised, { ...readA, source: 'asOf' }),
  'a repeated write that was executed again': inOrder(added, revised, {
    ...revised,
    version: 3,
    repeated: true,
  }),
  'a repeated write that was refused': inOrder(added, { ...added, status: 422, repeated: true }),
  'a lost write': inOrder(added, absent),
  'a 404 that contradicts a write': inOrder(added, { method: 'PUT', title: 'X', status: 404 }),
  'a 409 that contradicts a removal': inOrder(added, removed, { method: 'POST', title: 'X', status: 409 }),
  'a 412 for the current version': inOrder(added, { method: 'PUT', title: 'X', status: 412, ifMatch: 1 }),
  'a write that should have been refused with 412': inOrder(added, revised, {
    ...revised,
    title: 'C',
    version: 3,
    ifMatch: 1,
  }),
  'two laptops added with one id': inOrder(added, { ...added, title: 'C', version: 2 }),
  'a version that decreases': inOrder({ ...added, version: 5 }, { ...revised, version: 4 }),
  'a title with the version of another write': inOrder(added, revised, { ...readB, version: 1 }),
  'a read that goes back after an unknown write': inOrder(added, unknownB, readB, readA),
  'an unknown write that was read before it was sent': inOrder(added, readB, unknownB),
  'a status that no request may have': inOrder({ method: 'GET', status: 500 }),
};

for (const [name, history] of Object.entries(linearizable)) {
  it(`accepts ${name}`, async () => {
    assert.is(await verdictOf(history), 'linearizable');
  });
}

for (const [name, history] of Object.entries(notLinearizable)) {
  it(`rejects ${name}`, async () => {
    assert.is(await verdictOf(history), 'not linearizable');
  });
}

it('prints the contradiction and writes a page for the laptop', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portside-checker-'));
  try {
    const { output } = await judge(program ?? '', inOrder(added, revised, readA), folder);
    assert.match(output, 'laptop 1: not linearizable (3 operations)');
    assert.match(output, 'PUT "B" -> 200 version 2');
    assert.match(output, 'GET -> 200 "A" version 1');
    assert.equal(await readdir(folder), ['laptop-1.html']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('rejects a history that it cannot read', async () => {
  const history = inOrder({ ...added, call: 5, return: 3 });
  const error: unknown = await judge(program ?? '', history).catch((error: unknown) => error);
  assert.match(String(error), 'line 1: the response is older than the request');
});

checker.run();
