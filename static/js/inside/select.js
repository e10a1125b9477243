/* Select rows of a list: <form data-select id="bulk"> with hidden fields that describe the view. These refer to the form:
     <input type="checkbox" name="member" form="bulk">    one per row; Shift selects a range, by mouse and by Space
     <input type="checkbox" form="bulk" data-select-page> selects the page; shows whether all or some rows are selected
     <input type="checkbox" name="all" form="bulk">       selects the page and all other pages, until a row is deselected
     <button type="reset" data-select-clear>              clears the selection, like Escape
     <div data-select-bar>                                Enter in a box moves the focus to the bar's first button
     <p role="status" data-select-said data-one="1 selected" data-many="{n} selected" data-none="...">
   The selection is kept while rows are swapped, until the view changes or select:clear is triggered. When the whole page
   is selected, "select:page" is triggered on the body. */
const formatter = new Intl.NumberFormat(document.documentElement.lang || 'en');
const formOf = () => document.querySelector('form[data-select]');
const boxesOf = form => [...form.elements].filter(box => box.type === 'checkbox' && box.name && box.name !== 'all');
const controlOf = (form, selector) => [...form.elements].find(element => element.matches(selector));
const viewOf = form => JSON.stringify([...form.querySelectorAll('input[type="hidden"]')].map(field => field.value));
let ticked = new Set(), view = null, anchor = null, shift = false;

const announce = (form, n, all) => {
  const output = document.querySelector('[data-select-said]');
  if (!output) return;
  const text = all ? output.dataset.all : n ? (n === 1 ? output.dataset.one : output.dataset.many) : output.dataset.none;
  output.textContent = text.replace('{n}', formatter.format(n));
};
const refresh = (form, quiet) => {
  const boxes = boxesOf(form), n = boxes.filter(box => box.checked).length, before = ticked.size;
  ticked = new Set(boxes.filter(box => box.checked).map(box => box.value));
  const page = controlOf(form, '[data-select-page]'), all = controlOf(form, '[name="all"]'), full = n > 0 && n === boxes.length;
  if (page) Object.assign(page, { checked: full, indeterminate: n > 0 && !full });
  if (all && !full) all.checked = false;
  if (full) document.body.dispatchEvent(new CustomEvent('select:page'));
  if (!quiet && (n || before)) announce(form, n, all?.checked);
};
const set = (form, boxes, checked) => { for (const box of boxes) box.checked = checked; refresh(form); };
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
  else refresh(form);
});
// In some browsers the click from Space does not tell whether Shift is pressed.
document.addEventListener('keydown', event => {
  shift = event.shiftKey;
  const form = formOf();
  if (event.key === 'Enter' && form && event.target.form === form && event.target.type === 'checkbox') {
    event.preventDefault(); // otherwise the first button submits the form
    if (ticked.size) document.querySelector('[data-select-bar] button')?.focus({ preventScroll: true });
    return;
  }
  const inside = event.target.matches('body, #main, [type="checkbox"], .bulk *');
  if (event.key !== 'Escape' || !form || !ticked.size || !inside || document.querySelector(':popover-open, dialog:modal')) return;
  const focus = event.target.form === form && event.target.type === 'checkbox' ? event.target : document.getElementById('main');
  clear(form);
  focus?.focus();
});
document.addEventListener('keyup', event => { shift = event.shiftKey; });

const restore = () => {
  const form = formOf();
  if (!form) return;
  if (viewOf(form) === view) for (const box of boxesOf(form)) box.checked ||= ticked.has(box.value);
  else anchor = null;
  view = viewOf(form);
  refresh(form, true);
};
document.addEventListener('htmx:afterSwap', restore);
document.addEventListener('htmx:oobAfterSwap', restore);
document.addEventListener('select:clear', () => clear(formOf()));
// The browser may restore ticked boxes with a page.
addEventListener('pageshow', restore);
restore();
