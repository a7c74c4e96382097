/** Shows what the setup is doing: in place on a terminal, as plain lines elsewhere. */

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 10_000;

/**
 * @typedef {object} Step
 * @property {(detail: string) => void} update a word on how far it is, for instance "40 %"
 * @property {(result: string) => void} end
 */
/**
 * @typedef {object} Progress
 * @property {(line: string) => void} say
 * @property {(label: string) => Step} begin
 */
/**
 * @typedef {object} Output
 * @property {(text: string) => unknown} write
 * @property {boolean} [isTTY]
 * @property {number} [columns]
 */

/**
 * @param {Output} output
 * @returns {Progress}
 */
export function createProgress(output) {
  const inPlace = output.isTTY === true;
  const write = (/** @type {string} */ line) => output.write(`${inPlace ? '\r\x1b[2K' : ''}setup: ${line}\n`);

  return {
    say: write,
    begin(label) {
      const startedAt = performance.now();
      const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      let detail = '';
      const show = () => {
        const line = `${label} … ${[detail, elapsed()].filter((part) => part !== '').join(', ')}`;
        if (inPlace) output.write(`\r\x1b[2K${`setup: ${line}`.slice(0, (output.columns || 80) - 1)}`);
        else write(line);
      };
      if (inPlace) show();
      else write(`${label} …`);
      const timer = setInterval(show, inPlace ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS);
      timer.unref();
      return {
        update(text) {
          detail = text;
        },
        end(result) {
          clearInterval(timer);
          write(`${label}: ${result} (${elapsed()})`);
        },
      };
    },
  };
}
