/* <button data-copy="#id" data-copied="Copied" hidden>: puts the text or value of #id on the clipboard. */
const reveal = root => { if (navigator.clipboard) root.querySelectorAll?.('[data-copy]').forEach(button => { button.hidden = false; }); };

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const label = button.querySelector('[data-label]') ?? button, before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
});
document.addEventListener('htmx:load', event => reveal(event.target));
reveal(document);
