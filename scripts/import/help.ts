export const help = `npm run import -- FILE [FILE …]

Reads laptops and ports from tables or JSON files and publishes them as events. Invalid rows are reported and skipped.
Importing a file again creates no duplicates, and existing values are never overwritten.

A laptop has id, title, model and optionally ports (port ids, separated by spaces). A port has id and name:

  id,title,model,ports                    {"id":1,"title":"Lenovo","model":"S3","ports":[1,3]}
  1,Lenovo,S3,1 3                         {"id":1,"name":"USB-C"}

The first line of a table names its columns. A JSON file is an array or has one object on each line (NDJSON), and may
contain both laptops and ports.

  FILE                     a CSV file (.csv, .tsv, .txt), a JSON file (.json, .ndjson, .jsonl) or an Excel workbook
                           (.xlsx), also compressed with gzip (.csv.gz); - reads standard input and requires --format

What the file contains:
  --map TARGET=COLUMN,…    columns with other names, for example --map title=Company,model=Product. #3 is the third
                           column; an empty name (ports=) ignores a column. A column such as laptop_ID is the id of a laptop
  --ignore-unknown-columns import files with further columns
  --header-line N          the line of a table that names the columns; default: the first one that is not empty
  --sheet NAME|N           the sheet of a workbook; default: the first visible one
  --encoding NAME          encoding of text files without a byte order mark, for example windows-1252; default utf-8.
                           If utf-8 is named, only the rows that are not UTF-8 are rejected, not the file
  --delimiter CHARACTER    field delimiter of CSV files (\\t for a tab); default: found out
  --format csv|json|xlsx   format of all files; default: by file extension. ndjson is the same as json

What happens:
  --dry-run                show the first rows as they would be stored and all errors; needs no broker
  --all-errors             show all errors, not only the first 20 of each file
  --concurrency N          maximum number of rows in flight; default 2000
  --give-up-after SECONDS  time limit for retries while the broker is unavailable; default 30

Rows that are not stored are written to FILE.rejected.csv (of a JSON file, FILE.rejected.ndjson) with the line and the reason.
Correct them there and import that file with the same options. If it exists, it is kept as FILE.rejected.csv.bak.

Environment:
  NATS_URL                 URL of the broker; default nats://localhost:4222
  NATS_CREDS, NATS_NKEY, NATS_CA, NATS_CERT, NATS_KEY, NATS_INBOX_PREFIX
                           credentials and TLS: see docs/security.md

Exit codes: 0 if all rows are stored, 1 if some are not, 2 if the command line is invalid, 130 after Ctrl-C.
`;
