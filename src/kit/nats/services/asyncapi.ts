/** Generates the AsyncAPI 3.0 document of a service's NATS API from the schemas that validate its messages. */

import {
  refer,
  type AsyncApiDocument,
  type AsyncChannel,
  type AsyncMessage,
  type AsyncOperation,
} from '../../api/events/asyncapi-document.ts';
import type { DomainEvent } from '../../domain/decider.ts';
import { isTextId, type IdType } from '../../domain/id-type.ts';
import type { EventSchema } from '../../domain/event-schema.ts';
import type { Nouns } from '../../domain/service/nouns.ts';
import { listShapes } from '../../api/events/event-shapes.ts';
import {
  describeEvent,
  describeProblem,
  describeRejection,
  describeReply,
  describeRequest,
  nameEvent,
} from './asyncapi-messages.ts';
import { createSchemas } from './asyncapi-schemas.ts';
import type { Endpoint } from './endpoints.ts';
import { defaultQueueGroup } from './framework/protocol.ts';
import { rejectionNames } from '../rejections/names.ts';
import type { StreamDefinition } from '../provisioning/provisioning.ts';

export type AsyncApiOptions<Event extends DomainEvent> = {
  readonly title: string;
  /** The service's name: `laptops`. */
  readonly name: string;
  readonly nouns: Nouns;
  readonly id: IdType;
  readonly version: string;
  readonly events: EventSchema<Event>;
  readonly endpoints: readonly Endpoint[];
  readonly stream: StreamDefinition;
};

/** Channels, operations and messages by name, of the events or of one endpoint. */
type Part = Pick<AsyncApiDocument, 'channels' | 'operations'> & { messages: Record<string, AsyncMessage> };

const problem = 'problem';

export function describeNatsApi<Event extends DomainEvent>(
  options: AsyncApiOptions<Event>,
): AsyncApiDocument {
  const { title, name, version, endpoints } = options;
  const schemas = createSchemas();
  const parts = [
    describeEvents(options, schemas),
    describeRejections(options, schemas),
    ...endpoints.map((endpoint) => describeEndpoint(name, endpoint, schemas)),
  ];
  const messages = Object.assign({}, ...parts.map((part) => part.messages));
  return {
    asyncapi: '3.0.0',
    info: {
      title,
      version,
      description:
        `The events, commands and queries of the ${name} service. The events are the state of the service: clients can ` +
        'subscribe to them and publish them. Commands and queries are the operations of the REST API over NATS.',
    },
    defaultContentType: 'application/json',
    servers: { nats: describeServer() },
    channels: Object.assign({}, ...parts.map(({ channels }) => channels)),
    operations: Object.assign({}, ...parts.map(({ operations }) => operations)),
    components: { messages: { ...messages, [problem]: describeProblem(schemas) }, schemas: schemas.named },
  };
}

function describeServer() {
  return {
    host: '{host}:{port}',
    protocol: 'nats',
    description: 'A nats-server with JetStream, 2.12 or newer.',
    variables: {
      host: { default: 'localhost', description: 'Host name of the server.' },
      port: { default: '4222', description: 'TCP port of the server.' },
    },
  };
}

