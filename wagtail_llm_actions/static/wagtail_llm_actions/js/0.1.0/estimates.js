/**
 * About how much a click costs, beside the buttons and in the menus. The server knows what past runs
 * of each action have cost; how long its source is now, the form knows.
 */

import { getPart, getTemplate, showText } from './dom.js';
import { fillIn } from './messages.js';

const WHOLE_FORM = '*';
const TEXT_CONTROLS = 'textarea, input[type="text"], input[type="url"], [data-draftail-input]';

/** @param {HTMLInputElement | HTMLTextAreaElement} control */
function lengthOf(control) {
  if (!control.hasAttribute('data-draftail-input')) return control.value.trim().length;
  /** @type {LLMActions.RawContent | null} */
  const content = JSON.parse(control.value || 'null');
  return content?.blocks.reduce((sum, { text }) => sum + text.length + 2, 0) ?? 0;
}

/**
 * The characters of a source, to within its markup.
 *
 * @param {HTMLFormElement} form
 * @param {string} source - the path of the field
 * @returns {number | null} null where the form does not show it
 */
export function sourceLength(form, source) {
  const named = form.elements.namedItem(source);
  const controls = named instanceof Element ? [named] : partsOf(form, source);
  const texts = controls.filter(
    (control) => control.matches(TEXT_CONTROLS) && !control.closest('[aria-hidden="true"]'),
  );
  if (!texts.length) return null;
  return /** @type {HTMLInputElement[]} */ (texts).reduce((sum, text) => sum + lengthOf(text), 0);
}

/** @type {(form: HTMLFormElement, source: string) => Element[]} */
function partsOf(form, source) {
  const place =
    source === WHOLE_FORM ? form : form.querySelector(`[data-contentpath="${CSS.escape(source)}"]`);
  return place ? [...place.querySelectorAll(TEXT_CONTROLS)] : [];
}

/**
 * With at least two significant digits, as the server writes amounts.
 *
 * @param {number} amount
 */
function number(amount) {
  const digits = Math.max(2, 1 - Math.floor(Math.log10(amount)));
  return new Intl.NumberFormat(document.documentElement.lang || undefined, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount);
}

/**
 * @param {object} options
 * @param {HTMLFormElement} options.form
 * @param {LLMActions.Services['onFormEdit']} options.onFormEdit
 * @param {LLMActions.Offers} options.offers - with estimates
 * @param {ReadonlyMap<string, import('./widget.js').FieldWidget>} options.widgets
 */
export function showEstimates({ form, onFormEdit, offers, widgets }) {
  const { actions, ...how } = /** @type {LLMActions.Estimates} */ (offers.estimates);
  const texts = /** @type {Record<string, string>} */ (getTemplate('llm-actions-estimate').dataset);

  /** @param {number} usd */
  function money(usd) {
    const amount = fillIn(texts.usd, { amount: number(usd) });
    if (!how.currency) return amount;
    const own = { amount: number(usd * how.currency_rate), code: how.currency };
    return fillIn(texts.both, { usd: amount, converted: fillIn(texts.converted, own) });
  }

  /** @param {LLMActions.ActionOffer} action */
  function estimate({ id, source }) {
    const known = actions[id];
    if (!known) return '';
    const chars = Math.min(sourceLength(form, source) ?? known.typical_chars, how.max_chars);
    const usd = known.fixed_usd + known.usd_per_char * chars;
    return usd > 0 && usd >= how.from_usd ? fillIn(texts.about, { amount: money(usd) }) : '';
  }

  function refresh() {
    widgets.forEach(({ offer, toolbar }) => {
      offer.actions.forEach((action) => {
        action.estimate = estimate(action);
      });
      const place = getPart(toolbar.root, 'estimate');
      showText(place, offer.actions[0].estimate);
      const generate = getPart(toolbar.root, 'generate');
      place.id ||= `${getPart(toolbar.root, 'reason').id}-estimate`;
      generate.setAttribute(
        'aria-describedby',
        `${getPart(toolbar.root, 'reason').id} ${place.id}`,
      );
      toolbar.refresh();
    });
  }

  onFormEdit(refresh);
  refresh();
}
