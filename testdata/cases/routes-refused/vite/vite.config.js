export default { server: { host: true } }
