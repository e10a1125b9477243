/* Narrows a list while one types: <input data-filter="#groups"> with <ul id="groups"> of <li>, and beside it
   [data-filter-none="#groups"] for when nothing is left. */
const fold = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

const apply = input => {
  const list = document.querySelector(input.dataset.filter), asked = fold(input.value).split(/\s+/);
  let left = 0;
  for (const row of list.children) {
    const text = fold(row.dataset.text ?? row.textContent);
    row.hidden = !asked.every(word => text.includes(word));
    left += !row.hidden;
  }
  for (const none of document.querySelectorAll(`[data-filter-none="${input.dataset.filter}"]`)) none.hidden = left > 0;
};

document.addEventListener('input', event => { if (event.target.matches('[data-filter]')) apply(event.target); });
// Return searches; it must not send the form around the list.
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.matches('[data-filter]')) event.preventDefault();
});
// htmx swapped the list: narrow it again.
document.addEventListener('htmx:load', event => {
  for (const input of document.querySelectorAll('[data-filter]')) if (input.value && event.target.isConnected) apply(input);
});
