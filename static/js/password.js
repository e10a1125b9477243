/* Shows a password on request, and ticks its rules off while it is typed. What counts is what the server says. */
const reveals = root => root.querySelectorAll?.('[data-reveal]').forEach(button => { button.hidden = false; });
const letters = text => [...text.normalize('NFKC').toLowerCase()].filter(c => /[\p{L}\p{N}]/u.test(c)).join('');

const checks = {
  length: ({ value, dataset }) => [...value].length >= Number(dataset.min ?? 15),
  unlike: ({ value, dataset }) => value !== '' && (dataset.unlike ?? '').split('|').map(letters)
    .every(word => word.length < 4 || !letters(value).includes(word)),
};

/* 0 to 4: long and varied is strong; a rule that is not met keeps it weak. */
const strength = (value, met) => {
  if (!value) return 0;
  if (!met) return 1;
  const bits = new Set(value).size * Math.log2([...value].length);
  return bits < 32 ? 1 : bits < 48 ? 2 : bits < 64 ? 3 : 4;
};

const update = (control, rules) => {
  let met = true;
  for (const line of rules.querySelectorAll('[data-rule]')) {
    const ok = checks[line.dataset.rule](control);
    line.toggleAttribute('data-met', ok);
    met &&= ok;
  }
  const box = rules.querySelector('[data-strength]');
  const level = strength(control.value, met), meter = box.querySelector('progress'), words = box.querySelector('[data-words]');
  box.hidden = !control.value;
  meter.value = level;
  meter.dataset.tone = ['neutral', 'danger', 'warning', 'success', 'success'][level];
  const said = words.dataset.words.split('|')[level];
  if (words.textContent !== said) words.textContent = said;
};

document.addEventListener('click', event => {
  const button = event.target.closest('[data-reveal]');
  if (!button) return;
  const input = button.parentElement.querySelector('input'), shown = input.type === 'password';
  input.type = shown ? 'text' : 'password';
  button.setAttribute('aria-pressed', shown);
});
document.addEventListener('input', event => {
  const rules = event.target.id && document.querySelector(`[data-rules-of="${CSS.escape(event.target.id)}"]`);
  if (rules) update(event.target, rules);
});
// A password must not stay readable in the page's history.
document.addEventListener('submit', event => {
  for (const button of event.target.querySelectorAll('[data-reveal][aria-pressed="true"]')) button.click();
});
document.addEventListener('htmx:load', event => reveals(event.target));
reveals(document);
