/* Count ticked boxes: <span class="count" data-tally="#groups"> shows the number of ticked boxes inside #groups, plus
   data-tally-plus (for items chosen elsewhere). At zero the badge is empty and hidden. */
const update = badge => {
  const boxes = document.querySelectorAll(`${badge.dataset.tally} input[type="checkbox"]:checked:not(:disabled)`);
  const n = boxes.length + Number(badge.dataset.tallyPlus ?? 0);
  badge.textContent = n || '';
  badge.hidden = !n;
};
const updateAll = () => document.querySelectorAll('[data-tally]').forEach(update);

document.addEventListener('change', event => { if (event.target.matches('input[type="checkbox"]')) updateAll(); });
document.addEventListener('htmx:load', updateAll);
updateAll();
