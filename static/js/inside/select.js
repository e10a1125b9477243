/* Ticking many rows of a list: <form data-select id="bulk"> with hidden fields that name the view, and beside it, tied
   to it by their form attribute,
     <input type="checkbox" name="member" form="bulk">   one a row; Shift ticks the rows between, by mouse and by Space
     <input type="checkbox" form="bulk" data-select-page> ticks them all; shows whether all or some are
     <input type="checkbox" name="all" form="bulk">       ticks them all and who is on other pages; unticked with the first
                                                          row that is
     <button type="reset" data-select-clear>              unticks; Escape does too
     <div data-select-bar>                                Return in a box leads to its first button
     <p role="status" data-select-said data-one="1 selected" data-many="{n} selected" data-none="...">
   What is ticked stays so while rows are swapped, until the view is another one or select:clear is triggered.
   When the whole page is ticked, "select:page" is triggered on the body. */
const number = new Intl.NumberFormat(document.documentElement.lang || 'en');
const formOf = () => document.querySelector('form[data-select]');
const boxesOf = form => [...form.elements].filter(box => box.type === 'checkbox' && box.name && box.name !== 'all');
const partOf = (form, wanted) => [...form.elements].find(element => element.matches(wanted));
const viewOf = form => JSON.stringify([...form.querySelectorAll('input[type="hidden"]')].map(field => field.value));
let ticked = new Set(), view = null, anchor = null, shift = false;

const say = (form, n, all) => {
  const out = document.querySelector('[data-select-said]');
  if (!out) return;
  const words = all ? out.dataset.all : n ? (n === 1 ? out.dataset.one : out.dataset.many) : out.dataset.none;
  out.textContent = words.replace('{n}', number.format(n));
};
const settle = (form, quiet) => {
  const boxes = boxesOf(form), n = boxes.filter(box => box.checked).length, before = ticked.size;
  ticked = new Set(boxes.filter(box => box.checked).map(box => box.value));
  const page = partOf(form, '[data-select-page]'), all = partOf(form, '[name="all"]'), full = n > 0 && n === boxes.length;
  if (page) Object.assign(page, { checked: full, indeterminate: n > 0 && !full });
  if (all && !full) all.checked = false;
  if (full) document.body.dispatchEvent(new CustomEvent('select:page'));
  if (!quiet && (n || before)) say(form, n, all?.checked);
};
const set = (form, boxes, checked) => { for (const box of boxes) box.checked = checked; settle(form); };
const clear = form => {
  anchor = null;
  if (form) set(form, boxesOf(form), false);
};

document.addEventListener('click', event => {
  const form = formOf(), box = event.target;
  if (!form) return;
  if (box.closest('[data-select-clear]')) {
    clear(form);
    return document.getElementById('main')?.focus();
  }
  if (box.form !== form || !boxesOf(form).includes(box)) return;
  const boxes = boxesOf(form), from = boxes.findIndex(other => other.value === anchor), to = boxes.indexOf(box);
  if ((event.shiftKey || shift) && from >= 0) {
    for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
    getSelection()?.removeAllRanges();
  }
  anchor = box.value;
});
document.addEventListener('change', event => {
  const form = formOf(), box = event.target;
  if (!form || box.form !== form) return;
  if (box.matches('[data-select-page]') || (box.name === 'all' && box.checked)) set(form, boxesOf(form), box.checked);
  else settle(form);
});
// The click that Space makes says nothing of Shift in every browser.
document.addEventListener('keydown', event => {
  shift = event.shiftKey;
  const form = formOf();
  if (event.key === 'Enter' && form && event.target.form === form && event.target.type === 'checkbox') {
    event.preventDefault(); // or the form is sent by its first button
    if (ticked.size) document.querySelector('[data-select-bar] button')?.focus({ preventScroll: true });
    return;
  }
  const inside = event.target.matches('body, #main, [type="checkbox"], .bulk *');
  if (event.key !== 'Escape' || !form || !ticked.size || !inside || document.querySelector(':popover-open, dialog:modal')) return;
  const back = event.target.form === form && event.target.type === 'checkbox' ? event.target : document.getElementById('main');
  clear(form);
  back?.focus();
});
document.addEventListener('keyup', event => { shift = event.shiftKey; });

const again = () => {
  const form = formOf();
  if (!form) return;
  if (viewOf(form) === view) for (const box of boxesOf(form)) box.checked ||= ticked.has(box.value);
  else anchor = null;
  view = viewOf(form);
  settle(form, true);
};
document.addEventListener('htmx:afterSwap', again);
document.addEventListener('htmx:oobAfterSwap', again);
document.addEventListener('select:clear', () => clear(formOf()));
// A browser may bring ticks back with a page.
addEventListener('pageshow', again);
again();
