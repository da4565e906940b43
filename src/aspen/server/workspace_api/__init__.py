"""What the app can ask of the workspace: a table of verbs, called directly or as runs."""
