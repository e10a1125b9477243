/* Show a password on request, and tick off its rules while the user types. The server has the last word. */
const showRevealButtons = root => root.querySelectorAll?.('[data-reveal]').forEach(button => { button.hidden = false; });
const letters = text => [...text.normalize('NFKD').toLowerCase()].filter(c => /[\p{L}\p{N}]/u.test(c)).join('');
const length = text => Math.min([...text].length, [...text.normalize('NFKC')].length);

/* Whether the text is made of these words, digits and punctuation alone, as in accounts/validators.py. */
const isOnly = (text, words) => {
  const sorted = [...words].sort((a, b) => b.length - a.length);
  const rest = sorted.reduce((left, word) => left.replaceAll(word, ' '), letters(text));
  return rest.includes(' ') && !/\p{L}/u.test(rest);
};

const checks = {
  length: ({ value, dataset }) => length(value) >= Number(dataset.min),
  unlike: ({ value, dataset }) => value !== '' && !isOnly(value, (dataset.unlike ?? '').split('|').filter(Boolean)),
};

/* 0 to 4: long and varied passwords are strong, and a password that breaks a rule is weak. */
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
  const level = strength(control.value, met), meter = box.querySelector('progress'), label = box.querySelector('[data-words]');
  box.hidden = !control.value;
  meter.value = level;
  meter.dataset.tone = ['neutral', 'danger', 'warning', 'success', 'success'][level];
  const text = label.dataset.words.split('|')[level];
  if (label.textContent !== text) label.textContent = text;
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
// Hide the password again before the form is submitted, so that the browser's history never shows it.
document.addEventListener('submit', event => {
  for (const button of event.target.querySelectorAll('[data-reveal][aria-pressed="true"]')) button.click();
});
document.addEventListener('htmx:load', event => showRevealButtons(event.target));
showRevealButtons(document);
