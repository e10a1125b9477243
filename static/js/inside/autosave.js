/* Autosave: htmx saves a form with <div hidden data-autosave hx-post=... hx-trigger="input from:closest form ...">.
   Submitting waits for a save in progress, because the form needs the version in its response. After that nothing is
   saved any more. */
const saving = new WeakMap(), submitted = new WeakSet();
const formOf = event => (event.detail.elt?.matches?.('[data-autosave]') ? event.detail.elt.closest('form') : null);

document.addEventListener('htmx:beforeRequest', event => {
  const form = formOf(event);
  if (!form) return;
  if (submitted.has(form)) event.preventDefault();
  else saving.set(form, null);
});
document.addEventListener('htmx:afterRequest', event => {
  const form = formOf(event), submitter = form && saving.get(form);
  if (form) saving.delete(form);
  if (submitter) form.requestSubmit(submitter);
});
document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.querySelector('[data-autosave]')) return;
  if (!saving.has(form)) return submitted.add(form);
  event.preventDefault();
  saving.set(form, event.submitter ?? form.querySelector('[type="submit"]'));
});
// Boxes ticked while a list is being reloaded stay ticked.
let ticked = new Map();
const boxes = () => document.querySelectorAll('.adder input');
const restore = () => { for (const box of boxes()) box.checked = ticked.get(box.id) ?? box.checked; };
document.addEventListener('htmx:beforeSwap', () => { ticked = new Map([...boxes()].map(box => [box.id, box.checked])); });
document.addEventListener('htmx:afterSwap', restore);
document.addEventListener('htmx:oobAfterSwap', restore);
// Enter in a list's search box searches. It must not submit the form around it.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('[data-search]')) event.preventDefault();
});
// A form restored from the browser's back/forward cache would have an old version.
addEventListener('pageshow', event => { if (event.persisted && document.querySelector('[data-autosave]')) location.reload(); });
