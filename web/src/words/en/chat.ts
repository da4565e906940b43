/** A conversation: asking, waiting, answers. */

export const chat = {
  conversation: "Conversation",
  emptyTitle: "What would you like to know?",
  prompts: [
    "Explain a word that I keep meeting: entropy",
    "Draft a short, friendly reminder about an invoice",
    "Turn my notes into a list of next steps",
  ],
  message: "Your message",
  ask: "Ask",
  askHere: "Ask anything",
  send: "Send",
  stop: "Stop",
  attach: "Add a file",
};
