"""The tables, as steps that each store takes once. A step that was released is never edited: a change is a new step.

Every table is STRICT. Times are microseconds since 1970 in UTC. Paths are bytes, because a name on the disk need not be
text. Labels are never null; `providers` alone may be, which means whoever the policy allows.
"""

from __future__ import annotations

from typing import Final

# Belongs to the first step as much as the tables that hold it.
_LABEL: Final = """sensitivity TEXT NOT NULL CHECK (sensitivity IN ('public', 'internal', 'private')),
    source TEXT NOT NULL CHECK (source IN ('unset', 'detected', 'declared')),
    reasons TEXT NOT NULL CHECK (json_valid(reasons)),
    providers TEXT CHECK (providers IS NULL OR json_valid(providers)),
    beneath TEXT NOT NULL CHECK (beneath IN ('public', 'internal'))"""

_FIRST: Final = f"""
CREATE TABLE projects (
    project_id INTEGER PRIMARY KEY,
    folder BLOB NOT NULL UNIQUE,
    device INTEGER,
    inode INTEGER,
    name TEXT NOT NULL,
    default_model TEXT,
    instructions TEXT NOT NULL,
    asked_at_us INTEGER,
    {_LABEL}
) STRICT;

CREATE TABLE conversations (
    conversation_id TEXT PRIMARY KEY CHECK (conversation_id <> ''),
    title TEXT NOT NULL,
    project_id INTEGER REFERENCES projects ON DELETE SET NULL,
    wanted_model TEXT,
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    current_turn_id TEXT,
    created_at_us INTEGER NOT NULL,
    changed_at_us INTEGER NOT NULL,
    deleted_at_us INTEGER,
    {_LABEL}
) STRICT;

CREATE INDEX conversations_newest ON conversations (changed_at_us DESC, conversation_id DESC);
CREATE INDEX conversations_of_project ON conversations (project_id);

CREATE TABLE turns (
    position INTEGER PRIMARY KEY,
    turn_id TEXT NOT NULL UNIQUE CHECK (turn_id <> ''),
    conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    parent_id TEXT CHECK (parent_id <> turn_id),
    role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    parts TEXT NOT NULL CHECK (json_valid(parts)),
    decision_id TEXT,
    decision TEXT CHECK (decision IS NULL OR json_valid(decision)),
    is_complete INTEGER NOT NULL CHECK (is_complete IN (0, 1)),
    created_at_us INTEGER NOT NULL,
    {_LABEL},
    UNIQUE (conversation_id, turn_id),
    FOREIGN KEY (conversation_id, parent_id) REFERENCES turns (conversation_id, turn_id)
) STRICT;

CREATE INDEX turns_of_parent ON turns (conversation_id, parent_id);

CREATE TRIGGER turns_keep_their_place BEFORE UPDATE OF turn_id, conversation_id, parent_id, role ON turns
BEGIN SELECT RAISE(ABORT, 'a turn keeps its place in the tree'); END;

CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
    content BLOB NOT NULL,
    created_at_us INTEGER NOT NULL,
    {_LABEL}
) STRICT;

CREATE TABLE turn_blobs (
    turn_id TEXT NOT NULL REFERENCES turns (turn_id) ON DELETE CASCADE,
    sha256 TEXT NOT NULL REFERENCES blobs,
    PRIMARY KEY (turn_id, sha256)
) STRICT, WITHOUT ROWID;

CREATE INDEX turn_blobs_by_sha256 ON turn_blobs (sha256);

CREATE TRIGGER blobs_go_with_their_last_turn AFTER DELETE ON turn_blobs
WHEN NOT EXISTS (SELECT 1 FROM turn_blobs WHERE sha256 = OLD.sha256)
BEGIN DELETE FROM blobs WHERE sha256 = OLD.sha256; END;

CREATE TABLE path_labels (
    path BLOB PRIMARY KEY,
    declared_as BLOB NOT NULL,
    is_folder INTEGER NOT NULL CHECK (is_folder IN (0, 1)),
    device INTEGER,
    inode INTEGER,
    declared_at_us INTEGER NOT NULL,
    {_LABEL}
) STRICT;

CREATE TABLE preferences (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    content TEXT NOT NULL CHECK (json_valid(content))
) STRICT;
"""

STEPS: Final = (_FIRST,)
