const config = require('../config/all.js')
require('./own.js')
