// Tabs by the ARIA pattern: arrows, Home and End move and choose. https://www.w3.org/WAI/ARIA/apg/patterns/tabs/

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

export function makeTabs(list) {
  const tabs = [...list.querySelectorAll("[role=tab]")];

  function choose(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
  }

  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
  }
  list.addEventListener("keydown", (event) => {
    const now = tabs.indexOf(document.activeElement);
    const to = { Home: 0, End: tabs.length - 1 }[event.key] ?? now + STEPS[event.key];
    if (now >= 0 && Number.isInteger(to)) {
      event.preventDefault();
      const next = tabs[(to + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    }
  });
}
