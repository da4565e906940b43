"""What `aspen prove` looks at by itself, from outside of every process of Aspen's."""
