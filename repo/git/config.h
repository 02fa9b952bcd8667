/*
 * config: parses values of settings, changes the repository's own settings, and reads files in Git's configuration
 * syntax. repository.h reads Git's settings.
 */
#ifndef VV_REPO_GIT_CONFIG_H
#define VV_REPO_GIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Sets a key in the repository's own file; value NULL: removes the key. */
vv_status vv_config_set(vv_repository *r, const char *key, const char *value, vv_error *err);

/* The meaning of a value, as for vv_config_bool and vv_config_u64; NULL is the value of a key without "=".
 * VV_EUSAGE: err names the key and the expected value. repository_config.c */
vv_status vv_config_read_bool(const char *key, const char *value, bool *out, vv_error *err);
vv_status vv_config_read_u64(const char *key, const char *value, uint64_t *out, vv_error *err);

/* Adds a value to a setting that may have several. */
vv_status vv_config_add(vv_repository *r, const char *key, const char *value, vv_error *err);
/* Several changes in the repository's own file, all of them or none. */
typedef struct vv_config_edit {
	const char *key, *value; /* value NULL: removes all values of the key */
	bool add;                /* the existing values stay */
} vv_config_edit;
vv_status vv_config_change(vv_repository *r, const vv_config_edit *edits, size_t count,
			   vv_error *err);

/* Calls fn for each setting of a file's text (git-config(1), "Syntax"; nothing is included), its level ""; value is NULL
 * for a key without "=". VV_EINPUT, with the number of the line: git refuses the file, too; fn was called for the
 * lines before it. Git is not asked, since a history may have as many of these files as commits. */
vv_status vv_config_parse(const char *text, size_t len, const char *file, vv_config_fn fn,
			  void *payload, vv_error *err);

#endif
