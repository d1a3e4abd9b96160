"""People, teams, keys."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tocsin.accounts.rules import KeyScope, Role
from tocsin.core.clock import Now
from tocsin.core.ids import uuid7


class Organisation(models.Model):
    """One row: the organisation this installation serves."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid name language zone"}

    id = models.BooleanField(primary_key=True, default=True)
    uuid = models.UUIDField(default=uuid7)
    name = models.TextField()
    language = models.TextField(db_default="en")
    zone = models.TextField(db_default="UTC")

    class Meta:
        db_table = "accounts_organisation"
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=True), name="accounts_one_organisation")]


class Person(AbstractBaseUser):
    """Somebody who signs in, is on call, or both. Never deleted: deactivated, later erased."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid language zone role theme is_active last_login created_at",
        "personal": "login name email",
        "secret": "password",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    login = models.TextField(unique=True)
    name = models.TextField()
    email = models.TextField(blank=True, default="")
    language = models.TextField(blank=True, default="")
    zone = models.TextField(blank=True, default="")
    theme = models.TextField(blank=True, default="")
    role = models.TextField(default=Role.RESPONDER)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = BaseUserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "accounts_person"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(role__in=list(Role)), name="accounts_person_role"),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People who own services together and take turns."""

    FIELD_CLASSES: ClassVar = {"none": "id uuid key name lead removed_at"}

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    key = models.TextField(unique=True)
    name = models.TextField()
    lead = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_team"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    FIELD_CLASSES: ClassVar = {"none": "id team person"}

    id = models.BigAutoField(primary_key=True)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        db_table = "accounts_membership"
        constraints: ClassVar = [models.UniqueConstraint("team", "person", name="accounts_membership_once")]


class Key(models.Model):
    """An API key. Only its HMAC is kept; `prefix` is enough to tell keys apart. `subject` is what it stands for."""

    FIELD_CLASSES: ClassVar = {
        "none": "id uuid name prefix scope team subject_kind subject_id created_at last_used_at revoked_at",
        "secret": "digest",
    }

    id = models.BigAutoField(primary_key=True)
    uuid = models.UUIDField(unique=True, default=uuid7)
    name = models.TextField()
    prefix = models.TextField()
    digest = models.TextField(unique=True)
    scope = models.TextField()
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="keys")
    subject_kind = models.TextField(blank=True, default="")
    subject_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "accounts_key"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(scope__in=list(KeyScope)), name="accounts_key_scope"),
        ]


class SignInLink(models.Model):
    """A link that signs one person in once, within minutes."""

    FIELD_CLASSES: ClassVar = {"none": "id person expires_at used_at created_at", "secret": "digest"}

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.TextField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "accounts_signinlink"
