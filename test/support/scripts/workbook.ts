/** Creates .xlsx workbooks as Excel stores them. */

import { strToU8, zipSync } from 'fflate';

export type Sheet = {
  readonly name: string;
  readonly state?: 'visible' | 'hidden';
  /** The XML of the rows. */
  readonly rows: string;
};

export type WorkbookContent = {
  readonly sheets: readonly Sheet[];
  /** The XML of each shared text, inside `si`. */
  readonly strings?: readonly string[];
  /** Number formats by their ids, from 164. */
  readonly formats?: Readonly<Record<number, string>>;
  /** The id of the number format of each cell style. */
  readonly styles?: readonly number[];
  readonly date1904?: boolean;
};

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export function createWorkbook({
  sheets,
  strings = [],
  formats = {},
  styles = [0],
  date1904 = false,
}: WorkbookContent): Uint8Array {
  const parts: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}"><workbookPr date1904="${date1904 ? 1 : 0}"/><sheets>${sheets
      .map(
        ({ name, state }, index) =>
          `<sheet name="${name}" sheetId="${index + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${index + 1}"/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${sheets
      .map((_, index) => `<Relationship Id="rId${index + 1}" Target="worksheets/sheet${index + 1}.xml"/>`)
      .join('')}</Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts>${Object.entries(formats)
      .map(([id, code]) => `<numFmt numFmtId="${id}" formatCode="${code}"/>`)
      .join(
        '',
      )}</numFmts><cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs>${styles.map((id) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs></styleSheet>`,
    'xl/sharedStrings.xml': `<sst xmlns="${main}">${strings.map((xml) => `<si>${xml}</si>`).join('')}</sst>`,
  };
  for (const [index, { rows }] of sheets.entries())
    parts[`xl/worksheets/sheet${index + 1}.xml`] =
      `<?xml version="1.0"?><worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`;
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])));
}
