export const base = "/api"
