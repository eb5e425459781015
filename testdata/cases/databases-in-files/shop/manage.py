# Runs the commands of the shop.
