/* <form data-guard>: ask before closing the dialog or leaving the page discards changes. In a dialog, the hidden
   [data-guard-ask], with the buttons [data-guard-keep] and [data-guard-drop], replaces [data-guard-rest].
   [data-unguarded] fields are no changes.
   data-guard="dirty" marks a form that already has changes when it arrives. */
const IGNORED = '[type="search"], [type="hidden"], [type="submit"], [data-unguarded]';
let leaving = new WeakSet();
const initial = new WeakMap(), touched = new WeakSet();
// Boxes that a search adds are no change. Ticked ones are.
const state = form => JSON.stringify([...form.elements]
  .filter(field => field.name && !field.matches(IGNORED) && (!/checkbox|radio/.test(field.type) || field.checked))
  .map(field => [field.name, field.value]).sort());
const remember = root => root.querySelectorAll?.('form[data-guard]').forEach(form => touched.has(form) || initial.set(form, state(form)));
const findDirty = root => [...root.querySelectorAll('form[data-guard]')].find(form => !leaving.has(form)
  && (form.dataset.guard === 'dirty' || (initial.has(form) && state(form) !== initial.get(form))));

let onDiscard = null;
const show = (dialog, asking) => {
  dialog.querySelector('[data-guard-ask]').hidden = !asking;
  dialog.querySelector('[data-guard-rest]').hidden = asking;
  const button = dialog.querySelector(asking ? '[data-guard-keep]' : '[data-guard-rest] button');
  // A drawer's footer is always visible. Scrolling to it would lose the user's place.
  button?.focus({ preventScroll: button.getBoundingClientRect().bottom <= dialog.getBoundingClientRect().bottom });
};
const ask = (dialog, go) => { onDiscard = go; show(dialog, true); };
const asking = dialog => dialog.querySelector('[data-guard-ask]')?.hidden === false;
const isOnBackdrop = ({ target, clientX: x, clientY: y }, dialog) => {
  const box = dialog.getBoundingClientRect();
  return target === dialog && (x < box.left || x > box.right || y < box.top || y > box.bottom);
};
const cancel = event => { event.preventDefault(); event.stopImmediatePropagation(); };

document.addEventListener('keydown', event => {
  const dialog = event.key === 'Escape' && document.querySelector('dialog:modal');
  if (!dialog || dialog.querySelector(':popover-open') || !findDirty(dialog)) return;
  cancel(event);
  if (asking(dialog)) show(dialog, false);
  else ask(dialog, () => dialog.close());
}, true);
// Other requests to close a dialog, such as a gesture on a phone.
document.addEventListener('cancel', event => {
  const dialog = event.target;
  if (!dialog.matches?.('dialog:modal') || !findDirty(dialog)) return;
  cancel(event);
  ask(dialog, () => dialog.close());
}, true);
document.addEventListener('click', event => {
  const dialog = event.target.closest('dialog:modal');
  if (!dialog) return;
  if (event.target.closest('[data-guard-keep]')) return show(dialog, false);
  if (event.target.closest('[data-guard-drop]')) {
    leaving.add(findDirty(dialog) ?? dialog);
    return onDiscard?.();
  }
  if (!(isOnBackdrop(event, dialog) || event.target.closest('[data-close]')) || !findDirty(dialog)) return;
  cancel(event);
  ask(dialog, () => dialog.close());
}, true);
// Opening another dialog would replace this one.
document.addEventListener('htmx:confirm', event => {
  const { elt, target, issueRequest } = event.detail, dialog = elt.closest('dialog:modal');
  if (!dialog || target?.id !== 'dialog' || elt.closest('form[data-guard]') || !findDirty(dialog)) return;
  event.preventDefault();
  elt.closest('[popover]')?.hidePopover();
  ask(dialog, () => issueRequest(true));
});
document.addEventListener('submit', event => { if (event.target.matches('form[data-guard]:not([hx-post])')) leaving.add(event.target); });
// The same with htmx, if the result is shown on its own page.
document.addEventListener('htmx:beforeOnLoad', event => {
  const { elt, xhr } = event.detail;
  if (!event.defaultPrevented && elt.matches('form[data-guard]') && xhr.getResponseHeader('HX-Redirect')) leaving.add(elt);
});
// After "Stay", the form that was sent is still here.
addEventListener('beforeunload', event => { if (findDirty(document)) { event.preventDefault(); leaving = new WeakSet(); } });
document.addEventListener('input', event => { if (event.target.form) touched.add(event.target.form); }, true);
// When the form arrives, and again when htmx has settled, unless the user has typed meanwhile.
for (const name of ['htmx:afterSwap', 'htmx:load']) document.addEventListener(name, event => remember(event.target));
remember(document);
