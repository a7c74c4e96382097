/** Names that the kit uses itself, by what they are. */

export const queryParameters: readonly string[] = ['limit', 'after', 'asOf', 'sort', 'cursor'];
export const clientMethods: readonly string[] = [
  'list',
  'get',
  'asOf',
  'history',
  'rejections',
  'follow',
  'patch',
  'then',
];
/** The method of the client that adds many entities: `addMany` for `add`. */
export function manyOf(verb: string): string {
  return `${verb}Many`;
}

export const contextFields: readonly string[] = ['now', 'actor', 'find'];
export const replyFields: readonly string[] = ['position', 'next', 'cursor'];
export const natsQueries: readonly string[] = ['get', 'list', 'history', 'digest'];
/** The ids of schemas that the API documents of every service have. */
export const schemaIds: readonly string[] = ['Problem', 'RejectedMessage', 'Status'];
/** What `GET` operations of every service return: `getStatus`. */
export const operationNouns: readonly string[] = ['page', 'problem', 'status'];
