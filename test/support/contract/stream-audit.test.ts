/** Every fault test relies on the audit. These tests show that it detects each kind of error. */

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
  return { position, time: 0, nanoseconds: 0, id, subject, messageId, commandDigest: undefined, content };
}

function resultOf(key: string, write: Write, status: number, position: number): WriteResult {
  const etag = write.method === 'DELETE' || status >= 300 ? null : `"${position}"`;
  return { key, write, status, position, etag, text: '', attempts: 1, time: 0 };
}

const added: LaptopEvent = { type: 'LaptopAdded', title: 'Lenovo', model: 'S3' };
const messages = [
  stored(1, 1, 'add', added),
  stored(2, 2, 'other', added),
  stored(3, 1, 'remove', { type: 'LaptopRemoved' }),
];
const add: Write = { method: 'POST', id: 1 };
const remove: Write = { method: 'DELETE', id: 1 };
const none = { lost: 0, duplicated: 0, diverged: 0 };

function audit(results: readonly WriteResult[], stream = messages) {
  const { lost, duplicated, diverged } = auditWrites(stream, results);
  return { lost, duplicated, diverged };
}

const test = suite('the audit of write responses');

test('finds nothing when the responses match the stream', () => {
  assert.equal(audit([resultOf('add', add, 201, 1), resultOf('remove', remove, 204, 3)]), none);
  assert.equal(audit([resultOf('again', add, 409, 0)]), none);
});

test('finds an acknowledged write that is missing or stored at another position', () => {
  assert.equal(audit([resultOf('missing', add, 201, 4)]), { ...none, lost: 1 });
  assert.equal(audit([resultOf('add', add, 201, 2)]), { ...none, lost: 1 });
});

test('finds a message id that is stored twice, even if no write got a response', () => {
  assert.equal(audit([], [...messages, stored(4, 1, 'add', added)]), { ...none, duplicated: 1 });
});

test('finds a rejected write that is stored, a status 500, and a wrong entity tag', () => {
  assert.equal(audit([resultOf('add', add, 409, 0)]), { ...none, diverged: 1 });
  assert.equal(audit([resultOf('bug', add, 500, 0)]), { ...none, diverged: 1 });
  assert.equal(audit([{ ...resultOf('add', add, 201, 1), etag: '"7"' }]), { ...none, diverged: 1 });
});

test('accepts a removal that stored nothing only if the laptop did not exist', () => {
  assert.equal(audit([resultOf('gone already', remove, 204, 3)]), none);
  assert.equal(audit([resultOf('never there', { method: 'DELETE', id: 9 }, 204, 0)]), none);
  assert.equal(audit([resultOf('still there', remove, 204, 1)]), { ...none, lost: 1 });
});

test.run();
