FROM python:3.13-slim
USER 2002
