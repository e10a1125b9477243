{
const ONE_ADDRESS = /^\s*[^\s@<>,;:]+@[^\s@<>,;:]+\s*$/, MAX = 100001;
document.addEventListener('paste', event => {
const field = event.target, text = event.clipboardData?.getData('text/plain').replaceAll('\0', '') ?? '';
if (!field.matches?.('[data-paste]') || ONE_ADDRESS.test(text) || !(text.includes('@') || /\S\s*[\n\r]\s*\S/.test(text))) return;
const form = field.form, { pasted, pasted_at: at } = form.elements;
event.preventDefault();
pasted.value = text.slice(0, MAX);
at.value = field.closest('[data-repeat-row]')?.dataset.n ?? '';
form.requestSubmit(form.querySelector('[data-paste-read]'));
});
document.addEventListener('submit', event => {
const url = new URL(location), draft = event.target.elements.draft?.value;
if (!draft || !url.searchParams.has('new')) return;
url.searchParams.set('draft', draft);
history.replaceState(history.state, '', url);
});
document.addEventListener('input', event => {
if (!event.target.matches('[data-guess]')) return;
for (const field of event.target.closest('[data-repeat-row]').querySelectorAll('[data-guess]')) {
field.removeAttribute('data-guess');
field.removeAttribute('aria-describedby');
}
});
}
{
const NUMBERED = ['id', 'name', 'for', 'aria-describedby', 'aria-labelledby', 'data-count-of'];
const rowsOf = list => [...list.querySelectorAll('[data-repeat-row]')];
const renumber = (row, to) => {
const from = row.dataset.n;
row.dataset.n = to;
if (from === undefined || from === String(to)) return;
const old = new RegExp(`(?<=-|^)${from}(?=-|_|$|\\s)`, 'g');
for (const node of [row, ...row.querySelectorAll('*')]) {
if (node.matches('[data-repeat-remove]') && node.value === from) node.value = to;
for (const name of NUMBERED) if (node.hasAttribute(name)) node.setAttribute(name, node.getAttribute(name).replace(old, to));
}
};
const refresh = list => {
const rows = rowsOf(list);
rows.forEach((row, n) => {
renumber(row, n);
for (const title of row.querySelectorAll('[data-repeat-number]')) title.textContent = n + 1;
for (const button of row.querySelectorAll('[data-repeat-remove]')) button.hidden = rows.length === 1;
});
const total = list.querySelector('[data-repeat-total]');
if (total) total.value = rows.length;
for (const button of list.querySelectorAll('[data-repeat-add]')) button.disabled = rows.length >= Number(list.dataset.max ?? Infinity);
const before = list.dataset.rows;
list.dataset.rows = rows.length;
if (before && before !== list.dataset.rows) list.dispatchEvent(new CustomEvent('repeat:change', { bubbles: true, detail: rows.length }));
};
const add = list => {
const rows = rowsOf(list);
if (rows.length >= Number(list.dataset.max ?? Infinity)) return null;
const template = document.createElement('template');
template.innerHTML = list.querySelector('template').innerHTML.replaceAll('__n__', rows.length);
const row = template.content.firstElementChild;
row.dataset.n = rows.length;
rows.at(-1).after(row);
window.htmx?.process(row);
refresh(list);
return row;
};
document.addEventListener('click', event => {
const list = event.target.closest('[data-repeat]');
if (!list) return;
if (event.target.closest('[data-repeat-add]')) {
event.preventDefault();
add(list)?.querySelector('input')?.focus();
}
const remove = event.target.closest('[data-repeat-remove]');
if (remove) {
event.preventDefault();
const rows = rowsOf(list), row = remove.closest('[data-repeat-row]'), at = rows.indexOf(row);
if (rows.length === 1) return;
row.remove();
refresh(list);
rowsOf(list)[Math.max(0, at - 1)].querySelector('input')?.focus();
}
});
document.addEventListener('keydown', event => {
const list = event.target.closest('[data-repeat-enter]');
if (event.key !== 'Enter' || event.isComposing || !list || !event.target.matches('[data-repeat-row] input')) return;
event.preventDefault();
const rows = rowsOf(list);
(rows[rows.indexOf(event.target.closest('[data-repeat-row]')) + 1] ?? add(list))?.querySelector('input')?.focus();
});
document.addEventListener('htmx:load', event => event.target.querySelectorAll?.('[data-repeat]').forEach(refresh));
document.querySelectorAll('[data-repeat]').forEach(refresh);
}
