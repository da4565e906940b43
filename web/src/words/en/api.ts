/** When Aspen's own server does not answer as it should. */

export const api = {
  unreachable: "Aspen does not answer.",
  unreachableHint: "It may be starting again. Your text is kept.",
  garbled: "Aspen's answer could not be read.",
  garbledHint: "Try again; if it stays so, the log has the details.",
};
