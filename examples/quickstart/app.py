"""One application and its models; see README.rst for the commands."""

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_migrate import Migrate, cli as migrate_cli

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///app.db"
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False

db = SQLAlchemy(app)
Migrate(app, db)

# Any name will do; Migrate has added the commands as "db" already.
app.cli.add_command(migrate_cli, "db")


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(128))
