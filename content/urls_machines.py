"""Addresses without a language: what only search engines and browsers read."""

from django.urls import path

from content import sitemaps, views

urlpatterns = [
    path("sitemap.xml", sitemaps.sitemap, name="sitemap"),
    path("points-<slug:version>.css", views.points_sheet, name="points-sheet"),
]
