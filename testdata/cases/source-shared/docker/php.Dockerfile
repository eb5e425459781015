FROM php:8.4-fpm
WORKDIR /app
COPY . /app
