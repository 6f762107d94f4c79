from django.urls import path

from content import feeds, search_views, views

urlpatterns = [
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("points/", views.points, name="points"),
    path("points/regions/<slug:slug>/", views.point_region, name="point-region"),
    path("points/<slug:slug>/", views.point, name="point"),
    path("search/", search_views.search, name="search"),
    path("feed/", feeds.articles, name="feed"),
]
