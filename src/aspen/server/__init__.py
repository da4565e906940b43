"""HTTP for the app: who may come in, what is served, and runs that outlive the page that began them."""
