"""Who answers elsewhere, as data: the shipped catalogue, the user's own servers, and who is connected. No network."""
