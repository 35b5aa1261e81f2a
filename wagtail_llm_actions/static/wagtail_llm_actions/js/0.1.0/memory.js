/** What an editor did in a card and has not saved: it outlives a reload. */

// Whether the server has sent the browser here after a save; a form with errors comes without.
function isAfterSave() {
  const [entry] = performance.getEntriesByType('navigation');
  return /** @type {PerformanceNavigationTiming} */ (entry)?.redirectCount > 0;
}

/** @type {LLMActions.CreateMemories} */
export function createMemories(form) {
  const isSaved = isAfterSave();
  return (key) => {
    const slot = `llm-actions:${form}:${key}`;
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
