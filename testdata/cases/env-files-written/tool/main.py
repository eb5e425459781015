from dotenv import set_key

set_key('/srv/.env', 'STARTED', 'yes')
