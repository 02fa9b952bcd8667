/*
 * config: parses values of settings, changes the repository's own settings, and reads files in the
 * syntax of Git's configuration. repository.h reads Git's settings.
 */
#ifndef VV_REPO_GIT_CONFIG_H
#define VV_REPO_GIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Sets a key to one value in the repository's own configuration file, in place of all values that
 * the key has. value NULL: removes the key; a key that does not exist is not an error. The errors
 * are those of vv_config_change. */
vv_status vv_config_set(vv_repository *r, const char *key, const char *value, vv_error *err);

/* Parses the value of a key as vv_config_bool does, and sets *out. value NULL: the key has no "=".
 * VV_EUSAGE: the value is not valid; the message has the key and the expected value. Defined, like
 * vv_config_read_u64, in repository_config.c. */
vv_status vv_config_read_bool(const char *key, const char *value, bool *out, vv_error *err);
/* Parses the value of a key as vv_config_u64 does; otherwise like vv_config_read_bool. */
vv_status vv_config_read_u64(const char *key, const char *value, uint64_t *out, vv_error *err);

/* Adds a value to a key, and keeps the values that the key has. The errors are those of
 * vv_config_change. */
vv_status vv_config_add(vv_repository *r, const char *key, const char *value, vv_error *err);
/* A change of one key. */
typedef struct vv_config_edit {
	const char *key, *value; /* value NULL: removes all values of the key */
	bool add;                /* add the value, and keep existing values of the key */
} vv_config_edit;
/* Makes the count changes in the repository's own configuration file, in one step: the file never
 * has only some of the changes. The changed settings are then read from the file again. VV_ELOCKED:
 * another program holds the lock of the file. VV_EUSAGE: Git's configuration cannot store a value,
 * for example one with a carriage return at its end. */
vv_status vv_config_change(vv_repository *r, const vv_config_edit *edits, size_t count,
			   vv_error *err);

/* Parses the text of a configuration file, and calls fn for each setting (git-config(1), "Syntax";
 * includes are ignored). file: the file's name in messages. The level passed to fn is ""; the value
 * is NULL for a key without "=". VV_EINPUT: the text is not valid (git refuses it, too); the
 * message has the line, and fn was called for the settings before it. If fn fails, returns the
 * status of fn. Git is not run, since a history may have as many such files as commits. */
vv_status vv_config_parse(const char *text, size_t len, const char *file, vv_config_fn fn,
			  void *payload, vv_error *err);

#endif
