/* Several addresses pasted into an e-mail field of a data-repeat list fill its rows (W-4): "a@x, b@x", one a line,
   or "Ana Soto <ana@x>", which fills the names too. Fields say what they are by data-paste="email|first|last". */
const ADDRESS = /[^\s,;<>"']+@[^\s,;<>"']+/;

const people = text => text.split(/[\n,;]+|(?<=@\S+)\s+(?=\S+@)/).flatMap(part => {
  const email = part.match(ADDRESS)?.[0];
  if (!email) return [];
  const names = part.replace(ADDRESS, '').replace(/[<>"']/g, '').trim().split(/\s+/).filter(Boolean);
  return [{ email, first: names[0] ?? '', last: names.slice(1).join(' ') }];
});

const fill = (row, person) => {
  for (const [what, value] of Object.entries(person)) {
    const input = row.querySelector(`[data-paste="${what}"]`);
    if (!input || !value || (what !== 'email' && input.value)) continue;
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
};

document.addEventListener('paste', event => {
  if (!event.target.matches('[data-paste="email"]')) return;
  const list = event.target.closest('[data-repeat]'), found = people(event.clipboardData.getData('text'));
  if (!list || found.length < 2) return;
  event.preventDefault();
  const all = [...list.querySelectorAll('[data-repeat-row]')], here = event.target.closest('[data-repeat-row]');
  const empty = all.slice(all.indexOf(here) + 1).filter(row => !row.querySelector('[data-paste="email"]').value);
  const rows = [here, ...empty].slice(0, found.length);
  const detail = { count: found.length - rows.length, rows: [] };
  here.dispatchEvent(new CustomEvent('repeat:want', { bubbles: true, detail }));
  [...rows, ...detail.rows].forEach((row, n) => fill(row, found[n]));
});
