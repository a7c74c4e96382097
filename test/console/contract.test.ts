/** What the console reads from an OpenAPI document. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readContract } from '../../src/kit/console/contract/contract.js';
import { labelIn, labelOf, toLabel } from '../../src/kit/console/contract/labels.js';

const contracts = suite('a contract');

contracts('is read from the OpenAPI document of any service', () => {
  const ok = (schema: object) => ({ 200: { content: { 'application/json': { schema } } } });
  const Lamp = {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'integer' },
      lit: { type: 'boolean', title: 'Switched on' },
      bulbs: { type: 'array', items: { type: 'object', properties: { id: { type: 'integer' } } } },
      tags: { type: 'array', items: { type: 'string' } },
      plugged: { type: 'array', items: { $ref: '#/components/schemas/Plugged' } },
    },
  };
  const contract = readContract({
    info: { title: 'Lamps', version: '1' },
    'x-portside': {
      service: 'lamps',
      path: '/lamps',
      entity: { noun: 'lamp', plural: 'lamps', one: 'a lamp', id: 'integer' },
      commands: [
        {
          verb: 'screw',
          kind: 'command',
          operationId: 'screwBulb',
          method: 'put',
          path: '/lamps/{id}/bulbs/{bulbId}',
          item: { param: 'bulbId', field: 'bulbs', key: 'id' },
        },
      ],
      queries: [
        { name: 'brightest', operationId: 'brightestLamps', method: 'get', path: '/lamps/brightest' },
      ],
      indexes: ['room'],
      sortable: [],
      relations: [
        {
          service: 'rooms',
          noun: 'room',
          plural: 'rooms',
          one: 'a room',
          operationId: 'listRoomsOfLamp',
          method: 'get',
          path: '/lamps/{id}/rooms',
        },
      ],
      references: [],
      events: ['LampAdded'],
    },
    components: {
      schemas: { Lamp, Plugged: { type: 'object', properties: { socket: { type: 'integer' } } } },
    },
    paths: {
      '/lamps': {
        get: {
          operationId: 'listLamps',
          parameters: [
            { name: 'limit', in: 'query', schema: { type: 'integer' } },
            { name: 'room', in: 'query', schema: { type: 'integer' } },
            { name: 'cursor', in: 'query', schema: { type: 'string' } },
            { name: 'Prefer', in: 'header', schema: { type: 'string' } },
          ],
          responses: {},
        },
      },
      '/lamps/{id}': {
        get: { operationId: 'getLamp', responses: ok({ $ref: '#/components/schemas/Lamp' }) },
      },
      '/lamps/brightest': {
        get: {
          operationId: 'brightestLamps',
          summary: 'The brightest lamps',
          parameters: [
            { name: 'count', in: 'query', schema: { type: 'integer' } },
            { name: 'room', in: 'query', required: true, schema: { type: 'string' } },
            { name: 'Request-Id', in: 'header', schema: { type: 'string' } },
          ],
          responses: {},
        },
      },
      '/lamps/{id}/events': { get: { operationId: 'getLampHistory', responses: {} } },
      '/lamps/{id}/rooms': { get: { operationId: 'listRoomsOfLamp', responses: {} } },
      '/lamps/{id}/bulbs/{bulbId}': {
        put: {
          operationId: 'screwBulb',
          summary: 'Screw a bulb in',
          parameters: [
            { name: 'id', in: 'path', schema: { type: 'integer' } },
            { name: 'bulbId', in: 'path', schema: { type: 'integer' } },
            { name: 'Request-Id', in: 'header', schema: { type: 'string' } },
          ],
          requestBody: {
            content: {
              'application/json': {
                schema: {
                  anyOf: [
                    { type: 'object', title: 'By hand', properties: { turns: { type: 'integer' } } },
                    { type: 'object', properties: { tool: { const: 'pliers' } }, required: ['tool'] },
                  ],
                },
              },
            },
          },
          responses: {},
        },
      },
    },
  });
  assert.is(contract.path, '/lamps');
  assert.is(contract.noun, 'lamp');
  assert.equal(
    contract.columns.map(({ name, required }) => [name, required]),
    [
      ['id', true],
      ['lit', false],
      ['bulbs', false],
      ['tags', false],
      ['plugged', false],
    ],
  );
  assert.equal([contract.create, contract.replace, contract.remove], [undefined, undefined, undefined]);
  assert.equal(contract.commands, [
    {
      verb: 'screw',
      kind: 'command',
      method: 'PUT',
      path: '/lamps/{id}/bulbs/{bulbId}',
      summary: 'Screw a bulb in',
      params: [{ name: 'bulbId', schema: { type: 'integer' }, required: true }],
      forms: [
        { name: 'By hand', fields: [{ name: 'turns', schema: { type: 'integer' }, required: false }] },
        { name: 'pliers', fields: [{ name: 'tool', schema: { const: 'pliers' }, required: true }] },
      ],
      item: { param: 'bulbId', field: 'bulbs', key: 'id' },
    },
  ]);
  assert.equal(contract.filters, [{ name: 'room', schema: { type: 'integer' }, required: false }]);
  assert.equal(
    ['lit', 'plugged', 'switchedOffAt'].map((name) => labelIn(contract, name)),
    ['Switched on', 'Plugged', 'Switched off at'],
  );
  assert.equal(contract.queries, [
    {
      name: 'brightest',
      path: '/lamps/brightest',
      summary: 'The brightest lamps',
      params: [
        { name: 'count', schema: { type: 'integer' }, required: false },
        { name: 'room', schema: { type: 'string' }, required: true },
      ],
    },
  ]);
  assert.equal(contract.relations, [{ service: 'rooms', plural: 'rooms', path: '/lamps/{id}/rooms' }]);
  assert.equal(contract.eventTypes, ['LampAdded']);
  assert.equal(
    contract.itemCommands.map(({ verb, item }) => [verb, item.field]),
    [['screw', 'bulbs']],
  );
  assert.not(contract.requiresToken);
});
contracts.run();

const labels = suite('a label');

labels('is the title of the schema, or the name in words', () => {
  assert.is(labelOf({ name: 'lit', schema: { title: 'Switched on' } }), 'Switched on');
  assert.is(labelOf({ name: 'relocatedAt', schema: {} }), 'Relocated at');
  assert.equal(['id', 'portId', 'cpuMHz', 'x2Ratio', 'addAgain'].map(toLabel), [
    'Id',
    'Port id',
    'Cpu MHz',
    'X2 ratio',
    'Add again',
  ]);
});
labels.run();
