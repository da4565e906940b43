"""What goes into and comes out of the verbs that the app may use, as types. Loaded by nobody who answers.

The page's types are written from these by `tests/server/typescript_shapes.py`, and a test holds real answers against
them. A field that is not always there is NotRequired; new ones can appear at any time.
"""
