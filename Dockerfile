# One image for web, worker and beat. docker-compose.yml has their commands.
FROM python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

# Containers are read-only: bytecode is written here once. A fatal signal logs what each thread was doing.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONFAULTHANDLER=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# This user id owns the volume "data".
RUN groupadd --system --gid 999 teamadmin \
    && useradd --system --uid 999 --gid 999 --create-home --home-dir /srv/teamadmin teamadmin
WORKDIR /srv/teamadmin/app
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY . .
# The settings require these variables, but collectstatic does not use them.
RUN SECRET_KEY=used-only-while-the-image-is-built-signs-nothing ALLOWED_HOSTS=x BASE_URL=https://x.example \
    DATABASE_URL=sqlite://:memory: REDIS_URL=redis://x EMAIL_URL=smtp://x DEFAULT_FROM_EMAIL=x@x.example \
    python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && mkdir -p /srv/teamadmin/data/media && chown -R teamadmin:teamadmin /srv/teamadmin/data
ENV TEAMADMIN_DATA=/srv/teamadmin/data
USER 999:999
EXPOSE 8000
CMD ["python", "-m", "teamadmin.server", "--host", "0.0.0.0", "--port", "8000"]
