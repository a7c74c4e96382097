import { useEffect, useState } from '../../vendor/preact.js';

/**
 * Receives files that are dropped anywhere on the page. Returns whether some are over it.
 *
 * @param {(files: FileList) => void} onFiles @param {boolean} isEnabled otherwise the browser would leave the page to show the file
 */
export function useFileDrop(onFiles, isEnabled) {
  const [isOver, setOver] = useState(false);
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
    on('dragover', () => setOver(isEnabled));
    on('dragleave', ({ relatedTarget }) => setOver((before) => before && relatedTarget !== null));
    on('drop', ({ dataTransfer }) => {
      setOver(false);
      if (isEnabled && dataTransfer !== null) onFiles(dataTransfer.files);
    });
    return () => controller.abort();
  }, [isEnabled]);
  return isOver;
}
