"""An application factory: extensions are made once and attached to each application."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_migrate import Migrate

db = SQLAlchemy()
migrate = Migrate()


def create_app(url="sqlite:///shop.db"):
    """Make an application for the database at *url*."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False

    from . import models  # noqa: F401  (migrate sees only the models that were imported)

    db.init_app(app)
    migrate.init_app(app, db)
    return app
