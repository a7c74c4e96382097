/** The AsyncAPI document: the official parser accepts it, it says what the services do, and the page shows all of it. */

import { readFileSync } from 'node:fs';
import { Svcm } from '@nats-io/services';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { Rejection } from '../../src/kit/domain/decider.ts';
import { listShapes } from '../../src/kit/api/event-shapes.ts';
import { contentSecurityPolicy } from '../../src/kit/http/docs/html.ts';
import { laptopEvents } from '#contracts/laptops';
import { portEvents } from '#contracts/ports';
import { AsyncApi, validateAsyncApi } from '../support/contract/asyncapi.ts';
import { startTestSystem } from '../support/process/system.ts';

const { connection, start, close } = await startTestSystem();

const services = await Promise.all(
  [
    // The port that a laptop is fitted with has to be there.
    { name: 'ports', read: portEvents.read, shapes: listShapes(portEvents) },
    { name: 'laptops', read: laptopEvents.read, shapes: listShapes(laptopEvents) },
  ].map(async (service) => {
    const replica = await start(service.name);
    const answer = await replica.get('/asyncapi.json');
    const page = await replica.get('/docs/events');
    return { ...service, replica, answer, page, document: AsyncApi.parse(answer.body) };
  }),
);

for (const { name, read, shapes, replica, answer, page, document } of services) {
  const { channels, operations, components } = document;

  const describing = suite(`the AsyncAPI document of ${name}`);

  describing('is accepted by the official parser, without a warning', async () => {
    assert.is(answer.headers.get('Content-Type'), 'application/json; charset=utf-8');
    assert.equal(await validateAsyncApi(answer.body), [[]]);
  });
  describing('which refuses one that is wrong', async () => {
    const { events } = channels;
    const { problem } = components.messages;
    const lost = { action: 'send', channel: { $ref: '#/channels/no' } };
    const misshapen = { ...problem, payload: { type: 'nothing' } };
    const said = await validateAsyncApi(
      { ...document, operations: { ...operations, lost } },
      { ...document, channels: { ...channels, events: { ...events, parameters: {} } } },
      {
        ...document,
        components: { ...components, messages: { ...components.messages, problem: misshapen } },
      },
    );
    assert.is(said.length, 3);
    for (const diagnostics of said) assert.ok(diagnostics.length > 0);
  });
  describing('has every event in every version, with examples that the service reads', () => {
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
  describing('has the stream as its file defines it', () => {
    const file = readFileSync(new URL(`../../streams/${name}.json`, import.meta.url), 'utf8');
    assert.is(channels['events']?.address, `${name}.events.{id}`);
    assert.equal(channels['events']?.['x-jetstream'], JSON.parse(file));
  });
  describing('has the commands and queries that the services framework lists, and no others', async () => {
    const infos = [];
    for await (const info of await new Svcm(connection.nc).client().info(name)) infos.push(info);
    assert.is(infos.length, 1);
    const listed = infos[0]?.endpoints.filter(({ subject }) => subject !== `${name}.status`) ?? [];
    const requests = Object.values(operations).filter(({ reply }) => reply !== undefined);
    assert.equal(
      requests.map(({ channel }) => channels[channel.$ref.split('/').at(-1) ?? '']?.address),
      listed.map(({ subject }) => subject),
    );
    for (const { bindings } of requests) assert.is(bindings?.nats.queue, listed[0]?.queue_group);
  });
  describing.run();

  const showing = suite(`the page of the events of ${name}`);

  showing('is whole HTML, under the policy of all pages', () => {
    assert.is(page.status, 200);
    assert.is(page.headers.get('Content-Type'), 'text/html; charset=utf-8');
    assert.is(page.headers.get('Content-Security-Policy'), contentSecurityPolicy);
    assert.equal(findUnclosed(page.text), []);
  });
  showing('needs no script and no style that the policy refuses, and loads only what is there', async () => {
    assert.not.match(page.text, /<script|<style|<iframe|<object|\sstyle=|\son[a-z]+=|javascript:/i);
    const targets = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target);
    assert.ok(targets.includes('/docs/events.css') && targets.includes('/asyncapi.json'));
    for (const target of targets) {
      assert.match(target, /^\/[^/]/);
      assert.is((await replica.get(target)).status, 200, target);
    }
  });
  showing('names every message, every field and every address, with the examples', () => {
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
  showing('is found from the page of the REST API, and in its document', async () => {
    assert.match((await replica.get('/docs')).text, 'href="/docs/events"');
    assert.match((await replica.get('/openapi.json')).text, '"/asyncapi.json"');
  });
  showing('who has it already gets 304', async () => {
    const headers = { 'If-None-Match': page.headers.get('ETag') ?? '' };
    assert.is((await replica.get('/docs/events', { headers })).status, 304);
  });
  showing.run();
}

const asking = suite('the requests of the documents');

asking('are carried out as they stand, and replied to as the documents say', async () => {
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
  const ask = async (
    { subject, payload, good, problem, schemas }: (typeof requests)[number],
    expected: string,
  ) => {
    const got = await connection.nc.request(subject, JSON.stringify(payload), { timeout: 10_000 });
    assert.is(got.headers?.get('Nats-Service-Error-Code') || '200', expected, `${subject} ${got.string()}`);
    const replied = expected === '200' ? good : problem;
    for (const value of [got.json(), replied?.examples[0]?.payload])
      assert.equal(Object.keys(Object(value)), requiredOf(resolve(replied?.payload, schemas)), subject);
    assert.ok(fieldsOf(replied?.headers, schemas).every((header) => got.headers?.has(header)));
  };
  // What is removed cannot be asked for.
  const isRemoval = ({ subject }: { subject: string }) => subject.endsWith('.remove');
  for (const request of requests.filter((request) => !isRemoval(request))) await ask(request, '200');
  const removals = requests.filter(isRemoval);
  assert.is(removals.length, services.length);
  for (const request of removals) await ask(request, '200');
  for (const request of requests.filter(({ subject }) => subject.endsWith('.get'))) await ask(request, '404');
});
asking.run();

const cleaning = suite('in the end');
cleaning('nothing is left', close);
cleaning.run();

/** The schema that one refers to, or is. */
function resolve(schema: unknown, schemas: Readonly<Record<string, unknown>>): unknown {
  const { $ref } = z.object({ $ref: z.string().optional() }).parse(schema);
  const name = $ref?.split('/').at(-1) ?? '';
  return $ref === undefined ? schema : schemas[name];
}

function requiredOf(schema: unknown): string[] {
  return z.object({ required: z.array(z.string()) }).parse(schema).required;
}

/** The names of a schema's fields. */
function fieldsOf(schema: unknown, schemas: Readonly<Record<string, unknown>>): string[] {
  const Fields = z.object({ properties: z.record(z.string(), z.unknown()) });
  return Object.keys(Fields.parse(resolve(schema, schemas)).properties);
}

/** The tags of a page that are not closed in their order. */
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
