export const shop = 'http://localhost:9999/'
