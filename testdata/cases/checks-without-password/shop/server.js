const app = require('express')()
app.get('/orders', (request, response) => response.json([]))
app.listen(3000)
