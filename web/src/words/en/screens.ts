/** What all screens beside the chat say alike. */

export const screens = {
  waiting: "One moment.",
  tryAgain: "Try again",
  notLoaded: "This part of the page could not be loaded.",
  cancel: "Cancel",
  save: "Save",
};
