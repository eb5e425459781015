FROM nginx:1.29
COPY . /app
