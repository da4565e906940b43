"""Chats of other programs, as the document that `aspen import` reads. Pure: opens no file and writes nothing."""
