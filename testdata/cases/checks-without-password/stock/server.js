const app = require('express')()
app.get('/ready', (request, response) => response.json([]))
app.listen(3000)
