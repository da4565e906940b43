"""What is remembered: conversations, attachments, what persons said of files and folders, projects, preferences.

Opened by the core alone. Everything here is synchronous and belongs to the thread that opened the store.
"""
