/** What a PromQL expression asks for: enough of the language to find out whether that exists. */

/** A metric with the labels that the expression names for it. */
export type Query = {
  readonly metrics: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** Labels that are grouped by or matched on, whichever metric they belong to. */
  readonly groupings: readonly string[];
};

/** Whatever else stands in an expression as a word; a function that is missing here is taken for a metric. */
const words: ReadonlySet<string> = new Set(
  'absent clamp_min count histogram_quantile increase label_values max rate sum time and or unless bool offset'.split(
    ' ',
  ),
);

export function parseQuery(expression: string): Query {
  const groupings: string[] = [];
  const metrics: { name: string; labels: string[] }[] = [];
  const rest = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(
      /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g,
      (_all, list: string) => {
        groupings.push(...(list.match(/\w+/g) ?? []));
        return '';
      },
    )
    .replaceAll(/label_values\((\w+), (\w+)\)/g, '$1{$2=""}');
  for (const [, name = '', labels = ''] of rest.matchAll(/\b([A-Za-z_]\w*)\b(?:\s*\{([^}]*)\})?/g)) {
    if (words.has(name)) continue;
    metrics.push({ name, labels: Array.from(labels.matchAll(/(\w+)\s*[=!]/g), ([, label = '']) => label) });
  }
  return { metrics, groupings };
}
