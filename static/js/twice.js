/* A second press of a button within five seconds doesn't send its form again: the browser would drop the response to the
   first one. Forms of htmx disable their button instead. */
let pressed = new WeakMap();
addEventListener('submit', event => {
  const button = event.submitter ?? event.target;
  if (event.defaultPrevented || event.target.method !== 'post') return;
  if (event.timeStamp - pressed.get(button) < 5000) event.preventDefault();
  else pressed.set(button, event.timeStamp);
});
const forget = () => { pressed = new WeakMap(); };
addEventListener('pageshow', forget); // the user went back
// The browser asks whether to leave the page with unsaved changes, after guard.js. After "Stay", nothing was sent. After
// "Leave", the page is here until the next one comes, usually within a second. Timers wait for the answer.
addEventListener('beforeunload', event => setTimeout(() => event.defaultPrevented && setTimeout(forget, 1000)));
