"""What in a text should not leave: secrets, numbers of people and cases, own words. A second net, never the boundary.

Detectors can only make a label stricter, and finding nothing says nothing. No module here opens a file or a socket.
"""
