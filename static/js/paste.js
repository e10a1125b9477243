/* Several addresses pasted into an e-mail field of a data-repeat list fill its rows (W-4): "a@x, b@x", one a line,
   "Ana Soto <ana@x>" or a table's columns, which fill the names too. Fields say what they are by
   data-paste="email|first|last". What has no room stays in the last field: nothing pasted is lost. */
const NAMED = /^([^<>]*?)\s*<([^<>\s]+)>$/;

const named = (words, email) => {
  const plain = words.replace(/^["'\s]+|["'\s]+$/g, '');
  const [first, last] = plain.includes(',') ? plain.split(/,(.*)/).slice(0, 2).reverse() : plain.split(/\s+(.*)/);
  return { email, first: (first ?? '').trim(), last: (last ?? '').trim() };
};
const person = part => {
  const match = part.match(NAMED);
  return match ? named(match[1], match[2]) : { email: part };
};
// A list as invitations.forms divides it: quotes hold together, "a@x b@x" is two.
const listed = line => (line.match(/(?:"[^"]*"|[^,;])+/g) ?? []).map(part => part.trim()).filter(Boolean)
  .flatMap(part => { const words = part.split(/\s+/); return words.every(word => word.includes('@')) ? words : [part]; })
  .map(person);
const columns = line => {
  const cells = line.split('\t').map(cell => cell.trim()), email = cells.find(cell => cell.includes('@'));
  const names = cells.filter(cell => cell && cell !== email);
  return email ? [{ email, first: names[0] ?? '', last: names.slice(1).join(' ') }] : [];
};
const people = text => text.split(/[\r\n]+/).flatMap(line => (line.includes('\t') ? columns(line) : listed(line)));

const fill = (row, found) => {
  for (const [what, value] of Object.entries(found)) {
    const input = row.querySelector(`[data-paste="${what}"]`);
    if (!input || !value || (what !== 'email' && input.value)) continue;
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
};
const written = ({ email, first, last }) => (first ? `${first} ${last} <${email}>` : email);

document.addEventListener('paste', event => {
  if (!event.target.matches('[data-paste="email"]')) return;
  const list = event.target.closest('[data-repeat]'), found = people(event.clipboardData.getData('text'));
  const addresses = found.filter(({ email }) => email.includes('@'));
  if (!list || (addresses.length < 2 && !addresses[0]?.first)) return;
  event.preventDefault();
  const all = [...list.querySelectorAll('[data-repeat-row]')], here = event.target.closest('[data-repeat-row]');
  const empty = all.slice(all.indexOf(here) + 1).filter(row => !row.querySelector('[data-paste="email"]').value);
  const rows = [here, ...empty].slice(0, found.length);
  const detail = { count: found.length - rows.length, rows: [] };
  here.dispatchEvent(new CustomEvent('repeat:want', { bubbles: true, detail }));
  rows.push(...detail.rows);
  rows.forEach((row, n) => fill(row, found[n]));
  const left = found.slice(rows.length);
  if (left.length) fill(rows.at(-1), { email: [found[rows.length - 1], ...left].map(written).join(', ') });
});
