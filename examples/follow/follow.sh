#!/usr/bin/env bash
# Follows the events of all laptops and resumes after a restart or crash. A file stores the position.
set -euo pipefail

help='npm run example:shell [-- --help]

Prints the position, subject and payload of every stored laptop event, and then of new ones, until Ctrl-C. The next run
resumes after the last printed event. After a crash, that event may be printed again.

NATS_URL        URL of the broker; default nats://localhost:4222
POSITION_FILE   file that stores the position; default data/example-shell.position
NATS            path of the nats CLI; default nats
'
case "${1:-}" in -h | --help) printf '%s' "$help"; exit ;; esac

file=${POSITION_FILE:-data/example-shell.position}
nats=${NATS:-nats}
mkdir -p "$(dirname "$file")"

"$nats" stream info LAPTOPS >/dev/null || { echo "cannot follow the laptops: is \`npm start\` running?" >&2; exit 1; }

# Ctrl-C also reaches the CLI, but a signal sent only to this process does not.
trap 'kill "${!:-}" 2>/dev/null || true; exit 0' INT TERM

# The CLI writes each message as a JSON object with base64 data, followed by a NUL byte. The reply subject contains the
# position. The fields are parsed in bash, because starting a program for each message would be slow for a long stream.
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
    # Written atomically, so that a crash leaves either the old or the new position.
    echo "$position" >"$file.new"
    mv "$file.new" "$file"
  done < <("$nats" sub --stream LAPTOPS --start-sequence $((last + 1)) --count 200 --dump=- 'laptops.events.*' 2>/dev/null)
  # 200 messages at a time: with a slow reader and a long stream, nats 0.5.0 stops silently after 750 messages.
  # If no message was read, the broker is unreachable.
  [[ $last != $(cat "$file" 2>/dev/null || echo 0) ]] || sleep 1
done
