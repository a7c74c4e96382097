/** The AsyncAPI document is valid and matches the services, and the events page shows all of it. */

import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../../src/kit/domain/decider.ts';
import { listShapes } from '../../src/kit/api/events/event-shapes.ts';
import { fetchServiceInfo } from '../../src/kit/nats/services/framework/discovery.ts';
import { contentSecurityPolicy } from '../../src/kit/http/docs/html.ts';
import { laptopEvents } from '#contracts/laptops';
import { portEvents } from '#contracts/ports';
import { AsyncApi, validateAsyncApi } from '../support/contract/asyncapi.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();

const services = await Promise.all(
  [
    // Ports come first: the example requests of laptops fit a port that the example requests of ports add.
    { name: 'ports', read: portEvents.read, shapes: listShapes(portEvents) },
    { name: 'laptops', read: laptopEvents.read, shapes: listShapes(laptopEvents) },
  ].map(async (service) => {
    const replica = await start(service.name);
    const response = await replica.get('/asyncapi.json');
    const page = await replica.get('/docs/events');
    return { ...service, replica, response, page, document: AsyncApi.parse(response.body) };
  }),
);

for (const { name, read, shapes, replica, response, page, document } of services) {
  const { channels, operations, components } = document;

  const asyncApiDocument = suite(`the AsyncAPI document of ${name}`);

  asyncApiDocument('is accepted by the official parser without a warning', async () => {
    assert.is(response.headers.get('Content-Type'), 'application/json; charset=utf-8');
    assert.equal(await validateAsyncApi(response.body), [[]]);
  });
  asyncApiDocument('is rejected by the official parser if it is made invalid', async () => {
    const { events } = channels;
    const { problem } = components.messages;
    const dangling = { action: 'send', channel: { $ref: '#/channels/no' } };
    const invalidPayload = { ...problem, payload: { type: 'nothing' } };
    const results = await validateAsyncApi(
      { ...document, operations: { ...operations, dangling } },
      { ...document, channels: { ...channels, events: { ...events, parameters: {} } } },
      {
        ...document,
        components: { ...components, messages: { ...components.messages, problem: invalidPayload } },
      },
    );
    assert.is(results.length, 3);
    for (const diagnostics of results) assert.ok(diagnostics.length > 0);
  });
  asyncApiDocument('contains every version of every event, with examples that the service accepts', () => {
    const names = shapes.map(({ type, version }) => `${type}.v${version}`);
    assert.equal(Object.keys(channels['events']?.messages ?? {}), names);
    for (const [index, message] of names.entries()) {
      const { name, payload, examples } = components.messages[message] ?? {};
      assert.is(name, shapes[index]?.type);
      assert.equal(payload, shapes[index]?.schema);
      for (const example of examples ?? []) {
        const event = read(example.payload);
        assert.not.instance(event, Rejection, JSON.stringify(event));
      }
    }
    const [sent, received] = ['appendEvents', 'foldEvents'].map((operation) =>
      operations[operation]?.messages.map(({ $ref }) => $ref.split('/').at(-1)),
    );
    assert.equal(received, names);
    assert.equal(
      sent,
      shapes.filter(({ isCurrent }) => isCurrent).map(({ type, version }) => `${type}.v${version}`),
    );
  });
  asyncApiDocument('contains the stream configuration from streams/', () => {
    const file = readFileSync(new URL(`../../streams/${name}.json`, import.meta.url), 'utf8');
    assert.is(channels['events']?.address, `${name}.events.{id}`);
    assert.equal(channels['events']?.['x-jetstream'], JSON.parse(file));
  });
  asyncApiDocument(
    'contains exactly the commands and queries that the NATS services framework lists',
    async () => {
      const infos = await fetchServiceInfo(connection.nc, { name });
      assert.is(infos.length, 1);
      const listed = infos[0]?.endpoints.filter(({ subject }) => subject !== `${name}.status`) ?? [];
      const requests = Object.values(operations).filter(({ reply }) => reply !== undefined);
      assert.equal(
        requests.map(({ channel }) => channels[channel.$ref.split('/').at(-1) ?? '']?.address),
        listed.map(({ subject }) => subject),
      );
      for (const { channel, bindings } of requests) {
        const isForEveryReplica = channel.$ref.endsWith('.digest');
        assert.is(bindings?.nats.queue, isForEveryReplica ? undefined : listed[0]?.queue_group);
      }
    },
  );
  asyncApiDocument.run();

  const eventsPage = suite(`the events page of ${name}`);

  eventsPage('is well-formed HTML with the same Content-Security-Policy as all pages', () => {
    assert.is(page.status, 200);
    assert.is(page.headers.get('Content-Type'), 'text/html; charset=utf-8');
    assert.is(page.headers.get('Content-Security-Policy'), contentSecurityPolicy);
    assert.equal(findUnclosed(page.text), []);
  });
  eventsPage('contains no scripts or inline styles and links only to URLs that exist', async () => {
    assert.not.match(page.text, /<script|<style|<iframe|<object|\sstyle=|\son[a-z]+=|javascript:/i);
    const targets = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target);
    assert.ok(targets.includes('/docs/events.css') && targets.includes('/asyncapi.json'));
    for (const target of targets) {
      assert.match(target, /^\/[^/]/);
      assert.is((await replica.get(target)).status, 200, target);
    }
  });
  eventsPage('shows every message, field and address, with the examples', () => {
    const shown = unescape(page.text);
    for (const { title, payload, headers, examples } of Object.values(components.messages)) {
      assert.match(shown, `>${title}<`);
      for (const field of [payload, headers].flatMap((schema) => fieldsOf(schema, components.schemas))) {
        assert.match(shown, `<code>${field}</code>`);
      }
      for (const example of examples) assert.match(shown, JSON.stringify(example.payload, null, 2));
    }
    for (const { address } of Object.values(channels)) if (address !== null) assert.match(shown, address);
  });
  eventsPage(
    'is linked from the REST API page, and the AsyncAPI document from the OpenAPI document',
    async () => {
      assert.match((await replica.get('/docs')).text, 'href="/docs/events"');
      assert.match((await replica.get('/openapi.json')).text, '"/asyncapi.json"');
    },
  );
  eventsPage('returns 304 for a current ETag', async () => {
    const headers = { 'If-None-Match': page.headers.get('ETag') ?? '' };
    assert.is((await replica.get('/docs/events', { headers })).status, 304);
  });
  eventsPage.run();
}

