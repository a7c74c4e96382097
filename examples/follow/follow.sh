#!/usr/bin/env bash
# Follows the laptops' log and goes on where it stopped, also after a kill: a file keeps the place.
set -euo pipefail

help='npm run example:shell [-- --help]

Prints every event of the laptops log, from the first one on, and then what comes: position, subject, event. Ctrl-C ends
it; the next run goes on after the last event that was printed. After a kill, that event may be printed again.

NATS_URL        the broker; default nats://localhost:4222
POSITION_FILE   keeps the place; default data/example-shell.position
NATS            the nats command line; default nats
'
case "${1:-}" in -h | --help) printf '%s' "$help"; exit ;; esac

file=${POSITION_FILE:-data/example-shell.position}
nats=${NATS:-nats}
mkdir -p "$(dirname "$file")"

"$nats" stream info LAPTOPS >/dev/null || { echo "cannot follow the laptops: is \`npm start\` running?" >&2; exit 1; }

# Ctrl-C reaches the CLI as well; a signal to this process alone does not.
trap 'kill "${!:-}" 2>/dev/null || true; exit 0' INT TERM

# A message is one JSON object with its data in base64, and ends with a NUL byte; the reply subject holds its position.
# No program is started where bash itself can do it: a log may be long.
field() { [[ $message =~ \"$1\":\"([^\"]*)\" ]] && value=${BASH_REMATCH[1]} || value=; }

while true; do
  last=$(cat "$file" 2>/dev/null || echo 0)
  while IFS= read -r -d '' message; do
    field Reply
    IFS=. read -ra tokens <<<"$value"
    position=${tokens[$((${#tokens[@]} == 9 ? 5 : 7))]}
    field Subject
    subject=$value
    field Data
    printf '%s %s %s\n' "$position" "$subject" "$(base64 -d <<<"$value" | tr '\n' ' ')"
    # Written beside and renamed: a kill leaves the old place or the new one, never half of one.
    echo "$position" >"$file.new"
    mv "$file.new" "$file"
  done < <("$nats" sub --stream LAPTOPS --start-sequence $((last + 1)) --count 200 --dump=- 'laptops.events.*' 2>/dev/null)
  # 200 at a time: held up by its reader in a long log, nats 0.5.0 has stopped after 750 messages without a word.
  # When it has read nothing at all, the broker is away.
  [[ $last != $(cat "$file" 2>/dev/null || echo 0) ]] || sleep 1
done
