// The key stands behind the #, which no server and no log ever sees; it works once. What follows its dot is the app's
// own key, which is handed on to the app and to nobody else.
const [key, appKey] = location.hash.slice(1).split(".", 2);
history.replaceState(null, "", "/start");
const words = document.getElementById("words");

async function enter() {
  const answer = await fetch("/start", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ key }),
  });
  const told = await answer.json();
  if (!answer.ok) {
    words.textContent = `${told.error.sentence} ${told.error.hint}`;
  } else if (appKey) {
    location.replace(`${told.app_origin}/start#${appKey}`);
  } else {
    words.textContent = "The gate knows this browser now. You can close this page.";
  }
}

enter().catch(() => {
  words.textContent = "Aspen does not answer. Open it again from the terminal: aspen";
});
