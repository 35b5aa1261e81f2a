/**
 * What the writers of converted kinds share: they ask the server for the value of a text, and show
 * what it says.
 */

/** A text that is being edited is asked for once there was no change for so long. */
const SETTLE_MS = 250;

/** What the preview shows of the server's HTML: these elements, without their attributes. */
const ELEMENTS = new Set(
  'P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE B I S SUP SUB CODE BR HR'.split(' '),
);

/**
 * Builds what an editor sees of a formatted text. Nothing else of the HTML reaches the document.
 *
 * @param {string} html
 * @returns {Node[]}
 */
export function preview(html) {
  /**
   * @param {Node} node
   * @returns {Node[]}
   */
  function copy(node) {
    if (node instanceof Text) return [document.createTextNode(node.data)];
    if (!(node instanceof Element)) return [];
    const children = Array.from(node.childNodes).flatMap(copy);
    const link = node.getAttribute('href') ?? '';
    const name = { A: 'u', EMBED: 'em' }[node.tagName];
    if (!name && !ELEMENTS.has(node.tagName)) return children;
    const element = document.createElement(name ?? node.tagName);
    element.append(...children);
    if (link) element.title = link;
    if (name === 'em') element.textContent = node.getAttribute('alt') || node.getAttribute('url');
    return [element];
  }
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  return Array.from(body.childNodes).flatMap(copy);
}

/**
 * Asks the server for the values of texts: once for each, and not for every letter that is typed.
 *
 * @param {() => string} readValue - what the field holds, as the server takes it
 * @param {(answer: LLMActions.FormValue) => string} textOf - what the field will hold, as text
 * @returns {NonNullable<LLMActions.WritableField['prepare']>}
 */
export function createPrepare(readValue, textOf) {
  let latest = '';
  /** @type {Promise<LLMActions.Outcome>} */
  let outcome;

  /**
   * @param {string} key - of the text, and of what the field holds
   * @param {number} delay - in milliseconds
   * @param {() => Promise<LLMActions.FormValue>} send
   */
  async function ask(key, delay, send) {
    await new Promise((resolve) => setTimeout(resolve, delay));
    if (key !== latest) throw new Error('Another text is asked for.');
    try {
      const answer = await send();
      return { value: answer.value, text: textOf(answer), formatted: preview(answer.html) };
    } catch (error) {
      if (key === latest) latest = '';
      throw error;
    }
  }

  return (run, text, post) => {
    const value = readValue();
    const key = JSON.stringify([run.id, text.trim(), value]);
    if (key !== latest) {
      const delay = latest ? SETTLE_MS : 0;
      latest = key;
      outcome = ask(key, delay, () => post(run.value_url, { text, value }));
    }
    return outcome;
  };
}
