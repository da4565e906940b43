"""What a document says, as text with its pages: pure functions of bytes, bounded, made for a reader's jail."""
