/**
 * What an editor did in the card of a field and has not saved, so that it outlives a reload and a
 * save that the form's errors prevented. It stays in this window, and the server is asked again for
 * the runs, so that nobody sees one by it.
 */

/**
 * Whether the server has sent the browser here after a save; a form with errors comes without.
 */
function isAfterSave() {
  const [entry] = performance.getEntriesByType('navigation');
  return /** @type {PerformanceNavigationTiming} */ (entry)?.redirectCount > 0;
}

/**
 * @param {string} form - tells the edit form from others
 * @returns {(path: string) => LLMActions.Memory} of the field with a path
 */
export function createMemories(form) {
  const isSaved = isAfterSave();
  return (path) => {
    const slot = `llm-actions:${form}:${path}`;
    const forget = () => sessionStorage.removeItem(slot);
    return {
      read() {
        const stored = JSON.parse(sessionStorage.getItem(slot) ?? '{}');
        // What was accepted is part of what was saved: the way back is the object's history now.
        return isSaved ? { ...stored, accepted: undefined } : stored;
      },

      write(content) {
        try {
          sessionStorage.setItem(slot, JSON.stringify(content));
        } catch {
          // There is no room left, and a text that is too old would be worse than none.
          forget();
        }
      },

      forget,
    };
  };
}
