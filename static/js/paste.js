/* Several email addresses pasted into an email field of a data-repeat list fill its rows (W-4): "a@x, b@x", one per line,
   "Ana Soto <ana@x>", or columns of a table, which also fill the names. Fields are marked with
   data-paste="email|first|last". Addresses without a row stay in the last field, so nothing is lost. */
const NAMED = /^([^<>]*?)\s*<([^<>\s]+)>$/;

const parseNamed = (text, email) => {
  const plain = text.replace(/^["'\s]+|["'\s]+$/g, '');
  const [first, last] = plain.includes(',') ? plain.split(/,(.*)/).slice(0, 2).reverse() : plain.split(/\s+(.*)/);
  return { email, first: (first ?? '').trim(), last: (last ?? '').trim() };
};
const parsePerson = part => {
  const match = part.match(NAMED);
  return match ? parseNamed(match[1], match[2]) : { email: part };
};
// Split a list like invitations.forms: quotes group words, and "a@x b@x" is two addresses.
const parseList = line => (line.match(/(?:"[^"]*"|[^,;])+/g) ?? []).map(part => part.trim()).filter(Boolean)
  .flatMap(part => { const words = part.split(/\s+/); return words.every(word => word.includes('@')) ? words : [part]; })
  .map(parsePerson);
const parseColumns = line => {
  const cells = line.split('\t').map(cell => cell.trim()), email = cells.find(cell => cell.includes('@'));
  const names = cells.filter(cell => cell && cell !== email);
  return email ? [{ email, first: names[0] ?? '', last: names.slice(1).join(' ') }] : [];
};
const parsePeople = text => text.split(/[\r\n]+/).flatMap(line => (line.includes('\t') ? parseColumns(line) : parseList(line)));

const fillRow = (row, person) => {
  for (const [field, value] of Object.entries(person)) {
    const input = row.querySelector(`[data-paste="${field}"]`);
    if (!input || !value || (field !== 'email' && input.value)) continue;
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
};
const format = ({ email, first, last }) => (first ? `${first} ${last} <${email}>` : email);

document.addEventListener('paste', event => {
  if (!event.target.matches('[data-paste="email"]')) return;
  const list = event.target.closest('[data-repeat]'), people = parsePeople(event.clipboardData.getData('text'));
  const addresses = people.filter(({ email }) => email.includes('@'));
  if (!list || (addresses.length < 2 && !addresses[0]?.first)) return;
  event.preventDefault();
  const all = [...list.querySelectorAll('[data-repeat-row]')], here = event.target.closest('[data-repeat-row]');
  const empty = all.slice(all.indexOf(here) + 1).filter(row => !row.querySelector('[data-paste="email"]').value);
  const rows = [here, ...empty].slice(0, people.length);
  const detail = { count: people.length - rows.length, rows: [] };
  here.dispatchEvent(new CustomEvent('repeat:want', { bubbles: true, detail }));
  rows.push(...detail.rows);
  rows.forEach((row, n) => fillRow(row, people[n]));
  const rest = people.slice(rows.length);
  if (rest.length) fillRow(rows.at(-1), { email: [people[rows.length - 1], ...rest].map(format).join(', ') });
});
