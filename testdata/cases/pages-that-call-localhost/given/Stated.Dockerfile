FROM node:24 AS build
WORKDIR /app
ENV VITE_API_URL=http://localhost:8000/api
COPY . .
RUN npm run build
FROM nginx:1.29
COPY --from=build /app/dist /usr/share/nginx/html
