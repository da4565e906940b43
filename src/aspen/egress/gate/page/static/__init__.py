"""The files of the gate's pages, as they are served: no build, nothing inline, nothing from elsewhere."""