const exampleRequests = suite('the example requests of the documents');

exampleRequests('succeed and receive the documented replies', async () => {
  const requests = services.flatMap(({ document: { channels, operations, components } }) =>
    Object.values(operations).flatMap(({ channel, messages, reply }) => {
      const messageAt = ({ $ref }: { $ref: string }) => components.messages[$ref.split('/').at(-1) ?? ''];
      const subject = channels[channel.$ref.split('/').at(-1) ?? '']?.address ?? '';
      const [good, problem] = reply?.messages.map(messageAt) ?? [];
      const examples =
        reply === undefined ? [] : messages.flatMap((message) => messageAt(message)?.examples ?? []);
      return examples.map(({ payload }) => ({
        subject,
        payload,
        good,
        problem,
        schemas: components.schemas,
      }));
    }),
  );
  const send = async (
    { subject, payload, good, problem, schemas }: (typeof requests)[number],
    expected: string,
  ) => {
    const reply = await connection.nc.request(subject, JSON.stringify(payload), { timeout: 10_000 });
    assert.is(
      reply.headers?.get('Nats-Service-Error-Code') || '200',
      expected,
      `${subject} ${reply.string()}`,
    );
    const documented = expected === '200' ? good : problem;
    for (const value of [reply.json(), documented?.examples[0]?.payload])
      assert.equal(Object.keys(Object(value)), requiredOf(resolve(documented?.payload, schemas)), subject);
    assert.ok(
      requiredOf(resolve(documented?.headers, schemas)).every((header) => reply.headers?.has(header)),
    );
  };
  // Removals are sent last, because the other requests need the entities.
  const isRemoval = ({ subject }: { subject: string }) => subject.endsWith('.remove');
  for (const request of requests.filter((request) => !isRemoval(request))) await send(request, '200');
  const removals = requests.filter(isRemoval);
  assert.is(removals.length, services.length);
  for (const request of removals) await send(request, '200');
  for (const request of requests.filter(({ subject }) => subject.endsWith('.get')))
    await send(request, '404');
});
exampleRequests.after(close);
exampleRequests.run();

/** Resolves a schema that is a reference. Returns any other schema unchanged. */
function resolve(schema: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  const { $ref } = z.object({ $ref: z.string().optional() }).parse(schema);
  const name = $ref?.split('/').at(-1) ?? '';
  return $ref === undefined ? schema : schemas[name];
}

function requiredOf(schema: unknown): string[] {
  return z.object({ required: z.array(z.string()) }).parse(schema).required;
}

/** Returns the field names of a schema. */
function fieldsOf(schema: unknown, schemas: Readonly<Record<string, unknown>>): string[] {
  const Fields = z.object({ properties: z.record(z.string(), z.unknown()) });
  return Object.keys(Fields.parse(resolve(schema, schemas)).properties);
}

/** Returns the tags of a page that are not closed, or are closed in the wrong order. */
function findUnclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, tag = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (['meta', 'link', 'br', 'img'].includes(tag)) continue;
    if (slash === '') open.push(tag);
    else if (open.at(-1) === tag) open.pop();
    else return [...open, `/${tag}`];
  }
  return open;
}

function unescape(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
