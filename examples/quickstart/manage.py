"""The same commands with Flask-Script: python manage.py db ..."""

try:
    from flask_script_ng import Manager
except ImportError:  # Flask 1 has the original
    from flask_script import Manager

from app import app

from flask_migrate import MigrateCommand

manager = Manager(app)
manager.add_command("db", MigrateCommand)

if __name__ == "__main__":
    manager.run()
