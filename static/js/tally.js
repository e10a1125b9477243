/* Counts what is ticked: <span class="count" data-tally="#groups"> shows how many boxes inside #groups are,
   plus data-tally-plus (for what comes another way). Nothing ticked: the badge is empty and hidden. */
const update = badge => {
  const boxes = document.querySelectorAll(`${badge.dataset.tally} input[type="checkbox"]:checked:not(:disabled)`);
  const n = boxes.length + Number(badge.dataset.tallyPlus ?? 0);
  badge.textContent = n || '';
  badge.hidden = !n;
};
const all = () => document.querySelectorAll('[data-tally]').forEach(update);

document.addEventListener('change', event => { if (event.target.matches('input[type="checkbox"]')) all(); });
document.addEventListener('htmx:load', all);
all();
