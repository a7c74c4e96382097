/** Renders the AsyncAPI document as an HTML page without scripts. */

import {
  nameOf,
  type AsyncApiDocument,
  type AsyncChannel,
  type AsyncMessage,
  type AsyncOperation,
} from '../../api/events/asyncapi-document.ts';
import type { JsonSchema } from '../../api/events/event-shapes.ts';
import { escapeHtml, renderPage, renderText } from './html.ts';
import { renderSchemaTable } from './schema-table.ts';

type Schemas = AsyncApiDocument['components']['schemas'];

/** Served as a file, because the content security policy forbids inline styles. */
export const eventsPageStyle = `body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
h2 { margin-top: 3rem; border-bottom: 1px solid; }
article { margin: 1.5rem 0; padding: 0 1rem 1rem; border: 1px solid #8888; border-radius: 0.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; overflow-wrap: anywhere; }
pre { padding: 0.75rem; overflow: auto; background: #8882; border-radius: 0.25rem; }
table { width: 100%; margin: 1rem 0; border-collapse: collapse; }
caption { text-align: left; font-weight: bold; }
th, td { padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; font-weight: normal; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } body { background: #111; color: #eee; } }
`;

export function renderEventsPage(document: AsyncApiDocument): string {
  const { info, channels, operations } = document;
  const requests = Object.values(operations).filter(({ reply }) => reply !== undefined);
  const requestChannels = new Set(
    requests.flatMap(({ channel, reply }) => [channel, reply?.channel]).map((ref) => ref && nameOf(ref)),
  );
  const published = Object.entries(channels).filter(([name]) => !requestChannels.has(name));
  return renderPage({
    title: info.title,
    head: `<link rel="icon" type="image/png" href="/docs/favicon.png">
<link rel="stylesheet" href="/docs/events.css">
`,
    body: `<header>
<h1>${escapeHtml(info.title)}</h1>
<p>${renderText(info.description)}</p>
<p>Version ${escapeHtml(info.version)}. <a href="/asyncapi.json">The AsyncAPI document</a> is the machine-readable version.</p>
</header>
<nav><a href="/docs">The REST API</a> · <a href="/problems">All problems</a></nav>
<main>
${published.map(([, channel]) => renderPublished(channel, document)).join('')}<section>
<h2>Commands and queries</h2>
${requests.map((operation) => renderRequest(operation, document)).join('')}</section>
</main>
`,
  });
}

function renderPublished(channel: AsyncChannel, document: AsyncApiDocument): string {
  const stream = channel['x-jetstream'];
  const messages = messagesOf(channel, document);
  const { schemas } = document.components;
  return `<section>
<h2>${escapeHtml(channel.title)}</h2>
<p><code>${escapeHtml(channel.address ?? '')}</code></p>
<p>${renderText(channel.description)}</p>
${stream === undefined ? '' : `<details><summary>The stream</summary>${renderJson(stream)}</details>\n`}${renderHeaders(messages, schemas)}${messages
    .map(
      ({ title, summary, payload, examples }) => `<article>
<h3>${escapeHtml(title)}</h3>
<p>${renderText(summary)}</p>
${renderPayload(payload, examples, schemas)}</article>
`,
    )
    .join('')}</section>
`;
}

/** Renders each distinct headers table once: most messages have the same headers. */
function renderHeaders(messages: readonly AsyncMessage[], schemas: Schemas): string {
  return [...new Set(messages.map(({ headers }) => renderSchemaTable('Headers', headers, schemas)))].join('');
}

function renderRequest({ channel, reply, bindings }: AsyncOperation, document: AsyncApiDocument): string {
  const requestChannel = document.channels[nameOf(channel)];
  const replyChannel = reply && document.channels[nameOf(reply.channel)];
  if (requestChannel === undefined || replyChannel === undefined) return '';
  const queue =
    bindings === undefined
      ? ''
      : ` The replicas form the queue group <code>${escapeHtml(bindings.nats.queue)}</code>.`;
  const { schemas } = document.components;
  const parts = [...messagesOf(requestChannel, document), ...messagesOf(replyChannel, document)].map(
    (message) => `<h4>${escapeHtml(message.title)}</h4>
${renderHeaders([message], schemas)}${renderPayload(message.payload, message.examples, schemas)}`,
  );
  return `<article>
<h3><code>${escapeHtml(requestChannel.address ?? '')}</code></h3>
<p>${renderText(requestChannel.title)}. ${renderText(requestChannel.description)}${queue}</p>
${parts.join('')}</article>
`;
}

function renderPayload(payload: JsonSchema, examples: AsyncMessage['examples'], schemas: Schemas): string {
  const renderedExamples = examples.map((example) => renderJson(example.payload));
  return renderSchemaTable('Payload', payload, schemas) + renderedExamples.join('');
}

function messagesOf({ messages }: AsyncChannel, { components }: AsyncApiDocument): AsyncMessage[] {
  return Object.values(messages).flatMap((reference) => components.messages[nameOf(reference)] ?? []);
}

function renderJson(value: unknown): string {
  return `<pre><code>${escapeHtml(JSON.stringify(value, null, 2))}</code></pre>\n`;
}
