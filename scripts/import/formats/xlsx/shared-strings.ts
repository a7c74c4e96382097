import { readXml } from './xml.ts';

/** Reads the texts that cells refer to by their number. */
export async function readSharedStrings(bytes: AsyncIterable<Uint8Array>): Promise<string[]> {
  const strings: string[] = [];
  const text = createTextReader();
  await readXml(bytes, {
    open(name) {
      if (name === 'si') text.take();
      text.open(name);
    },
    text: text.text,
    close(name) {
      text.close(name);
      if (name === 'si') strings.push(text.take());
    },
  });
  return strings;
}

/** Collects the text of `t` elements, which may be several with their own fonts. Phonetic text (`rPh`) is not part of it. */
export function createTextReader() {
  let text = '';
  let isText = false;
  let isPhonetic = false;
  return {
    open(name: string) {
      if (name === 't') isText = true;
      if (name === 'rPh') isPhonetic = true;
    },
    text(part: string) {
      if (isText && !isPhonetic) text += part;
    },
    close(name: string) {
      if (name === 't') isText = false;
      if (name === 'rPh') isPhonetic = false;
    },
    /** Returns the text and begins a new one. Characters that XML cannot contain are written as `_x000D_`. */
    take(): string {
      const taken = text.replace(/_x([0-9A-F]{4})_/g, (_, hex: string) =>
        String.fromCharCode(parseInt(hex, 16)),
      );
      text = '';
      return taken;
    },
  };
}
