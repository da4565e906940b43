/** Light, dark, or as the system has it; remembered in this browser. */

export type ThemeName = "system" | "light" | "dark";

export const THEMES: readonly ThemeName[] = ["system", "light", "dark"];

const KEY = "aspen.theme";

class Theme {
  name = $state<ThemeName>(remembered());

  choose(name: ThemeName): void {
    this.name = name;
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // a browser that keeps nothing: the choice holds until the page is closed
    }
    this.apply();
  }

  apply(): void {
    const root = document.documentElement;
    if (this.name === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = this.name;
  }
}

function remembered(): ThemeName {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((name) => name === kept) ?? "system";
  } catch {
    return "system";
  }
}

export const theme = new Theme();
