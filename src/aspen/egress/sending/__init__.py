"""How the gate puts bytes on the wire: one address, constant headers, one connection a request, nothing sent twice."""
