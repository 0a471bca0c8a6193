"""How many processes of each service a load needs: the arithmetic of what starts and stops them."""
