"""What Aspen's two small servers for a browser share: who may come in, and what a request must say of itself. Pure."""
