# One image for web, worker and beat. docker-compose.yml has their commands.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN useradd --system --create-home --home-dir /srv/teamadmin teamadmin
WORKDIR /srv/teamadmin/app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
# The settings require these variables, but collectstatic does not use them.
RUN SECRET_KEY=used-only-while-the-image-is-built-signs-nothing ALLOWED_HOSTS=x BASE_URL=https://x.example \
    DATABASE_URL=sqlite://:memory: REDIS_URL=redis://x EMAIL_URL=smtp://x DEFAULT_FROM_EMAIL=x@x.example \
    python manage.py collectstatic --noinput \
    && mkdir /srv/teamadmin/data && chown teamadmin /srv/teamadmin/data
ENV TEAMADMIN_DATA=/srv/teamadmin/data
USER teamadmin
EXPOSE 8000
CMD ["python", "-m", "teamadmin.server", "--host", "0.0.0.0", "--port", "8000"]
