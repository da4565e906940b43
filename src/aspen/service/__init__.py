"""The core: the sealed process that holds what people say. Listens for commands and answers them."""
