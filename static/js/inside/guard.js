/* <form data-guard>: what was changed in it is not lost by closing its dialog or leaving its page without being asked.
   In the dialog: [data-guard-ask] hidden, with buttons [data-guard-keep] and [data-guard-drop], takes the place of
   [data-guard-rest]. data-guard="dirty" says that the form was changed before it came. */
const LATER = '[type="search"], [type="hidden"], [type="submit"]';
const first = new WeakMap(), touched = new WeakSet(), leaving = new WeakSet();
// Boxes that a search brings are no change; ticked ones are.
const state = form => JSON.stringify([...form.elements]
  .filter(field => field.name && !field.matches(LATER) && (!/checkbox|radio/.test(field.type) || field.checked))
  .map(field => [field.name, field.value]).sort());
const remember = root => root.querySelectorAll?.('form[data-guard]').forEach(form => touched.has(form) || first.set(form, state(form)));
const dirty = root => [...root.querySelectorAll('form[data-guard]')].find(form => !leaving.has(form)
  && (form.dataset.guard === 'dirty' || (first.has(form) && state(form) !== first.get(form))));

let then = null;
const show = (dialog, asking) => {
  dialog.querySelector('[data-guard-ask]').hidden = !asking;
  dialog.querySelector('[data-guard-rest]').hidden = asking;
  const button = dialog.querySelector(asking ? '[data-guard-keep]' : '[data-guard-rest] button');
  // A drawer's foot stays in sight; to scroll to it would lose the place where somebody was.
  button?.focus({ preventScroll: button.getBoundingClientRect().bottom <= dialog.getBoundingClientRect().bottom });
};
const ask = (dialog, go) => { then = go; show(dialog, true); };
const asking = dialog => dialog.querySelector('[data-guard-ask]')?.hidden === false;
const stop = event => { event.preventDefault(); event.stopImmediatePropagation(); };

document.addEventListener('keydown', event => {
  const dialog = event.key === 'Escape' && document.querySelector('dialog:modal');
  if (!dialog || dialog.querySelector(':popover-open') || !dirty(dialog)) return;
  stop(event);
  if (asking(dialog)) show(dialog, false);
  else ask(dialog, () => dialog.close());
}, true);
// What else asks a dialog to close: a phone's gesture, for one.
document.addEventListener('cancel', event => {
  const dialog = event.target;
  if (!dialog.matches?.('dialog:modal') || !dirty(dialog)) return;
  stop(event);
  ask(dialog, () => dialog.close());
}, true);
document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (!dialog) return;
  if (event.target.closest('[data-guard-keep]')) return show(dialog, false);
  if (event.target.closest('[data-guard-drop]')) {
    leaving.add(dirty(dialog) ?? dialog);
    return then?.();
  }
  const box = dialog.getBoundingClientRect();
  const beside = event.target === dialog && (event.clientX < box.left || event.clientY < box.top || event.clientX > box.right);
  if (!(beside || event.target.closest('[data-close]')) || !dirty(dialog)) return;
  stop(event);
  ask(dialog, () => dialog.close());
}, true);
// Another dialog would take this one's place.
document.addEventListener('htmx:confirm', event => {
  const { elt, target, issueRequest } = event.detail, dialog = elt.closest('dialog:modal');
  if (!dialog || target?.id !== 'dialog' || elt.closest('form[data-guard]') || !dirty(dialog)) return;
  event.preventDefault();
  elt.closest('[popover]')?.hidePopover();
  ask(dialog, () => issueRequest(true));
});
document.addEventListener('submit', event => { if (event.target.matches('form[data-guard]:not([hx-post])')) leaving.add(event.target); });
// The same by htmx, where what was saved is shown on a page of its own.
document.addEventListener('htmx:beforeOnLoad', event => {
  const { elt, xhr } = event.detail;
  if (!event.defaultPrevented && elt.matches('form[data-guard]') && xhr.getResponseHeader('HX-Redirect')) leaving.add(elt);
});
addEventListener('beforeunload', event => { if (dirty(document)) event.preventDefault(); });
document.addEventListener('input', event => { if (event.target.form) touched.add(event.target.form); }, true);
// As it came, and once more when it has settled, which is later; somebody may have typed by then.
for (const name of ['htmx:afterSwap', 'htmx:load']) document.addEventListener(name, event => remember(event.target));
remember(document);
