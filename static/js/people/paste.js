/* A list pasted into a field with data-paste is read by the server (W-4): the form is submitted with the text in
   [name="pasted"] and the row in [name="pasted_at"], by the button with data-paste-read. One address is pasted as usual.
   Names stop being marked as guessed when they are changed.
   The URL of an empty form names its draft once it is submitted, so that Back shows what was typed. */
// As invitations.forms.is_list(). Lines and columns without an address are a list, too.
const ONE_ADDRESS = /^\s*[^\s@<>,;:]+@[^\s@<>,;:]+\s*$/, MAX = 100001;

document.addEventListener('paste', event => {
  const field = event.target, text = event.clipboardData?.getData('text/plain').replaceAll('\0', '') ?? '';
  if (!field.matches?.('[data-paste]') || ONE_ADDRESS.test(text) || !(text.includes('@') || /\S\s*[\n\r]\s*\S/.test(text))) return;
  const form = field.form, { pasted, pasted_at: at } = form.elements;
  event.preventDefault();
  pasted.value = text.slice(0, MAX);
  at.value = field.closest('[data-repeat-row]')?.dataset.n ?? '';
  form.requestSubmit(form.querySelector('[data-paste-read]'));
});
document.addEventListener('submit', event => {
  const url = new URL(location), draft = event.target.elements.draft?.value;
  if (!draft || !url.searchParams.has('new')) return;
  url.searchParams.set('draft', draft);
  history.replaceState(history.state, '', url);
});
document.addEventListener('input', event => {
  if (!event.target.matches('[data-guess]')) return;
  for (const field of event.target.closest('[data-repeat-row]').querySelectorAll('[data-guess]')) {
    field.removeAttribute('data-guess');
    field.removeAttribute('aria-describedby');
  }
});
