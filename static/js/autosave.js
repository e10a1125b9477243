/* <form data-autosave hx-post=... hx-trigger="input delay...">: what is typed is kept by htmx. A press on a button
   waits for the answer that is on its way, whose version the form must carry; after it nothing more is kept. */
const waiting = new WeakMap(), leaving = new WeakSet();
const isOurs = event => event.target === event.detail.elt && event.target.matches?.('form[data-autosave]');

document.addEventListener('htmx:beforeRequest', event => {
  if (!isOurs(event)) return;
  if (leaving.has(event.target)) event.preventDefault();
  else waiting.set(event.target, null);
});
document.addEventListener('htmx:afterRequest', event => {
  if (!isOurs(event)) return;
  const submitter = waiting.get(event.target);
  waiting.delete(event.target);
  if (submitter) event.target.requestSubmit(submitter);
});
document.addEventListener('submit', event => {
  if (!event.target.matches('[data-autosave]')) return;
  if (!waiting.has(event.target)) return leaving.add(event.target);
  event.preventDefault();
  waiting.set(event.target, event.submitter ?? event.target.querySelector('[type="submit"]'));
});
// A box that is ticked while a list is fetched anew stays as it was ticked.
let ticked = new Map();
const boxes = () => document.querySelectorAll('[data-autosave] .adder input');
const again = () => { for (const box of boxes()) box.checked = ticked.get(box.id) ?? box.checked; };
document.addEventListener('htmx:beforeSwap', () => { ticked = new Map([...boxes()].map(box => [box.id, box.checked])); });
document.addEventListener('htmx:afterSwap', again);
document.addEventListener('htmx:oobAfterSwap', again);
// Return in a list's search box searches; it must not send the form around it.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('[data-search]')) event.preventDefault();
});
// Brought back from the browser's memory, a form would carry a version that is gone.
addEventListener('pageshow', event => { if (event.persisted && document.querySelector('form[data-autosave]')) location.reload(); });
