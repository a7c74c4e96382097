import { EventEmitter } from 'node:events';

/** Returns service options that emit each log line about `stream` on `lines`: its message as event, its fields as argument. */
export function followLog(stream: string) {
  const lines = new EventEmitter();
  return {
    lines,
    env: { LOG_LEVEL: 'info' },
    onLine(line: string) {
      const entry = JSON.parse(line);
      if (entry.stream === stream) lines.emit(entry.msg, entry);
    },
  };
}
