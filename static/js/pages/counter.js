/* Count code points while the user types; a line break counts as one (W-7). Markup: <textarea data-counter="2500"> with
   <p data-count-of="its id" data-text="{n} of {max}" data-over="..."> below it. The server has the last word. */
const formatter = new Intl.NumberFormat(document.documentElement.lang || 'en');
const count = text => [...text.replace(/\r\n?/g, '\n')].length;

const update = control => {
  const output = document.querySelector(`[data-count-of="${CSS.escape(control.id)}"]`);
  if (!output) return;
  const n = count(control.value), max = Number(control.dataset.counter), over = n - max;
  output.toggleAttribute('data-too-many', over > 0);
  // Announced only near the limit. After every key it would be too much.
  output.setAttribute('aria-live', over > -50 ? 'polite' : 'off');
  output.textContent = (over > 0 ? output.dataset.over : output.dataset.text)
    .replace('{n}', formatter.format(n)).replace('{max}', formatter.format(max)).replace('{over}', formatter.format(over));
};
const updateAll = root => root.querySelectorAll?.('[data-counter]').forEach(update);

document.addEventListener('input', event => { if (event.target.matches('[data-counter]')) update(event.target); });
document.addEventListener('htmx:load', event => updateAll(event.target));
updateAll(document);
