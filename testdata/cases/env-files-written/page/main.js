const fs = require('fs');
const settings = fs.readFileSync('/srv/.env', 'utf8');
fs.writeFileSync('/tmp/started', settings);
