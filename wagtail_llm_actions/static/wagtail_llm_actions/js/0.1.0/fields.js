/**
 * The form's fields, found and written by the writers of their kinds; see docs/extending/field.md.
 */

/** @type {LLMActions.FindField} */
export async function findField(form, name, url) {
  try {
    const { default: writer } = await import(url);
    const field = /** @type {LLMActions.FieldWriter} */ (writer).find(form, name);
    return field && withDefaults(field);
  } catch (error) {
    // A site's writer may fail; the other fields of the form do without it.
    reportError(error);
    return null;
  }
}

/** @type {LLMActions.FindBox} */
export function findBox(form, name) {
  const found = form.elements.namedItem(name);
  const control = found instanceof RadioNodeList ? found[0] : found;
  return control?.parentElement?.closest('[data-field-input]');
}

/** @type {(field: LLMActions.WritableField) => LLMActions.Field} */
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
 * @type {LLMActions.Merge}
 */
export function merge(field, text, mode) {
  const merged = join(field, text, mode);
  const { maxLength: limit } = field;
  // Django counts the marks that nobody sees: where there is no room for them, the words come first.
  return limit !== null && [...merged].length > limit ? merged.replace(INVISIBLE, '') : merged;
}

/** @type {LLMActions.Merge} */
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
 * @type {(field: LLMActions.Field, text: string) => LLMActions.Size}
 */
export function measure({ maxLength: limit }, text) {
  const count = [...text.replace(INVISIBLE, '')].length;
  return { count, limit, tooLong: limit !== null && count > limit };
}

const TEXT_TYPES = ['text', 'search', 'url', 'email', 'tel', 'textarea'];

/** @param {string} value - of Draftail, which is `null` before anything was written */
function holdsNothing(value) {
  /** @type {LLMActions.RawContent | null} */
  const content = JSON.parse(value || 'null');
  return !content || content.blocks.every(({ type, text }) => type !== 'atomic' && !text.trim());
}

/**
 * Whether the form shows that a source has no text. Of other kinds, the server says so.
 *
 * @type {(form: HTMLFormElement | null, path: string) => boolean}
 */
export function isSourceEmpty(form, path) {
  const control = form?.elements.namedItem(path);
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)) {
    return false;
  }
  if (control.hasAttribute('data-draftail-input')) return holdsNothing(control.value);
  return TEXT_TYPES.includes(control.type) && !control.value.trim();
}
