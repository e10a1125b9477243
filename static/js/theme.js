/* Apply a chosen theme at once. The form around the radio buttons saves it. */
document.addEventListener('change', event => {
  if (!event.target.matches('input[type="radio"][name="theme"]')) return;
  document.documentElement.dataset.theme = event.target.value;
  for (const other of document.querySelectorAll(`input[name="theme"][value="${event.target.value}"]`)) other.checked = true;
});
