ALLOWED_HOSTS = os.environ.get("SHOP_HOSTS", "localhost").split(",")
