"""Addresses without a language: what only search engines read."""

from django.urls import path

from content import sitemaps

urlpatterns = [path("sitemap.xml", sitemaps.sitemap, name="sitemap")]
