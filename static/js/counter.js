/* Counts code points while one types, a line break as one (W-7): <textarea data-counter="2500"> with
   <p data-count-of="its id" data-text="{n} of {max}" data-over="..."> below it. The server decides. */
const number = new Intl.NumberFormat(document.documentElement.lang || 'en');
const count = text => [...text.replace(/\r\n?/g, '\n')].length;

const update = control => {
  const out = document.querySelector(`[data-count-of="${CSS.escape(control.id)}"]`);
  if (!out) return;
  const n = count(control.value), max = Number(control.dataset.counter), over = n - max;
  out.toggleAttribute('data-too-many', over > 0);
  // Said aloud near the end only: each key would be too much.
  out.setAttribute('aria-live', over > -50 ? 'polite' : 'off');
  out.textContent = (over > 0 ? out.dataset.over : out.dataset.text)
    .replace('{n}', number.format(n)).replace('{max}', number.format(max)).replace('{over}', number.format(over));
};
const all = root => root.querySelectorAll?.('[data-counter]').forEach(update);

document.addEventListener('input', event => { if (event.target.matches('[data-counter]')) update(event.target); });
document.addEventListener('htmx:load', event => all(event.target));
all(document);
