FROM python:3.12-slim
WORKDIR /srv/train
COPY app.py ./
RUN mkdir -p /app/models && python app.py && useradd --uid 10001 forecaster && chown -R forecaster /app/models
USER forecaster
CMD ["python", "app.py"]
