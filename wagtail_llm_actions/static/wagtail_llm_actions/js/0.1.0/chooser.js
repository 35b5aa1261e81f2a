/**
 * Starts Wagtail's choosers on a page whose policy allows no script in the page itself.
 *
 * @example
 * <div data-llm-actions-chooser="id_user" data-llm-actions-chooser-options="{…}">…</div>
 */

document.querySelectorAll('[data-llm-actions-chooser]').forEach((element) => {
  const { llmActionsChooser: id, llmActionsChooserOptions: options } = /** @type {HTMLElement} */ (
    element
  ).dataset;
  new window.Chooser(id ?? '', JSON.parse(options ?? '{}'));
});
