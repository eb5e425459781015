export const agent = process.env.AGENT_URL || 'http://localhost:8000'
