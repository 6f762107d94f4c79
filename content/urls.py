from django.urls import path

from content import feeds, views

urlpatterns = [
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("points/", views.points, name="points"),
    path("points/<slug:slug>/", views.point, name="point"),
    path("feed/", feeds.articles, name="feed"),
]
