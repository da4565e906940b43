// The key stands behind the #, which no server and no log ever sees; it works once.
const key = location.hash.slice(1);
history.replaceState(null, "", "/start");

async function enter() {
  const answer = await fetch("/start", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  if (answer.ok) {
    location.replace("/");
    return;
  }
  const { error } = await answer.json();
  document.getElementById("words").textContent = `${error.sentence} ${error.hint}`;
}

enter().catch(() => {
  document.getElementById("words").textContent = "Aspen does not answer. Open it again from the terminal: aspen";
});
