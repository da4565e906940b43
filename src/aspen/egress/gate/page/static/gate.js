// How a page of the gate's asks the gate, and tells the app's page what was decided. Nothing else leaves this page.

export class Refused extends Error {
  constructor(status, error) {
    super(error.sentence);
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
    this.facts = error.facts;
  }
}

async function answered(request) {
  const answer = await request;
  const told = await answer.json();
  if (!answer.ok) {
    throw new Refused(answer.status, told.error);
  }
  return told;
}

export function read(path) {
  return answered(fetch(path, { cache: "no-store" }));
}

export function decide(path, told) {
  return answered(
    fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(told) }),
  );
}

/** Tell the page that frames this one, and only if it is the app's: the browser compares the origin. */
export function tellApp(message, appOrigin) {
  if (window.parent !== window) {
    window.parent.postMessage({ aspen: "answered", ...message }, appOrigin);
  }
}
