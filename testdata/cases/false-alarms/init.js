db.getSiblingDB('shop').createCollection('orders')
