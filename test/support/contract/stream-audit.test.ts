/** The audit is what every fault test rests on: this shows that it sees each thing that can be wrong. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { StoredMessage } from '../../../src/kit/domain/stored-message.ts';
import type { LaptopEvent } from '#contracts/laptops';
import type { WriteResult, Write } from '../http/idempotent-client.ts';
import { auditWrites } from './stream-audit.ts';

function stored(
  position: number,
  id: number,
  messageId: string,
  content: LaptopEvent,
): StoredMessage<LaptopEvent> {
  const subject = `laptops.events.${id}`;
  return { position, time: 0, id, subject, messageId, commandDigest: undefined, content };
}

function answered(key: string, write: Write, status: number, position: number): WriteResult {
  const etag = write.method === 'DELETE' || status >= 300 ? null : `"${position}"`;
  return { key, write, status, position, etag, text: '', attempts: 1, time: 0 };
}

const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const log = [
  stored(1, 1, 'add', added),
  stored(2, 2, 'other', added),
  stored(3, 1, 'remove', { type: 'LaptopRemoved' }),
];
const add: Write = { method: 'POST', id: 1 };
const remove: Write = { method: 'DELETE', id: 1 };
const nothing = { lost: 0, duplicated: 0, diverged: 0 };

function audit(answers: readonly WriteResult[], messages = log) {
  const { lost, duplicated, diverged } = auditWrites(messages, answers);
  return { lost, duplicated, diverged };
}

const test = suite('the audit of what clients were told');

test('finds nothing where the log holds what was told', () => {
  assert.equal(audit([answered('add', add, 201, 1), answered('remove', remove, 204, 3)]), nothing);
  assert.equal(audit([answered('again', add, 409, 0)]), nothing);
});

test('finds an acknowledged write that is not there, or not where it was said to be', () => {
  assert.equal(audit([answered('missing', add, 201, 4)]), { ...nothing, lost: 1 });
  assert.equal(audit([answered('add', add, 201, 2)]), { ...nothing, lost: 1 });
});

test('finds a message id that is there twice, whoever was told what', () => {
  assert.equal(audit([], [...log, stored(4, 1, 'add', added)]), { ...nothing, duplicated: 1 });
});

test('finds a refusal of what is stored, an answer that is a bug, and a wrong entity tag', () => {
  assert.equal(audit([answered('add', add, 409, 0)]), { ...nothing, diverged: 1 });
  assert.equal(audit([answered('bug', add, 500, 0)]), { ...nothing, diverged: 1 });
  assert.equal(audit([{ ...answered('add', add, 201, 1), etag: '"7"' }]), { ...nothing, diverged: 1 });
});

test('takes a removal that stored nothing only where nothing was there', () => {
  assert.equal(audit([answered('gone already', remove, 204, 3)]), nothing);
  assert.equal(audit([answered('never there', { method: 'DELETE', id: 9 }, 204, 0)]), nothing);
  assert.equal(audit([answered('still there', remove, 204, 1)]), { ...nothing, lost: 1 });
});

test.run();
