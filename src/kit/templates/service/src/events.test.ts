import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findContractBreaks } from '@portside/kit/testing';
import { __noun__Events } from './events.ts';

const schemas = new URL('../schemas/', import.meta.url);

test('the shape of every event is frozen', () =>
  assert.deepEqual(findContractBreaks(__noun__Events, schemas), []));
