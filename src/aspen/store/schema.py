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

# What the index holds of a turn: what was said, and the names of files. Its position is its number there.
_SPOKEN: Final = """(
        SELECT coalesce(group_concat(words, char(10) ORDER BY place), '') FROM (
            SELECT key AS place,
                CASE value ->> 'kind' WHEN 'text' THEN value ->> 'text' WHEN 'file' THEN value ->> 'name' END AS words
            FROM json_each({parts})
        )
    )"""

TOKENIZER: Final = "unicode61 remove_diacritics 2"
"""What a word is in the index of words: letters and digits, without case and accents."""

# Numbers of titles are above those of all turns, so that the newest entries begin with titles.
_TITLES_BEGIN: Final = 1 << 40

# A turn is in the index or in the backlog, never in both. An answer that is still coming waits there until it is
# complete or somebody searches, because its row is written four times a second.
# The backlog does not reference the turns: to look for each of 100,000 takes most of a second.
# `secure-delete` takes words out of the index when they are deleted, instead of only marking them.
_SECOND: Final = f"""
ALTER TABLE conversations ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1));
CREATE INDEX conversations_pinned_first ON conversations (is_pinned DESC, changed_at_us DESC, conversation_id DESC);
CREATE INDEX conversations_deleted ON conversations (deleted_at_us) WHERE deleted_at_us IS NOT NULL;

ALTER TABLE turns ADD COLUMN outcome TEXT NOT NULL DEFAULT '{{}}' CHECK (json_valid(outcome));

CREATE TABLE drafts (
    name TEXT PRIMARY KEY CHECK (name <> ''),
    words TEXT NOT NULL,
    changed_at_us INTEGER NOT NULL
) STRICT;

CREATE TRIGGER drafts_go_with_their_conversation AFTER DELETE ON conversations
BEGIN DELETE FROM drafts WHERE name = OLD.conversation_id; END;

CREATE VIRTUAL TABLE search USING fts5 (title, words, tokenize = "{TOKENIZER}", prefix = '2 3');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

CREATE TABLE search_titles (
    entry INTEGER PRIMARY KEY,
    conversation_id TEXT NOT NULL UNIQUE REFERENCES conversations ON DELETE CASCADE
) STRICT;

CREATE TABLE search_backlog (position INTEGER PRIMARY KEY) STRICT;

INSERT INTO search_titles (entry, conversation_id)
SELECT {_TITLES_BEGIN} + row_number() OVER (ORDER BY created_at_us), conversation_id FROM conversations;
INSERT INTO search (rowid, title, words)
SELECT entry, title, '' FROM search_titles JOIN conversations USING (conversation_id) ORDER BY entry;
INSERT INTO search_backlog (position) SELECT position FROM turns;

CREATE TRIGGER titles_are_indexed AFTER INSERT ON conversations
BEGIN
    INSERT INTO search_titles (entry, conversation_id)
    VALUES (coalesce((SELECT max(entry) FROM search_titles), {_TITLES_BEGIN}) + 1, NEW.conversation_id);
    INSERT INTO search (rowid, title, words)
    SELECT entry, NEW.title, '' FROM search_titles WHERE conversation_id = NEW.conversation_id;
END;

CREATE TRIGGER titles_change_in_the_index AFTER UPDATE OF title ON conversations
BEGIN
    UPDATE search SET title = NEW.title
    WHERE rowid = (SELECT entry FROM search_titles WHERE conversation_id = NEW.conversation_id);
END;

CREATE TRIGGER titles_leave_the_index AFTER DELETE ON search_titles
BEGIN DELETE FROM search WHERE rowid = OLD.entry; END;

CREATE TRIGGER turns_are_indexed AFTER INSERT ON turns WHEN NEW.is_complete
BEGIN INSERT INTO search (rowid, title, words) VALUES (NEW.position, '', {_SPOKEN.format(parts="NEW.parts")}); END;

CREATE TRIGGER turns_that_grow_wait AFTER INSERT ON turns WHEN NOT NEW.is_complete
BEGIN INSERT INTO search_backlog (position) VALUES (NEW.position); END;

CREATE TRIGGER turns_that_grow_on_wait_again AFTER UPDATE OF parts ON turns WHEN NOT NEW.is_complete
BEGIN
    DELETE FROM search WHERE rowid = NEW.position;
    INSERT INTO search_backlog (position) VALUES (NEW.position) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER turns_are_indexed_in_the_end AFTER UPDATE OF parts ON turns WHEN NEW.is_complete
BEGIN
    DELETE FROM search WHERE rowid = NEW.position;
    DELETE FROM search_backlog WHERE position = NEW.position;
    INSERT INTO search (rowid, title, words) VALUES (NEW.position, '', {_SPOKEN.format(parts="NEW.parts")});
END;

CREATE TRIGGER turns_leave_the_index AFTER DELETE ON turns
BEGIN
    DELETE FROM search WHERE rowid = OLD.position;
    DELETE FROM search_backlog WHERE position = OLD.position;
END;
"""

INDEX_WAITING: Final = (
    "INSERT INTO search (rowid, title, words) "
    f"SELECT position, '', {_SPOKEN.format(parts='turns.parts')} FROM turns "
    "WHERE position IN (SELECT value FROM json_each(?)) ORDER BY position"
)
"""Takes positions of turns that are not in the index, as a JSON list."""

# A file waits in the draft of one conversation until a question takes it along; then it belongs to the turns that had
# it, and goes with the last of them.
_THIRD: Final = """
CREATE TABLE attached_files (
    file_id TEXT PRIMARY KEY CHECK (file_id <> ''),
    draft TEXT CHECK (draft <> ''),
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    path BLOB,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    content BLOB NOT NULL,
    created_at_us INTEGER NOT NULL
) STRICT;

CREATE INDEX attached_files_of_draft ON attached_files (draft) WHERE draft IS NOT NULL;

CREATE TABLE turn_files (
    turn_id TEXT NOT NULL REFERENCES turns (turn_id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    file_id TEXT NOT NULL REFERENCES attached_files ON DELETE CASCADE,
    PRIMARY KEY (turn_id, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX turn_files_by_file ON turn_files (file_id);

CREATE TRIGGER attached_files_go_with_their_last_turn AFTER DELETE ON turn_files
WHEN NOT EXISTS (SELECT 1 FROM turn_files WHERE file_id = OLD.file_id)
BEGIN DELETE FROM attached_files WHERE file_id = OLD.file_id AND draft IS NULL; END;

CREATE TRIGGER attached_files_go_with_their_conversation AFTER DELETE ON conversations
BEGIN DELETE FROM attached_files WHERE draft = OLD.conversation_id; END;
"""

STEPS: Final = (_FIRST, _SECOND, _THIRD)
