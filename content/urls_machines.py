"""Addresses without a language: what only machines ask for."""

from django.urls import path

from content import pictures, sitemaps, views

urlpatterns = [
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("points-<slug:version>.css", views.points_sheet, name="points-sheet"),
    path(
        "pictures/<slug:language>/<slug:slug>.<slug:version>.png",
        pictures.article,
        name="article-picture",
    ),
]