function describeEvents<Event extends DomainEvent>(
  { name, nouns: { noun, plural }, id, events, stream }: AsyncApiOptions<Event>,
  schemas: ReturnType<typeof createSchemas>,
): Part {
  const shapes = listShapes(events);
  const channelMessage = (message: string) => refer('channels', 'events', 'messages', message);
  const channel: AsyncChannel = {
    address: `${name}.events.{id}`,
    title: `The events of one ${noun}`,
    description:
      `All changes of all ${plural}, with one subject per ${noun}, stored in the stream ${stream.name}. ` +
      `Subscribe to \`${name}.events.*\` to receive all of them. \`type\` is the event type and \`v\` the version of its ` +
      'schema (default 1). Fields that are not documented here are ignored. JetStream stores any message; the service ' +
      `rejects messages that are not valid events or cannot follow the previous events of the ${noun}, announces them on ` +
      `\`${name}.rejections.{id}\`, and lists them at /${name}/rejections.`,
    parameters: { id: describeIdParameter(noun, id) },
    messages: Object.fromEntries(
      shapes.map(nameEvent).map((message) => [message, refer('components', 'messages', message)]),
    ),
    'x-jetstream': stream,
  };
  return {
    channels: { events: channel },
    operations: {
      appendEvents: {
        action: 'send',
        channel: refer('channels', 'events'),
        title: 'Append events',
        summary: 'The service publishes an event for every change that a client requests over REST or NATS.',
        messages: shapes
          .filter(({ isCurrent }) => isCurrent)
          .map(nameEvent)
          .map(channelMessage),
      },
      foldEvents: {
        action: 'receive',
        channel: refer('channels', 'events'),
        title: 'Follow events',
        summary:
          'Every replica reads all events, including those published by clients, and serves requests from the resulting state.',
        messages: shapes.map(nameEvent).map(channelMessage),
      },
    },
    messages: Object.fromEntries(shapes.map((shape) => [nameEvent(shape), describeEvent(schemas, shape)])),
  };
}

function describeIdParameter(noun: string, id: IdType) {
  return {
    description: `The id of the ${noun}: ${id.description}.`,
    examples: [isTextId(id) ? id.example : '42'],
  };
}

function describeRejections<Event extends DomainEvent>(
  { name, nouns: { noun }, id, stream }: AsyncApiOptions<Event>,
  schemas: ReturnType<typeof createSchemas>,
): Part {
  const message = 'rejection';
  return {
    channels: {
      rejections: {
        address: `${name}.rejections.{id}`,
        title: `The rejected messages of one ${noun}`,
        description:
          `Each rejected message on \`${name}.events.{id}\` is announced here, to tell its publisher what is wrong with it. ` +
          `Subscribe to \`${name}.rejections.>\` to receive all of them. An announcement is sent once, also if the replicas read ` +
          `the events again. The newest announcements are in the stream ${rejectionNames(name, stream.name).stream}.`,
        parameters: { id: describeIdParameter(noun, id) },
        messages: { [message]: refer('components', 'messages', message) },
      },
    },
    operations: {
      announceRejections: {
        action: 'send',
        channel: refer('channels', 'rejections'),
        title: 'Announce rejected messages',
        summary: 'The broker publishes an announcement once the first replica has stored it.',
        messages: [refer('channels', 'rejections', 'messages', message)],
      },
    },
    messages: { [message]: describeRejection(schemas) },
  };
}

function describeEndpoint(
  service: string,
  endpoint: Endpoint,
  schemas: ReturnType<typeof createSchemas>,
): Part {
  const { name, summary, isForEveryReplica = false } = endpoint;
  const replies = `${name}.reply`;
  const [request, reply] = [describeRequest(schemas, endpoint), describeReply(schemas, endpoint)];
  const asMessages = (...names: readonly string[]) =>
    Object.fromEntries(names.map((message) => [message, refer('components', 'messages', message)]));
  const operation: AsyncOperation = {
    action: 'receive',
    channel: refer('channels', name),
    title: name,
    summary: `${summary}.`,
    messages: [refer('channels', name, 'messages', request.name)],
    reply: {
      channel: refer('channels', replies),
      messages: [reply.name, problem].map((message) => refer('channels', replies, 'messages', message)),
    },
    ...(!isForEveryReplica && {
      bindings: { nats: { queue: defaultQueueGroup, bindingVersion: '0.1.0' } },
    }),
  };
  return {
    channels: {
      [name]: {
        address: `${service}.${name}`,
        title: summary,
        description:
          `${isForEveryReplica ? 'Every replica' : 'One of the replicas'} replies to each request. If no replica is ` +
          'running, NATS returns "no responders" immediately.',
        messages: asMessages(request.name),
      },
      [replies]: {
        address: null,
        title: `The reply to ${name}`,
        description: 'The reply subject of the request, which the client chooses.',
        messages: asMessages(reply.name, problem),
      },
    },
    operations: { [name]: operation },
    messages: { [request.name]: request, [reply.name]: reply },
  };
}
