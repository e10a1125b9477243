/* A second press of a button within five seconds doesn't send its form again: the browser would drop the response to the
   first one. Forms of htmx disable their button instead. */
let pressed = new WeakMap();
addEventListener('submit', event => {
  const button = event.submitter ?? event.target;
  if (event.defaultPrevented || event.target.method !== 'post') return;
  if (event.timeStamp - pressed.get(button) < 5000) event.preventDefault();
  else pressed.set(button, event.timeStamp);
});
addEventListener('pageshow', () => { pressed = new WeakMap(); }); // the user went back
