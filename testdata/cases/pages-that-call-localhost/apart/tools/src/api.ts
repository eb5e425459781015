export const base = "http://localhost:8000"
