/* The box in a table's head ticks every row's box, and shows when some are ticked. */
const rows = all => [...all.closest('table').querySelectorAll('tbody .check')];
const sync = all => {
  const boxes = rows(all), ticked = boxes.filter(box => box.checked).length;
  all.checked = ticked > 0 && ticked === boxes.length;
  all.indeterminate = ticked > 0 && ticked < boxes.length;
};

document.addEventListener('change', event => {
  const all = event.target.closest('table')?.querySelector('[data-select-all]');
  if (!all) return;
  if (event.target === all) for (const box of rows(all)) box.checked = all.checked;
  else sync(all);
});
document.addEventListener('reset', event => setTimeout(() => event.target.querySelectorAll('[data-select-all]').forEach(sync)));
