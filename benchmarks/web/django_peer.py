"""The same rows in a Django admin: a list with search, a page a row, a form that writes and logs."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import django
from django.conf import settings
from django.urls import path

HERE = "django_peer"
"""The module is the application: it is imported, never run."""

settings.configure(
    DEBUG=False, SECRET_KEY="a benchmark on loopback", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__,
    USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", LANGUAGE_CODE="zh-hans",
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PEER_DB"], "HOST": os.environ["PEER_HOST"],
        "PORT": os.environ.get("PEER_PORT", ""), "USER": os.environ["PEER_USER"],
        "PASSWORD": os.environ.get("PEER_PASSWORD", ""), "CONN_MAX_AGE": 600,
    }},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes",
                    "django.contrib.sessions", "django.contrib.messages", __name__],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
        "context_processors": ["django.template.context_processors.request",
                               "django.contrib.auth.context_processors.auth",
                               "django.contrib.messages.context_processors.messages"]}}],
    STATIC_URL="/static/",
)  # fmt: skip
django.setup()

from django.contrib import admin  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402


class Listing(models.Model):
    """A row of the market."""

    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField()
    place = models.CharField(max_length=12, blank=True)
    tier = models.CharField(max_length=10)

    class Meta:
        """Of no package."""

        app_label = HERE


class ListingAdmin(admin.ModelAdmin):
    """As many rows a page as the workbench shows."""

    list_display = ("title", "kind", "place", "tier")
    search_fields = ("title", "text")
    list_per_page = 60


admin.site.register(Listing, ListingAdmin)
urlpatterns = [path("admin/", admin.site.urls)]
application = get_wsgi_application()


def fill(rows: str, password: str, logins: list[str]) -> None:
    """Make the tables, the people and the rows of a csv (kind, title, text, place, tier)."""
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Listing)
    with Path(rows).open(encoding="utf-8") as file:
        Listing.objects.bulk_create(Listing(**r) for r in csv.DictReader(file))
    for login in logins:
        User.objects.create_superuser(login, password=password)
