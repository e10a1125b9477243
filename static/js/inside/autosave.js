/* <form> <div hidden data-autosave hx-post=... hx-trigger="input from:closest form ...">: what is typed is kept by htmx.
   A press on a button waits for the answer that is on its way, whose version the form must carry; after it nothing
   more is kept. */
const waiting = new WeakMap(), leaving = new WeakSet();
const formOf = event => (event.detail.elt?.matches?.('[data-autosave]') ? event.detail.elt.closest('form') : null);

document.addEventListener('htmx:beforeRequest', event => {
  const form = formOf(event);
  if (!form) return;
  if (leaving.has(form)) event.preventDefault();
  else waiting.set(form, null);
});
document.addEventListener('htmx:afterRequest', event => {
  const form = formOf(event), submitter = form && waiting.get(form);
  if (form) waiting.delete(form);
  if (submitter) form.requestSubmit(submitter);
});
document.addEventListener('submit', event => {
  const form = event.target;
  if (!form.querySelector('[data-autosave]')) return;
  if (!waiting.has(form)) return leaving.add(form);
  event.preventDefault();
  waiting.set(form, event.submitter ?? form.querySelector('[type="submit"]'));
});
// A box that is ticked while a list is fetched anew stays as it was ticked.
let ticked = new Map();
const boxes = () => document.querySelectorAll('.adder input');
const again = () => { for (const box of boxes()) box.checked = ticked.get(box.id) ?? box.checked; };
document.addEventListener('htmx:beforeSwap', () => { ticked = new Map([...boxes()].map(box => [box.id, box.checked])); });
document.addEventListener('htmx:afterSwap', again);
document.addEventListener('htmx:oobAfterSwap', again);
// Return in a list's search box searches; it must not send the form around it.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('[data-search]')) event.preventDefault();
});
// Brought back from the browser's memory, a form would carry a version that is gone.
addEventListener('pageshow', event => { if (event.persisted && document.querySelector('[data-autosave]')) location.reload(); });
