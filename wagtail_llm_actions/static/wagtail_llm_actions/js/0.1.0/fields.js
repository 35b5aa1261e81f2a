/**
 * The form's fields, found and written by the writers of their kinds.
 *
 * A writer is an ES module whose default export knows how one kind of field stands in Wagtail's
 * forms. Its contract is in docs/extending/field.md, its type is `LLMActions.FieldWriter`.
 */

/**
 * A site's writer may fail; the other fields of the form do without it.
 *
 * @template T
 * @param {() => Promise<T>} call
 * @returns {Promise<T | null>} null where it failed
 */
async function attempt(call) {
  try {
    return await call();
  } catch (error) {
    reportError(error);
    return null;
  }
}

/**
 * Loads the writers that this form needs, and finds its fields with them.
 *
 * @param {HTMLFormElement} form
 * @param {LLMActions.Offers['fields']} fields
 * @returns {Promise<Map<string, LLMActions.Field>>} by path; without the fields that the form does
 *   not show, or shows in a way that their writer does not know
 */
export async function findFields(form, fields) {
  const found = await Promise.all(
    Object.entries(fields).map(async ([path, { writer: url }]) => {
      const field = await attempt(async () => {
        const { default: writer } = await import(url);
        return /** @type {LLMActions.FieldWriter} */ (writer).find(form, path);
      });
      return /** @type {const} */ ([path, field]);
    }),
  );
  return new Map(found.flatMap(([path, field]) => (field ? [[path, withDefaults(field)]] : [])));
}

/**
 * @param {HTMLFormElement} form
 * @param {string} path - of a field of the form itself; `summary` is not the `summary` of a block
 *   or of an inline row
 */
export function findBox(form, path) {
  const field = Array.from(form.querySelectorAll('[data-field][data-contentpath]')).find(
    (element) =>
      element.getAttribute('data-contentpath') === path &&
      !element.parentElement?.closest('[data-contentpath], [data-contentpath-disabled]'),
  );
  return field?.querySelector('[data-field-input]');
}

/**
 * @param {LLMActions.WritableField} field
 * @returns {LLMActions.Field}
 */
export function withDefaults(field) {
  return {
    separator: '\n\n',
    maxLength: null,
    normalize: (text) => text.trim(),
    value: field.read,
    ...field,
  };
}

/** Marks that nobody sees, which providers put into their texts, and which some emoji need. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * What the field holds once a text is accepted: the text alone, or both texts.
 *
 * @param {LLMActions.Field} field
 * @param {string} text - normalized
 * @param {LLMActions.WriteMode} mode
 */
export function merge(field, text, mode) {
  const merged = join(field, text, mode);
  const { maxLength: limit } = field;
  // Django counts the marks that nobody sees: where there is no room for them, the words come first.
  return limit !== null && [...merged].length > limit ? merged.replace(INVISIBLE, '') : merged;
}

/**
 * @param {LLMActions.Field} field
 * @param {string} text
 * @param {LLMActions.WriteMode} mode
 */
function join(field, text, mode) {
  const current = field.read();
  if (mode === 'replace' || !current.trim()) return text;
  if (!text) return current;
  return mode === 'append'
    ? current.trimEnd() + field.separator + text
    : text + field.separator + current.trimStart();
}

/**
 * Counts characters as Django's validator does, by code points, but not the marks that nobody sees.
 *
 * @param {LLMActions.Field} field
 * @param {string} text
 * @returns {LLMActions.Size}
 */
export function measure({ maxLength: limit }, text) {
  const count = [...text.replace(INVISIBLE, '')].length;
  return { count, limit, tooLong: limit !== null && count > limit };
}

const TEXT_TYPES = ['text', 'search', 'url', 'email', 'tel', 'textarea'];

/**
 * Draftail keeps its blocks in a hidden input; `null` before anything was written.
 *
 * @param {string} value
 */
function holdsNothing(value) {
  /** @type {{blocks: {type: string, text: string}[]} | null} */
  const content = JSON.parse(value || 'null');
  return !content || content.blocks.every(({ type, text }) => type !== 'atomic' && !text.trim());
}

/**
 * Whether the form shows that a source has no text. Of other kinds, the server says so.
 *
 * @param {HTMLFormElement | null} form
 * @param {string} path
 */
export function isSourceEmpty(form, path) {
  const control = form?.elements.namedItem(path);
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) {
    return false;
  }
  if (control.hasAttribute('data-draftail-input')) return holdsNothing(control.value);
  return TEXT_TYPES.includes(control.type) && !control.value.trim();
}
