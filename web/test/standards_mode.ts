/** Every page of Aspen has a doctype, and KaTeX asks for the mode that follows; this DOM does not say it. */

if (typeof document !== "undefined") Object.defineProperty(document, "compatMode", { value: "CSS1Compat" });
