"""Addresses without a language: what only machines ask for."""

from django.urls import path

from content import pictures, sitemaps

urlpatterns = [
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path(
        "pictures/<slug:language>/<slug:slug>.<slug:version>.png",
        pictures.article,
        name="article-picture",
    ),
]
