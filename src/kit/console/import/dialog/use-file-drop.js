import { useEffect, useRef, useState } from '../../vendor/preact.js';

/**
 * Receives files that are dropped anywhere on the page, which the browser would leave to show the file. Returns whether some are
 * over it.
 *
 * @param {(files: FileList) => void} onFiles
 */
export function useFileDrop(onFiles) {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    /** @param {'dragover' | 'dragleave' | 'drop'} type @param {(event: DragEvent) => void} handle */
    const on = (type, handle) =>
      addEventListener(
        type,
        (event) => {
          if (!event.dataTransfer?.types.includes('Files')) return;
          event.preventDefault();
          handle(event);
        },
        { signal },
      );
    on('dragover', () => setOver(true));
    on('dragleave', ({ relatedTarget }) => setOver((before) => before && relatedTarget !== null));
    on('drop', ({ dataTransfer }) => {
      setOver(false);
      if (dataTransfer !== null) latest.current(dataTransfer.files);
    });
    return () => controller.abort();
  }, []);
  return isOver;
}
