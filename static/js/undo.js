/* Ctrl-Z presses Undo in the newest toast: with the keyboard, the toast is far from the list in which something was
   removed. In a text field, Ctrl-Z undoes typing. */
document.addEventListener('keydown', event => {
  if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  if (event.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, dialog')) return;
  const button = [...document.querySelectorAll('[data-undo] [type="submit"]')].at(-1);
  if (!button) return;
  event.preventDefault();
  button.click();
});
