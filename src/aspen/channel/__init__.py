"""How a command reaches the service: framing, the client's side and starting the service on demand."""
