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

  /** @type {(action: LLMActions.ActionOffer) => number | undefined} - nothing where nobody knows it, or 0 */
  function cost({ id, source }) {
    const known = actions[id];
    if (!known) return undefined;
    const chars = Math.min(sourceLength(form, source) ?? known.typical_chars, how.max_chars);
    return known.fixed_usd + known.usd_per_char * chars;
  }

  /** @type {(text: string, usd?: number, values?: object) => string} - empty where that is not worth telling */
  const sentence = (text, usd = 0, values = {}) =>
    usd > 0 && usd >= how.from_usd ? fillIn(text, { amount: money(usd), ...values }) : '';

  /** @type {HTMLElement | null} */
  const panel = document.querySelector('[data-side-panel="llm-actions"]');

  /** What Fill empty fields would start. It asks every widget, so only where somebody sees it. */
  function showTotal() {
    if (!panel || panel.hidden) return;
    const costs = [...widgets.values()]
      .filter((widget) => !widget.isFilled() && !widget.isBusy() && !widget.isWaiting())
      .filter(({ toolbar }) => !toolbar.blockedReason())
      .map(({ offer }) => cost(offer.actions[0]));
    const known = costs.filter((usd) => usd !== undefined);
    const total = known.reduce((sum, usd) => sum + usd, 0);
    const counts = { count: known.length, all: costs.length };
    const text = known.length === costs.length ? texts.total : texts.partly;
    showText(getPart(panel, 'filling-estimate'), sentence(text, total, counts));
  }

  function refresh() {
    widgets.forEach(({ offer, toolbar }) => {
      offer.actions.forEach((action) => {
        action.estimate = sentence(texts.about, cost(action));
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
  onFormEdit(showTotal);
  panel?.addEventListener('show', showTotal);
  refresh();
  showTotal();
}
