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

/* Sets a key in the repository's own configuration file. value NULL: removes the key. */
vv_status vv_config_set(vv_repository *r, const char *key, const char *value, vv_error *err);

/* Parse a value, as for vv_config_bool and vv_config_u64. value NULL: the key has no "=".
 * VV_EUSAGE: err names the key and the expected value. In repository_config.c. */
vv_status vv_config_read_bool(const char *key, const char *value, bool *out, vv_error *err);
vv_status vv_config_read_u64(const char *key, const char *value, uint64_t *out, vv_error *err);

/* Adds a value to a setting that may have several values. */
vv_status vv_config_add(vv_repository *r, const char *key, const char *value, vv_error *err);
typedef struct vv_config_edit {
	const char *key, *value; /* value NULL: removes all values of the key */
	bool add;                /* existing values of the key are not replaced */
} vv_config_edit;
/* Makes several changes in the repository's own configuration file, either all of them or none. */
vv_status vv_config_change(vv_repository *r, const vv_config_edit *edits, size_t count,
			   vv_error *err);

/* Calls fn for each setting in the text of a file (git-config(1), "Syntax"; includes are ignored).
 * The level passed to fn is ""; the value is NULL for a key without "=". VV_EINPUT: git refuses the
 * file, too; the message has the line, and fn was called for the lines before it. Git is not run,
 * since a history may have as many such files as commits. */
vv_status vv_config_parse(const char *text, size_t len, const char *file, vv_config_fn fn,
			  void *payload, vv_error *err);

#endif
