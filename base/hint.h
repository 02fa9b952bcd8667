/*
 * hint: the codes of hints, with the names of their arguments. The sentences are in the program
 * (cmd/frame/hint_table.c), because code below cmd must not name commands.
 *
 * A new hint needs a line here and a line in hint_table.c; tests/check/hints.py compares the two
 * files and the calls. error.h does not include this header, so that few files are recompiled after
 * a hint is added.
 */
#ifndef VV_BASE_HINT_H
#define VV_BASE_HINT_H

/* clang-format off */
/* X(code, name, arguments), in alphabetical order. Output for programs contains the name, never the
 * number of the code. */
#define VV_HINTS(X) \
	X(ACCEPT, "accept", "rule path") \
	X(ADD, "add", "path") \
	X(ADD_AS_CSV, "add-as-csv", "path") \
	X(ADD_AS_FILE, "add-as-file", "path") \
	X(ADD_AS_TABLE, "add-as-table", "path") \
	X(ADD_CONVERT, "add-convert", "path") \
	X(ADD_ENCODING, "add-encoding", "encoding path") \
	X(ADD_FIX_OR_UNTRACK, "add-fix-or-untrack", "path") \
	X(ADD_KEY, "add-key", "path") \
	X(ADD_KEY_FOUND, "add-key-found", "column path") \
	X(ADD_NO_KEY, "add-no-key", "") \
	X(ADD_OR_ABORT, "add-or-abort", "path") \
	X(ADD_OR_FIX, "add-or-fix", "path") \
	X(ADD_ORDER_BACK, "add-order-back", "path") \
	X(ADD_RECORDS, "add-records", "records path") \
	X(AS_FILE, "as-file", "path") \
	X(ASK_FOR, "ask-for", "") \
	X(BEHIND, "behind", "option remote") \
	X(BLOCKS_ASK, "blocks-ask", "") \
	X(BLOCKS_FETCH, "blocks-fetch", "") \
	X(BLOCKS_REMOTE, "blocks-remote", "") \
	X(CAR_EXPORT_UNIXFS, "car-export-unixfs", "") \
	X(CAT, "cat", "encoding") \
	X(CLEAN, "clean", "path") \
	X(CLEAN_CSV, "clean-csv", "path") \
	X(CLEAN_QUOTES, "clean-quotes", "path") \
	X(CLONE_URL, "clone-url", "") \
	X(COMPARE, "compare", "path") \
	X(CONFIG_LIST, "config-list", "") \
	X(CONFLICTS, "conflicts", "") \
	X(CONVERT_LINES, "convert-lines", "") \
	X(CONVERT_UTF8, "convert-utf8", "") \
	X(DIFF_KEY, "diff-key", "column") \
	X(DIFF_PATCH, "diff-patch", "") \
	X(EDIT_AND_ADD, "edit-and-add", "path") \
	X(EDITS, "edits", "") \
	X(EDITS_ABORT, "edits-abort", "") \
	X(ERASED_FROM, "erased-from", "") \
	X(ERASED_THERE, "erased-there", "remote branch") \
	X(EXPORT, "export", "") \
	X(FETCH_ALL, "fetch-all", "") \
	X(FETCH_AND_RESTORE, "fetch-and-restore", "path") \
	X(FETCH_BRANCHES, "fetch-branches", "") \
	X(FETCH_DATA, "fetch-data", "revision path") \
	X(FETCH_FROM, "fetch-from", "") \
	X(FIX, "fix", "path") \
	X(FOLDER_DAMAGED, "folder-damaged", "folder") \
	X(FSCK, "fsck", "") \
	X(FSCK_REPAIR, "fsck-repair", "") \
	X(FSCK_SENDER, "fsck-sender", "") \
	X(GC_ROOM, "gc-room", "") \
	X(GET, "get", "") \
	X(GIT_DIR, "git-dir", "folder") \
	X(HASH_SECRET, "hash-secret", "") \
	X(HOLDER_ADD, "holder-add", "") \
	X(HOLDER_LIST, "holder-list", "") \
	X(HOLDER_ROOM, "holder-room", "") \
	X(HOOK_LINE, "hook-line", "file") \
	X(IGNORED, "ignored", "path") \
	X(INIT, "init", "") \
	X(INIT_AGAIN, "init-again", "") \
	X(KEY_NEW, "key-new", "") \
	X(LAST_COPY, "last-copy", "path") \
	X(LIST_RULES, "list-rules", "") \
	X(LOG_PATH, "log-path", "path") \
	X(LOG_ROW, "log-row", "row path") \
	X(MERGE_UTF8, "merge-utf8", "encoding") \
	X(MIGRATE, "migrate", "path") \
	X(NEAR_OR_PATH, "near-or-path", "file command path") \
	X(NEAREST_KEPT, "nearest-kept", "version date") \
	X(PRUNE_HOLD, "prune-hold", "") \
	X(PUBLISH_BACK, "publish-back", "folder") \
	X(PULL, "pull", "") \
	X(PULL_FIRST, "pull-first", "") \
	X(PUSH, "push", "") \
	X(PUSH_ALL, "push-all", "remote") \
	X(PUSH_BLOCKS, "push-blocks", "") \
	X(PUSH_BLOCKS_TO, "push-blocks-to", "remote") \
	X(PUSH_TO, "push-to", "remote from to") \
	X(PUSH_UPSTREAM, "push-upstream", "remote branch") \
	X(READ_NEWER, "read-newer", "path") \
	X(READ_UNSIGNED, "read-unsigned", "") \
	X(REBASE_ONTO, "rebase-onto", "onto old branch") \
	X(REBASE_OWN, "rebase-own", "") \
	X(REMOTE_ADD, "remote-add", "remote") \
	X(REMOTE_MOVED, "remote-moved", "remote") \
	X(REMOTES, "remotes", "") \
	X(RENAME_COLUMN, "rename-column", "path column") \
	X(RESOLVE, "resolve", "") \
	X(RESOLVE_ROW, "resolve-row", "") \
	X(RESTORE_DATA, "restore-data", "path") \
	X(RESTORE_SOURCE, "restore-source", "") \
	X(RESTORE_SPELLING, "restore-spelling", "path") \
	X(RESTORE_WHOLE, "restore-whole", "revision path") \
	X(RESTORE_WHOLE_REV, "restore-whole-rev", "path") \
	X(SCHEMA_MISSING, "schema-missing", "column word path") \
	X(SCHEMA_NUMBER, "schema-number", "column example path") \
	X(SCHEMA_TYPE, "schema-type", "column type path") \
	X(SCHEMA_TYPE_NUMBER, "schema-type-number", "column type path") \
	X(SET_UPSTREAM, "set-upstream", "") \
	X(SIGN_JOIN, "sign-join", "place") \
	X(STATUS, "status", "") \
	X(STORE_EMPTIED, "store-emptied", "store") \
	X(STORE_FORK, "store-fork", "") \
	X(STORE_LIST, "store-list", "") \
	X(STORE_REMOVE, "store-remove", "store") \
	X(STORE_ROOM, "store-room", "") \
	X(SWITCH, "switch", "branch") \
	X(SWITCH_CREATE, "switch-create", "branch") \
	X(TRACK, "track", "path") \
	X(UNSEEN_DOCUMENT, "unseen-document", "path") \
	X(UNSEEN_OPEN, "unseen-open", "path") \
	X(UNSENT, "unsent", "") \
	X(UPDATE_FORCE, "update-force", "path") \
	X(VERSION_CSV, "version-csv", "version") \
	X(VERSION_IS_FILE, "version-is-file", "path") \
	X(VERSION_QUOTES, "version-quotes", "version") \
	X(VERSION_TEXT, "version-text", "version") \
	X(VERSIONS, "versions", "") \
	X(VERSIONS_OR_PATH, "versions-or-path", "command path") \
	X(WHOLE_OR_EDIT, "whole-or-edit", "")
/* clang-format on */

enum vv_hint_code {
	VV_HINT_BEFORE = 1, /* equals VV_HINT_WORDS of error.h; the codes follow */
#define VV_HINT_CODE(code, name, arguments) VV_HINT_##code,
	VV_HINTS(VV_HINT_CODE)
#undef VV_HINT_CODE
		VV_HINT_COUNT
};

#endif
