"""Services with their prices, codes and discounts, places with their clocks."""
