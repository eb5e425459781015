DEBUG = False
ALLOWED_HOSTS = ["localhost", "shop.test"]
