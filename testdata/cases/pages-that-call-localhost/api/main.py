print("http://localhost:8000")
