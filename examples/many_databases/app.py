"""Two databases: the default one, and a bind for what is logged."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_migrate import Migrate

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///main.db"
app.config["SQLALCHEMY_BINDS"] = {"logs": "sqlite:///logs.db"}
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False

db = SQLAlchemy(app)
Migrate(app, db)


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(128))


class Visit(db.Model):
    __bind_key__ = "logs"

    id = db.Column(db.Integer, primary_key=True)
    page = db.Column(db.String(255))
